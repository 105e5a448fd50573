// One written part for each instrument: a composition has further tracks where an instrument plays one pitch twice at a time,
// because a MIDI file needs them; paper does not.
import { instrumentName, PERCUSSION_CHANNEL, sortNotes, type Track } from '@ostinato/core';

/** Joins `Violin 2`, as compositions name a further voice of `Violin`, to it. Tracks with names of their own stay. */
export function joinParts(tracks: readonly Track[]): Track[] {
  const joined: Track[] = [];
  for (const track of tracks) {
    const name = usualName(track);
    const isFurther =
      track.name.startsWith(`${name} `) && /^\d+$/.test(track.name.slice(name.length + 1));
    const first =
      isFurther && joined.find((other) => other.name === name && usualName(other) === name);
    if (first) first.notes = sortNotes([...first.notes, ...track.notes]);
    else joined.push({ ...track });
  }
  return joined;
}

function usualName({ channel, program }: Track): string {
  return instrumentName(channel === PERCUSSION_CHANNEL ? 'percussion' : program);
}
