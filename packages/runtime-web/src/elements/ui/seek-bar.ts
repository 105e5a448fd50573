// The slider over the whole piece, on a small picture of it.
import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Operated } from '../playback/operated.js';
import { seekWithArrow } from '../playback/shortcuts.js';
import { spokenTime, type StatusInput } from './status.js';

export interface SeekBar {
  /** The seconds that it spans. */
  readonly span: { readonly from: number; readonly to: number };
  readonly status: Pick<StatusInput, 'position' | 'duration'>;
  /** Number of notes. */
  readonly notes: number;
}

export function renderSeekBar(element: Operated, { span, status, notes }: SeekBar): TemplateResult {
  const { from, to } = span;
  const { position, duration } = status;
  return html`<div class="seek">
    <canvas class="overview" aria-hidden="true"></canvas>
    <input
      type="range"
      part="seek"
      aria-label="Position"
      min=${from}
      max=${Math.max(from + 0.1, to)}
      step="0.1"
      .value=${live(String(position))}
      aria-valuetext="${spokenTime(position)} of ${spokenTime(duration)}"
      ?disabled=${element.disabled || notes === 0}
      @input=${(event: Event) => element.seek(Number((event.target as HTMLInputElement).value))}
      @keydown=${(event: KeyboardEvent) => seekWithArrow(event, element)}
    />
  </div>`;
}
