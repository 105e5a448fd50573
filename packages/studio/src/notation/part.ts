// One track as a part of the library's score: its bars with notes, rests, ties and triplets.
import { PERCUSSION_CHANNEL, type Track } from '@ostinato/core';
import type { Measure, MeasureEntry, NoteEntry, Part } from 'musicxml-io';
import { type Bar, QUARTER } from './bars.js';
import { type Beat, beatAt, beatsOf } from './beats.js';
import { drumEntry } from './drums.js';
import { type NoteValue, valuesOf } from './note-values.js';
import { type Key, spell } from './spelling.js';
import { clefsOf, staffOf } from './staves.js';
import { type Chord, type RawNote, voicesOf } from './voices.js';

/** Programs count the voices of the second staff from here. */
const VOICES_PER_STAFF = 4;

export interface PartSettings {
  readonly id: string;
  readonly bars: readonly Bar[];
  readonly key: Key;
  /** What stands at the beginning of a bar, such as its tempo. */
  directionsIn?(bar: Bar): MeasureEntry[];
}

/** A voice with the staff that it is on, both from 0. */
interface Line {
  readonly staff: number;
  readonly voice: number;
  readonly chords: readonly Chord[];
  /** The chord to look at next. */
  next: number;
}

interface Context {
  readonly id: string;
  readonly beats: readonly Beat[];
  readonly key: Key;
  readonly isPercussion: boolean;
  readonly staves: number;
}

/** @param notes the track's notes in units */
export function writePart(track: Track, notes: readonly RawNote[], settings: PartSettings): Part {
  const { id, bars, key } = settings;
  const clefs = clefsOf(track);
  const beats = beatsOf(
    bars,
    notes.flatMap(({ start, end }) => [start, end]),
  );
  const isPercussion = track.channel === PERCUSSION_CHANNEL;
  const context = { id, beats, key, isPercussion, staves: clefs.length };
  const lines = clefs.flatMap((_, staff) => {
    const onStaff = notes.filter(({ pitch }) => staffOf(pitch, clefs.length) === staff);
    const voices = voicesOf(onStaff, beats);
    // A staff without notes has a voice too: of rests.
    return (voices.length > 0 ? voices : [[]]).map((chords, voice): Line => ({
      staff,
      voice,
      chords,
      next: 0,
    }));
  });
  const measures = bars.map((bar, index): Measure => {
    const before = bars[index - 1];
    const entries = settings.directionsIn?.(bar) ?? [];
    let isFirst = true;
    for (const line of lines) {
      const written = writeLine(line, bar, context);
      if (written.length === 0) continue;
      if (!isFirst) entries.push({ _id: '', type: 'backup', duration: bar.length });
      entries.push(...written);
      isFirst = false;
    }
    const { numerator, denominator } = bar;
    const isNewMetre = before?.numerator !== numerator || before.denominator !== denominator;
    const time = { beats: String(numerator), beatType: denominator };
    return {
      _id: '',
      number: String(index + 1),
      ...(bar.isCut && { implicit: true }),
      attributes: {
        ...(index === 0 && {
          divisions: QUARTER,
          key: isPercussion ? { fifths: 0 } : key,
        }),
        ...(isNewMetre && { time }),
        ...(index === 0 && {
          ...(clefs.length > 1 && { staves: clefs.length }),
          clef: clefs.map((clef, staff) =>
            clefs.length > 1 ? { ...clef, staff: staff + 1 } : { ...clef },
          ),
        }),
      },
      entries,
      ...(index === bars.length - 1 && {
        barlines: [{ _id: '', location: 'right', barStyle: 'light-heavy' }],
      }),
    };
  });
  return { _id: '', id, measures };
}

/** The notes and rests of a voice in a bar; nothing where a second voice is silent. */
function writeLine(line: Line, bar: Bar, context: Context): NoteEntry[] {
  const end = bar.start + bar.length;
  const { chords } = line;
  while (line.next < chords.length && chords[line.next].end <= bar.start) line.next++;
  const inBar: Chord[] = [];
  for (let i = line.next; i < chords.length && chords[i].start < end; i++) inBar.push(chords[i]);

  const place = placeOf(line, context);
  if (inBar.length === 0) {
    if (line.voice > 0) return [];
    return [{ _id: '', type: 'note', rest: { measure: true }, duration: bar.length, ...place }];
  }
  const written: Written[] = [];
  let at = bar.start;
  const addRest = (to: number): void => {
    for (const value of valuesOf(at, to, bar, context.beats)) {
      written.push({ at, value, notes: [{ ...place, ...restOf(line) }] });
      at += value.duration;
    }
  };
  for (const chord of inBar) {
    addRest(Math.max(at, chord.start));
    for (const value of valuesOf(at, Math.min(chord.end, end), bar, context.beats)) {
      const tied = tiesOf(at > chord.start, at + value.duration < chord.end);
      const notes = chord.pitches.map((pitch) => ({
        ...place,
        ...pitchEntry(pitch, context),
        ...tied,
      }));
      written.push({ at, value, notes });
      at += value.duration;
    }
  }
  addRest(end);
  return withTuplets(written, context.beats);
}

/** A note or chord without its value. */
interface Written {
  readonly at: number;
  readonly value: NoteValue;
  readonly notes: readonly Partial<NoteEntry>[];
}

/** Gives notes their values, and brackets to the triplets: each lasts a beat. */
function withTuplets(written: readonly Written[], beats: readonly Beat[]): NoteEntry[] {
  return written.flatMap(({ at, value, notes }) =>
    notes.map((note, i): NoteEntry => {
      const entry: NoteEntry = {
        ...note,
        _id: '',
        type: 'note',
        duration: value.duration,
        noteType: value.name,
        ...(value.dots > 0 && { dots: value.dots }),
        ...(i > 0 && { chord: true }),
      };
      if (!value.isTriplet) return entry;
      entry.timeModification = { actualNotes: 3, normalNotes: 2 };
      const { start, length } = beatAt(at, beats);
      const type = at === start ? 'start' : at + value.duration === start + length ? 'stop' : null;
      if (type === null || i > 0) return entry;
      const tuplet = { type: 'tuplet', tupletType: type } as const;
      return { ...entry, notations: [...(entry.notations ?? []), tuplet] };
    }),
  );
}

function placeOf({ staff, voice }: Line, { staves }: Context): Partial<NoteEntry> {
  return {
    voice: String(staff * VOICES_PER_STAFF + voice + 1),
    ...(staves > 1 && { staff: staff + 1 }),
  };
}

/** Rests of second voices keep the time and are not shown. */
function restOf({ voice }: Line): Partial<NoteEntry> {
  return { rest: {}, ...(voice > 0 && { printObject: false }) };
}

function pitchEntry(pitch: number, { id, key, isPercussion }: Context): Partial<NoteEntry> {
  if (isPercussion) return drumEntry(pitch, id);
  const { step, alter, octave } = spell(pitch, key);
  return { pitch: { step, octave, ...(alter !== 0 && { alter }) } };
}

function tiesOf(isContinued: boolean, goesOn: boolean): Partial<NoteEntry> {
  const types = [...(isContinued ? ['stop' as const] : []), ...(goesOn ? ['start' as const] : [])];
  if (types.length === 0) return {};
  return {
    ties: types.map((type) => ({ type })),
    notations: types.map((tiedType) => ({ type: 'tied', tiedType })),
  };
}
