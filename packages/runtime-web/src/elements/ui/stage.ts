// The piano roll and what lies over it: a hint where there is no piece, what goes on, how far it is.
import { html, nothing, type TemplateResult } from 'lit';
import type { FileIntake } from '../files/file-intake.js';
import { badgeText, spokenTime, type StatusInput } from './status.js';

export interface Stage {
  readonly status: StatusInput;
  /** Number of notes. */
  readonly notes: number;
  readonly hint: TemplateResult | typeof nothing;
  readonly intake: Pick<FileIntake, 'isOver'>;
  onRollClick(event: MouseEvent): void;
}

export function renderStage({ status, notes, hint, intake, onRollClick }: Stage): TemplateResult {
  const badge = badgeText(status);
  const { state, progress, duration } = status;
  const description =
    notes === 0 ? 'Piano roll, empty' : `Piano roll: ${notes} notes, ${spokenTime(duration)}`;
  return html`<div class="stage">
    <canvas
      class="roll"
      part="roll"
      role="img"
      aria-label=${description}
      @click=${onRollClick}
    ></canvas>
    ${hint} ${badge ? html`<div class="badge">${badge}</div>` : nothing}
    ${
      state === 'loading' && progress
        ? html`<progress
            class="loading"
            aria-label="Loaded"
            max=${progress.total || 1}
            .value=${progress.loaded}
          ></progress>`
        : nothing
    }
    ${intake.isOver ? html`<div class="drop">Drop a MIDI file</div>` : nothing}
  </div>`;
}
