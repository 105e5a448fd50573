// When a piece has the length that was asked for.
import type { DecodedEvent } from '../tokenizer/decoder.js';
import type { GenerateOptions, StopReason } from './generation-options.js';

/** Where new music begins: after the primer, or at the start. */
export interface StartingPoint {
  /** The last bar of the primer; -1 without one. */
  readonly bar: number;
  /** The end of the primer's last note. */
  readonly seconds: number;
}

/** The reason to stop before an event, if there is one. */
export type StopRule = (event: DecodedEvent) => StopReason | undefined;

export function createStopRule(
  { bars = Infinity, seconds = Infinity }: GenerateOptions,
  start: StartingPoint,
): StopRule {
  return ({ bar, startSeconds }) => {
    if (bar > start.bar + bars) return 'bars';
    return startSeconds >= start.seconds + seconds ? 'seconds' : undefined;
  };
}
