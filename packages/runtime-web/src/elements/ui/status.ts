// What an element says it does, in words: on its badge and to screen readers.
import type { ElementState } from '../events.js';
import { clockText } from '../../piano-roll/draw-roll.js';

export interface StatusInput {
  readonly state: ElementState;
  /** Composing is at work. */
  readonly composing: boolean;
  /** In seconds. */
  readonly position: number;
  readonly duration: number;
  /** Bytes of a download, if one goes on. */
  readonly progress?: { readonly loaded: number; readonly total: number } | undefined;
  /** What is loading: a model, a file. */
  readonly loadingWhat: string;
}

/** What is announced when it changes: no numbers that change all the time. */
export function announcement(input: StatusInput): string {
  const { state, composing, position, duration, loadingWhat } = input;
  switch (state) {
    case 'loading':
      return `Loading ${loadingWhat}`;
    case 'buffering':
      return 'Composing; the music starts in a moment';
    case 'playing':
      return composing ? 'Playing while composing' : 'Playing';
    case 'paused':
      return `Paused at ${spokenTime(position)}`;
    case 'stopped':
      return composing ? 'Composing' : 'Stopped';
    case 'ended':
      return `Finished after ${spokenTime(duration)}`;
    case 'error':
      return ''; // an alert says it
  }
}

/** What is shown while something goes on; empty otherwise. */
export function badgeText(input: StatusInput): string {
  const { state, composing, progress, loadingWhat } = input;
  if (state === 'loading')
    return `Loading ${loadingWhat}${progress ? ` · ${shown(progress)}` : ''}`;
  if (state === 'buffering') return 'Composing…';
  return composing && state !== 'error' ? 'Composing ahead' : '';
}

function shown({ loaded, total }: { loaded: number; total: number }): string {
  return total > 0 ? `${megabytes(loaded)} of ${megabytes(total)} MB` : `${megabytes(loaded)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** `1 minute 5 seconds`. */
export function spokenTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const parts = [
    minutes > 0 ? `${minutes} minute${minutes === 1 ? '' : 's'}` : '',
    rest > 0 || minutes === 0 ? `${rest} second${rest === 1 ? '' : 's'}` : '',
  ];
  return parts.filter(Boolean).join(' ');
}

/** The time shown beside the controls. */
export function timeText(position: number, duration: number | undefined): [string, string] {
  return [clockText(position), duration === undefined ? '∞' : clockText(duration)];
}
