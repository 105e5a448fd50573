// What a composition goes on from: a file, or what somebody plays on the keys.
import type { Score } from '@ostinato/core';
import { html, nothing, type TemplateResult } from 'lit';
import type { FileIntake } from '../files/file-intake.js';
import type { KeyPanel } from '../keys/key-panel.js';
import { ICONS } from '../ui/icons.js';

/** A file to continue. */
export interface Primer {
  readonly name: string;
  readonly score: Score;
}

export interface PrimerForm {
  readonly primer: Primer | undefined;
  readonly intake: FileIntake;
  readonly keys: KeyPanel;
  readonly disabled: boolean;
  /** The file is not to be continued. */
  drop(): void;
}

export function renderPrimer({ primer, intake, keys, disabled, drop }: PrimerForm): TemplateResult {
  const what = primer?.name ?? (keys.summary || 'nothing');
  return html`<details class="wide">
    <summary><span>Continue</span> <small>${what}</small></summary>
    <div class="primer">
      ${intake.renderButton('Choose a MIDI file')}
      ${
        primer
          ? html`<span class="name">${primer.name}</span>
              <button aria-label="Do not continue ${primer.name}" @click=${drop}>
                ${ICONS.close}
              </button>`
          : html`<span class="name">or play it here:</span>`
      }
    </div>
    ${primer ? nothing : keys.render(disabled)}
  </details>`;
}
