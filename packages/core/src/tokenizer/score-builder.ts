// Notes of instruments to the tracks of a Score, such that a MIDI file can hold them: in a track, one pitch sounds once
// at a time. An instrument whose notes need more (two violins in unison) gets further tracks of the same program.
import { sortNotes } from '../score/measures.js';
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { Note, Track } from '../score/score.js';
import { instrumentName } from './general-midi.js';
import type { Instrument } from './general-midi.js';

/** The notes of one instrument, in any order. */
export interface Part {
  instrument: Instrument;
  notes: Note[];
}

/** All channels but the one of percussion. */
const CHANNELS = Array.from({ length: 16 }, (_, i) => i).filter((i) => i !== PERCUSSION_CHANNEL);

/** Tracks of parts, in their order, each with the voices it needs; parts without notes give none.
 *
 *  Percussion is on channel 9. The first voices of all parts take the other channels in ascending order, then further
 *  voices do. When all 15 are taken, a further voice shares the channel of its part, and a part begins again at 0. */
export function buildTracks(parts: readonly Part[]): Track[] {
  const playing = parts.filter(({ notes }) => notes.length > 0);
  const channels = partChannels(playing);
  let free = playing.filter(({ instrument }) => instrument !== 'percussion').length;
  return playing.flatMap(({ instrument, notes }, part) =>
    splitVoices(notes).map((voiceNotes, voice) => {
      const isExtra = voice > 0 && instrument !== 'percussion';
      return {
        name:
          voice === 0 ? instrumentName(instrument) : `${instrumentName(instrument)} ${voice + 1}`,
        channel: (isExtra ? CHANNELS[free++] : undefined) ?? channels[part],
        program: instrument === 'percussion' ? 0 : instrument,
        notes: voiceNotes,
      };
    }),
  );
}

function partChannels(parts: readonly Part[]): number[] {
  let taken = 0;
  return parts.map(({ instrument }) =>
    instrument === 'percussion' ? PERCUSSION_CHANNEL : CHANNELS[taken++ % CHANNELS.length],
  );
}

/** Gives each note to the first voice in which its pitch is silent. */
function splitVoices(notes: readonly Note[]): Note[][] {
  const voices: { notes: Note[]; soundsUntil: Float64Array }[] = [];
  for (const note of sortNotes([...notes])) {
    let voice = voices.find(({ soundsUntil }) => soundsUntil[note.pitch] <= note.startTicks);
    if (voice === undefined) {
      voice = { notes: [], soundsUntil: new Float64Array(128) }; // ticks, by pitch
      voices.push(voice);
    }
    voice.notes.push(note);
    voice.soundsUntil[note.pitch] = note.startTicks + note.durationTicks;
  }
  return voices.map((voice) => voice.notes);
}
