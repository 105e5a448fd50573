// How one Track of a Score spreads over several track chunks, and comes back.
//
// In a track chunk the first note-off of a pitch ends its oldest note, so a long note around a short one of the same
// pitch cannot be told from two that overlap. The writer puts such notes into a further chunk and says so with a text
// event in the first chunk, which other software shows or skips.

/** A track chunk whose notes belong to the track of an earlier one. Chunks count from 0. */
export interface Continuation {
  chunk: number;
  continues: number;
}

const PATTERN = /^Ostinato: track chunk (\d{1,5}) continues (\d{1,5})$/;
const LONGEST_BYTES = 'Ostinato: track chunk 65535 continues 65535'.length;

/** The text event that says so. */
export function formatContinuation({ chunk, continues }: Continuation): string {
  return `Ostinato: track chunk ${chunk} continues ${continues}`;
}

/** @param text bytes of a text event
 *  @returns undefined if it is any other text */
export function parseContinuation(text: Uint8Array): Continuation | undefined {
  if (text.length > LONGEST_BYTES) return undefined;
  const match = PATTERN.exec(String.fromCharCode(...text));
  return match === null ? undefined : { chunk: Number(match[1]), continues: Number(match[2]) };
}
