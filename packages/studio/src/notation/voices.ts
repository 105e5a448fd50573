// Notes of a staff as voices: chords that follow each other without overlap.
import { QUARTER, SHORTEST } from './bars.js';
import { type Beat, beatAt, following, snap } from './beats.js';

/** What notation programs can show on one staff. */
const MOST_VOICES = 4;

/** A note in units, before rounding. */
export interface RawNote {
  readonly pitch: number;
  readonly start: number;
  readonly end: number;
}

export interface Chord {
  readonly start: number;
  /** Later than `start`. */
  end: number;
  /** Ascending, none twice. */
  pitches: number[];
}

/** The voices of a staff, each a list of chords in order, without rests shorter than a sixteenth where a note can be held. Where more than four sound at once, the one that ends first
 *  makes room. */
export function voicesOf(notes: readonly RawNote[], beats: readonly Beat[]): Chord[][] {
  const voices: Chord[][] = [];
  for (const chord of chordsOf(notes, beats)) {
    const free = voices.find((voice) => voice.at(-1)!.end <= chord.start);
    if (free) free.push(chord);
    else if (voices.length < MOST_VOICES) voices.push([chord]);
    else makeRoom(voices, chord);
  }
  for (const voice of voices) holdOn(voice, beats);
  return voices;
}

/** A note that ends a 32nd early is played so, and written whole: until the next one, or to the end of an eighth. */
function holdOn(voice: readonly Chord[], beats: readonly Beat[]): void {
  voice.forEach((chord, i) => {
    const beat = beatAt(chord.end - 1, beats);
    const step = beat.isTriplet ? beat.length : QUARTER / 2;
    const whole = beat.start + Math.ceil((chord.end - beat.start) / step) * step;
    const limit = Math.min(whole, beat.start + beat.length, voice[i + 1]?.start ?? Infinity);
    const gap = limit - chord.end;
    if (gap <= SHORTEST && chord.end - chord.start >= 2 * gap) chord.end = limit;
  });
}

function makeRoom(voices: Chord[][], chord: Chord): void {
  const voice = voices.reduce((a, b) => (b.at(-1)!.end < a.at(-1)!.end ? b : a));
  const last = voice.at(-1)!;
  if (last.start < chord.start) {
    last.end = chord.start;
    voice.push(chord);
  } else {
    last.pitches = ascending([...last.pitches, ...chord.pitches]);
  }
}

/** Notes that begin and end together, ordered by onset, then from high to low. */
function chordsOf(notes: readonly RawNote[], beats: readonly Beat[]): Chord[] {
  const chords = new Map<string, Chord>();
  for (const { pitch, start, end } of notes) {
    const from = snap(start, beats);
    const to = Math.max(snap(end, beats), following(from, beats));
    const key = `${from} ${to}`;
    const chord = chords.get(key);
    if (chord) chord.pitches = ascending([...chord.pitches, pitch]);
    else chords.set(key, { start: from, end: to, pitches: [pitch] });
  }
  return [...chords.values()].sort(
    (a, b) => a.start - b.start || b.pitches.at(-1)! - a.pitches.at(-1)!,
  );
}

function ascending(pitches: readonly number[]): number[] {
  return [...new Set(pitches)].sort((a, b) => a - b);
}
