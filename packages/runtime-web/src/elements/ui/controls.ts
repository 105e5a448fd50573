// The row of buttons: play, stop, repeat, the time, the volume, and what an element adds.
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Operated } from '../playback/operated.js';
import { isRunning } from '../playback/transport.js';
import { ICONS } from './icons.js';
import { type StatusInput, timeText } from './status.js';

export interface Controls {
  readonly canPlay: boolean;
  readonly status: Pick<StatusInput, 'state' | 'position'>;
  /** Where the piece ends, in seconds, unless its end is open. */
  readonly span: { readonly to: number; readonly isOpen: boolean };
  /** What an element adds. */
  readonly actions?: TemplateResult;
  play(): void;
}

export function renderControls(element: Operated, controls: Controls): TemplateResult {
  const { disabled } = element;
  const { canPlay, span, actions, play } = controls;
  const { state, position } = controls.status;
  const runs = isRunning(state);
  const [now, end] = timeText(position, span.isOpen ? undefined : span.to);
  return html`<div class="controls" part="controls" role="group" aria-label="Controls">
    <button
      class="primary"
      part="play"
      aria-label=${runs ? 'Pause' : 'Play'}
      ?disabled=${disabled || !canPlay}
      @click=${runs ? () => element.pause() : play}
    >
      ${runs ? ICONS.pause : ICONS.play}
    </button>
    <button aria-label="Stop" ?disabled=${disabled} @click=${() => element.stop()}>
      ${ICONS.stop}
    </button>
    <button
      aria-label="Repeat"
      aria-pressed=${element.loop}
      ?disabled=${disabled}
      @click=${() => (element.loop = !element.loop)}
    >
      ${ICONS.loop}
    </button>
    <span class="time" aria-hidden="true"><b>${now}</b> / ${end}</span>
    <span class="spacer"></span>
    ${renderVolume(element)} ${actions ?? nothing}
  </div>`;
}

function renderVolume(element: Operated): TemplateResult {
  const { disabled, muted, volume } = element;
  const onInput = (event: Event): void => {
    element.volume = Number((event.target as HTMLInputElement).value);
    element.muted = false;
  };
  return html`<span class="volume">
    <button
      aria-label="Mute"
      aria-pressed=${muted}
      ?disabled=${disabled}
      @click=${() => (element.muted = !muted)}
    >
      ${muted ? ICONS.muted : ICONS.volume}
    </button>
    <input
      type="range"
      aria-label="Volume"
      min="0"
      max="1"
      step="0.05"
      .value=${live(String(volume))}
      ?disabled=${disabled}
      @input=${onInput}
    />
  </span>`;
}
