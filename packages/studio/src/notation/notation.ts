// Scores as written music: MusicXML, for notation programs. Which notes are written how is decided here; the file is written
// by musicxml-io.
import {
  createTempoMap,
  instrumentName,
  PERCUSSION_CHANNEL,
  type Score,
  type Track,
} from '@ostinato/core';
import type { MeasureEntry, PartInfo, Score as Notation } from 'musicxml-io';
import { type Bar, barsOf, toUnits } from './bars.js';
import { drumId, drumName } from './drums.js';
import { joinParts } from './joined-parts.js';
import { writePart } from './part.js';
import { keyOf } from './spelling.js';
import type { RawNote } from './voices.js';

export interface NotationOptions {
  /** Default: the score's name, or `Composition`. */
  readonly title?: string;
  /** Who made it, for the head of the page. */
  readonly composer?: string;
}

/** A change of tempo below this ratio is heard, not printed. */
const PRINTED_CHANGE = 1.08;

/** Writes MusicXML 4.0. Onsets and ends are rounded to 32nds, or to sixteenths of triplets, beat by beat; notes that sound
 *  together in one part become chords and voices, at most four a staff; a keyboard's two staves share at middle C. A score
 *  without a key gets an estimated one.
 *  @returns the text of a `.musicxml` file, the same for the same score */
export async function writeMusicXml(score: Score, options: NotationOptions = {}): Promise<string> {
  const { serialize } = await import('musicxml-io');
  return serialize(withIds(notationOf(score, options)));
}

function notationOf(score: Score, { title, composer }: NotationOptions): Notation {
  const tracks = joinParts(score.tracks).filter(({ notes }) => notes.length > 0);
  const notes = tracks.map((track) => unitsOf(track, score));
  const end = notes.flat().reduce((latest, note) => Math.max(latest, note.end), 0);
  const bars = barsOf(score, end);
  const key = keyOf(score);
  const directionsIn = tempoWriter(score);
  return {
    _id: '',
    version: '4.0',
    metadata: {
      workTitle: title || score.name || 'Composition',
      ...(composer && { creators: [{ type: 'composer', value: composer }] }),
      encoding: {
        software: ['Ostinato'],
        supports: [
          { element: 'accidental', type: 'no' },
          { element: 'beam', type: 'no' },
          { element: 'stem', type: 'no' },
        ],
      },
    },
    partList: tracks.map((track, i) => describePart(track, `P${i + 1}`)),
    parts: tracks.map((track, i) =>
      writePart(track, notes[i], {
        id: `P${i + 1}`,
        bars,
        key,
        ...(i === 0 && { directionsIn }),
      }),
    ),
  };
}

/** Numbers the entries: their ids are written, and have to differ. */
function withIds(notation: Notation): Notation {
  let count = 0;
  for (const { measures } of notation.parts) {
    for (const { entries } of measures) {
      for (const entry of entries) Object.assign(entry, { _id: `n${++count}` });
    }
  }
  return notation;
}

function unitsOf({ notes }: Track, score: Score): RawNote[] {
  return notes.map(({ pitch, startTicks, durationTicks }) => ({
    pitch,
    start: toUnits(startTicks, score),
    end: toUnits(startTicks + durationTicks, score),
  }));
}

function describePart({ name, channel, program, notes }: Track, id: string): PartInfo {
  const isPercussion = channel === PERCUSSION_CHANNEL;
  const instrument = instrumentName(isPercussion ? 'percussion' : program);
  const keys = new Set(notes.map(({ pitch }) => pitch).sort((a, b) => a - b));
  const sounds = isPercussion
    ? [...keys].map((key) => ({ id: drumId(id, key), name: drumName(key), unpitched: key + 1 }))
    : [{ id: `${id}-I1`, name: instrument, program: program + 1 }];
  return {
    _id: '',
    type: 'score-part',
    id,
    name: name || instrument,
    scoreInstruments: sounds.map(({ id, name }) => ({ id, name })),
    midiInstruments: sounds.map(({ name: _, ...sound }) => ({ ...sound, channel: channel + 1 })),
  };
}

/** Writes the tempo of the first bar and every change, in the bar that it is in, at its place there. */
function tempoWriter(score: Score): (bar: Bar) => MeasureEntry[] {
  const map = createTempoMap(score);
  const changes = (score.tempos.length > 0 ? score.tempos : [{ tick: 0 }]).map(({ tick }) => ({
    at: Math.round(toUnits(tick, score)),
    quartersPerMinute: 60e6 / map.tempoAt(tick),
  }));
  let printed = 0;
  return ({ start, length }) =>
    changes
      .filter(({ at }) => at >= start && at < start + length)
      .flatMap(({ at, quartersPerMinute }): MeasureEntry[] => {
        const tempo = Math.round(quartersPerMinute * 100) / 100;
        const ratio = quartersPerMinute / printed;
        if (Math.max(ratio, 1 / ratio) < PRINTED_CHANGE) {
          return placed(at - start, { _id: '', type: 'sound', tempo });
        }
        printed = quartersPerMinute;
        return placed(at - start, {
          _id: '',
          type: 'direction',
          placement: 'above',
          directionTypes: [
            { kind: 'metronome', beatUnit: 'quarter', perMinute: Math.round(tempo) },
          ],
          sound: { tempo },
        });
      });
}

/** An entry at a place of its bar. Going there and back is understood by more programs than an offset. */
function placed(duration: number, entry: MeasureEntry): MeasureEntry[] {
  if (duration === 0) return [entry];
  return [{ _id: '', type: 'forward', duration }, entry, { _id: '', type: 'backup', duration }];
}
