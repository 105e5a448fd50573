// The buttons beside a composer's controls: another piece, and files of this one.
import { html, type TemplateResult } from 'lit';
import { ICONS } from '../ui/icons.js';

export interface Actions {
  readonly canCompose: boolean;
  readonly canSave: boolean;
  /** The share of a WAV file that is done, while one is made. */
  readonly rendering: number | undefined;
  composeAnother(): void;
  save(extension: 'mid' | 'wav'): void;
}

export function renderActions(actions: Actions): TemplateResult {
  const { canCompose, canSave, rendering, composeAnother, save } = actions;
  const share = rendering === undefined ? '' : ` ${Math.round(rendering * 100)} %`;
  return html`<span class="downloads">
    <button
      class="outlined"
      part="another"
      title="Compose with another seed"
      ?disabled=${!canCompose}
      @click=${composeAnother}
    >
      ${ICONS.sparkle} New piece
    </button>
    <button aria-label="Download MIDI" ?disabled=${!canSave} @click=${() => save('mid')}>
      ${ICONS.download} MIDI
    </button>
    <button
      aria-label="Download WAV"
      ?disabled=${!canSave || rendering !== undefined}
      @click=${() => save('wav')}
    >
      ${ICONS.download} WAV${share}
    </button>
  </span>`;
}
