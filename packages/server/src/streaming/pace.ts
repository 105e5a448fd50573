// When a note is sent: as soon as it is composed, or a lead before a listener hears it.

/** Times are milliseconds of `performance.now`. */
export interface Pace {
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
export const FAST: Pace = { dueAt: () => -Infinity, send: () => undefined };

/** Music in real time, for a listener who begins to play with the first note that is sent. What sounds within the lead
 *  from then on is due at once.
 *  @param leadSeconds from when a note is due to when it sounds
 *  @param fromSeconds where in the piece the listener is */
export function realTime(leadSeconds: number, fromSeconds: number): Pace {
  let startedAt: number | undefined;
  const soundsAt = (startSeconds: number): number =>
    (startedAt ?? -Infinity) + (startSeconds - fromSeconds) * 1000;
  const dueAt = (startSeconds: number): number => soundsAt(startSeconds) - leadSeconds * 1000;
  return {
    dueAt,
    send(startSeconds, now) {
      startedAt ??= now;
      const delay = now - Math.max(startedAt, dueAt(startSeconds));
      return { delaySeconds: Math.max(0, delay) / 1000, isLate: now > soundsAt(startSeconds) };
    },
  };
}
