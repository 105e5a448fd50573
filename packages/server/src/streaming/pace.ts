// When a note is sent: as soon as it is composed, or a lead before a listener hears it.

/** Times are milliseconds of `performance.now`. */
export interface Pace {
  /** Whether enough is composed to begin. @param lastSeconds where in the piece the last composed note starts */
  mayBegin(lastSeconds: number): boolean;
  /** When a note is to be sent. @param startSeconds of the note, in the piece */
  dueAt(startSeconds: number): number;
  /** Says that a note is sent now; the first starts the clock.
   *  @returns nothing where there is no time to keep */
  send(startSeconds: number, now: number): Punctuality | undefined;
}

export interface Punctuality {
  /** How long after it was due. */
  readonly delaySeconds: number;
  /** Whether it should have sounded already. */
  readonly isLate: boolean;
}

/** Everything is due at once. */
export const FAST: Pace = {
  mayBegin: () => true,
  dueAt: () => -Infinity,
  send: () => undefined,
};

export interface RealTimeOptions {
  /** From when a note is due to when it sounds. */
  readonly leadSeconds: number;
  /** Where in the piece the listener is. */
  readonly fromSeconds: number;
  /** Whether the listener plays already, and only the connection is new. */
  readonly isPlaying: boolean;
}

/** Music in real time, for a listener who begins to play with the first note that is sent: so that waits until the lead is
 *  composed, and what sounds within the lead is due at once. */
export function realTime({ leadSeconds, fromSeconds, isPlaying }: RealTimeOptions): Pace {
  let startedAt: number | undefined;
  const soundsAt = (startSeconds: number): number =>
    (startedAt ?? -Infinity) + (startSeconds - fromSeconds) * 1000;
  const dueAt = (startSeconds: number): number => soundsAt(startSeconds) - leadSeconds * 1000;
  return {
    mayBegin: (lastSeconds) => isPlaying || lastSeconds - fromSeconds >= leadSeconds,
    dueAt,
    send(startSeconds, now) {
      startedAt ??= now;
      const delay = now - Math.max(startedAt, dueAt(startSeconds));
      return { delaySeconds: Math.max(0, delay) / 1000, isLate: now > soundsAt(startSeconds) };
    },
  };
}
