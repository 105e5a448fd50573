import type { Note, Score } from '@ostinato/core';
import * as fc from 'fast-check';
import { isValid, parse, type Score as Notation, validate } from 'musicxml-io';
import { describe, expect, it } from 'vitest';
import { writeMusicXml } from './notation.js';
import { keyOf, pitchOf, spell } from './spelling.js';

const TICKS = 480;

function scoreOf(
  notes: [pitch: number, quarters: number, length: number][],
  { program = 40, channel = 0, metre = [4, 4] as [number, number], ...rest } = {},
): Score {
  return {
    ticksPerQuarter: TICKS,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    timeSignatures: [{ tick: 0, numerator: metre[0], denominator: metre[1] }],
    keySignatures: [{ tick: 0, fifths: 0, mode: 'major' }],
    tracks: [
      {
        name: 'Violin',
        channel,
        program,
        notes: notes
          .map(([pitch, start, length]): Note => ({
            pitch,
            startTicks: Math.round(start * TICKS),
            durationTicks: Math.round(length * TICKS),
            velocity: 80,
          }))
          .sort((a, b) => a.startTicks - b.startTicks || a.pitch - b.pitch),
      },
    ],
    ...rest,
  };
}

/** What a reader of the file hears: tied notes joined, as [pitch, quarters, length], in order. */
function heard({ parts }: Notation): [number, number, number][][] {
  return parts.map(({ measures }) => {
    const done: [number, number, number][] = [];
    const open = new Map<string, [number, number, number]>();
    let [barStart, divisions] = [0, 1];
    for (const { attributes, entries } of measures) {
      divisions = attributes?.divisions ?? divisions;
      let [at, end, onset] = [barStart, barStart, barStart];
      for (const entry of entries) {
        if (entry.type === 'backup') at -= entry.duration;
        if (entry.type === 'forward') at += entry.duration;
        if (entry.type !== 'note') continue;
        if (!entry.chord) [onset, at] = [at, at + entry.duration];
        end = Math.max(end, at);
        if (!entry.pitch) continue;
        const pitch = pitchOf({ alter: 0, ...entry.pitch });
        const key = `${entry.voice} ${pitch}`;
        const types = (entry.ties ?? (entry.tie ? [entry.tie] : [])).map(({ type }) => type);
        const note = types.includes('stop') ? open.get(key)! : ([pitch, onset, 0] as const);
        const longer: [number, number, number] = [pitch, note[1], note[2] + entry.duration];
        if (types.includes('start')) open.set(key, longer);
        else done.push(longer);
      }
      barStart = end;
    }
    return done
      .map(([pitch, start, length]): [number, number, number] => [
        pitch,
        start / divisions,
        length / divisions,
      ])
      .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  });
}

async function written(score: Score): Promise<Notation> {
  const notation = parse(await writeMusicXml(score));
  expect(validate(notation).errors).toEqual([]);
  return notation;
}

describe('MusicXML', () => {
  it.each<[string, [number, number, number][]]>([
    [
      'notes and rests of all plain values',
      [
        [60, 0, 2],
        [62, 2, 0.5],
        [64, 3, 0.25],
        [65, 3.5, 0.125],
      ],
    ],
    [
      'dotted notes',
      [
        [60, 0, 1.5],
        [62, 1.5, 0.5],
        [64, 2, 0.75],
        [65, 2.75, 0.25],
      ],
    ],
    ['a note over bar lines', [[60, 3, 10.5]]],
    [
      'a triplet',
      [
        [60, 0, 1 / 3],
        [62, 1 / 3, 1 / 3],
        [64, 2 / 3, 1 / 3],
        [65, 1, 1],
      ],
    ],
    [
      'a note into a triplet',
      [
        [60, 0, 1 + 1 / 3],
        [62, 1 + 1 / 3, 2 / 3],
      ],
    ],
    ['sixteenths of triplets', [0, 1, 2, 3, 4, 5].map((i) => [60 + i, i / 6, 1 / 6])],
    [
      'chords',
      [
        [60, 0, 1],
        [64, 0, 1],
        [67, 0, 1],
        [72, 1, 3],
      ],
    ],
    [
      'voices that overlap',
      [
        [72, 0, 1],
        [74, 1, 1],
        [48, 0, 4],
        [60, 0.5, 1.5],
      ],
    ],
    [
      'a note again before it ended',
      [
        [60, 0, 4],
        [60, 1, 1],
      ],
    ],
  ])('keeps %s', async (_, notes) => {
    const [part] = heard(await written(scoreOf(notes)));
    const expected = notes.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
    expect(part.map(([pitch]) => pitch)).toEqual(expected.map(([pitch]) => pitch));
    part.forEach(([, start, length], i) => {
      expect(start).toBeCloseTo(expected[i][1], 9);
      expect(length).toBeCloseTo(expected[i][2], 9);
    });
  });

  it('writes a triplet with one bracket, and only where it is', async () => {
    const xml = await writeMusicXml(
      scoreOf([
        [60, 0, 1 / 3],
        [62, 1 / 3, 1 / 3],
        [64, 2 / 3, 1 / 3],
        [65, 1, 1],
      ]),
    );
    expect(xml.match(/<tuplet[^>]*type="start"/g)).toHaveLength(1);
    expect(xml.match(/<tuplet[^>]*type="stop"/g)).toHaveLength(1);
    expect(xml.match(/<time-modification>/g)).toHaveLength(3);
  });

  it('writes a keyboard on two staves, and a viola in its clef', async () => {
    const piano = await written(
      scoreOf(
        [
          [72, 0, 1],
          [40, 0, 4],
        ],
        { program: 0 },
      ),
    );
    expect(piano.parts[0].measures[0].attributes).toMatchObject({
      staves: 2,
      clef: [
        { sign: 'G', line: 2, staff: 1 },
        { sign: 'F', line: 4, staff: 2 },
      ],
    });
    expect(heard(piano)[0]).toEqual([
      [40, 0, 4],
      [72, 0, 1],
    ]);
    const viola = await written(scoreOf([[60, 0, 1]], { program: 41 }));
    expect(viola.parts[0].measures[0].attributes?.clef).toMatchObject([{ sign: 'C', line: 3 }]);
  });

  it('keeps changes of metre, also inside a bar', async () => {
    const score = scoreOf(
      [
        [60, 0, 1],
        [62, 6, 4],
      ],
      {
        timeSignatures: [
          { tick: 0, numerator: 4, denominator: 4 },
          { tick: 6 * TICKS, numerator: 3, denominator: 8 },
        ],
      } as never,
    );
    const { parts } = await written(score);
    expect(
      parts[0].measures.map(({ implicit = false, attributes }) => [
        implicit,
        attributes?.time?.beats,
      ]),
    ).toEqual([
      [false, '4'],
      [true, undefined],
      [false, '3'],
      [false, undefined],
      [false, undefined],
    ]);
  });

  it('prints a change of tempo that matters and lets the others be heard', async () => {
    const xml = await writeMusicXml({
      ...scoreOf([[60, 0, 12]]),
      tempos: [
        { tick: 0, microsecondsPerQuarter: 500_000 },
        { tick: 4 * TICKS, microsecondsPerQuarter: 510_000 },
        { tick: 8 * TICKS, microsecondsPerQuarter: 1_000_000 },
      ],
    });
    expect([...xml.matchAll(/<per-minute>(\d+)</g)].map(([, bpm]) => bpm)).toEqual(['120', '60']);
    expect([...xml.matchAll(/<sound[^>]* tempo="([\d.]+)"/g)].map(([, bpm]) => bpm)).toEqual([
      '120',
      '117.65',
      '60',
    ]);
  });

  it('joins the further tracks of an instrument, and no others', async () => {
    const [violin] = scoreOf([[60, 0, 4]]).tracks;
    const named = (name: string, pitch: number) => ({
      ...violin,
      name,
      notes: [{ ...violin.notes[0], pitch }],
    });
    const tracks = [violin, named('Violin 2', 64), named('Violin II', 67)];
    const notation = await written({ ...scoreOf([]), tracks });
    expect(heard(notation).map((part) => part.map(([pitch]) => pitch))).toEqual([[60, 64], [67]]);
  });

  it('gives every entry an id of its own', async () => {
    const xml = await writeMusicXml(
      scoreOf([
        [60, 0, 6],
        [64, 0, 3],
      ]),
    );
    const ids = [...xml.matchAll(/ id="(n\d+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    expect(xml).not.toContain('id=""');
  });

  it('writes drums where a drummer looks for them, with the sounds of General MIDI', async () => {
    const xml = await writeMusicXml(
      scoreOf(
        [
          [36, 0, 0.5],
          [42, 0.5, 0.5],
          [81, 1, 1],
        ],
        { channel: 9 },
      ),
    );
    expect(xml).not.toContain('<pitch>');
    const notation = parse(xml);
    expect(isValid(notation)).toBe(true);
    const [part] = notation.partList;
    expect(part).toMatchObject({
      scoreInstruments: [
        { id: 'P1-I36', name: 'Bass Drum' },
        { id: 'P1-I42', name: 'Closed Hi-Hat' },
        { id: 'P1-I81', name: 'Percussion 81' },
      ],
      midiInstruments: [36, 42, 81].map((key) => ({ channel: 10, unpitched: key + 1 })),
    });
    const [{ entries }] = notation.parts[0].measures;
    expect(entries.filter((entry) => entry.type === 'note' && entry.unpitched)).toMatchObject([
      { instrument: 'P1-I36', unpitched: { displayStep: 'F', displayOctave: 4 } },
      {
        instrument: 'P1-I42',
        unpitched: { displayStep: 'G', displayOctave: 5 },
        notehead: { value: 'x' },
      },
      { instrument: 'P1-I81', unpitched: { displayStep: 'B', displayOctave: 4 } },
    ]);
  });

  it('writes notes whole that are played a little short, and shows rests that are meant', async () => {
    const [part] = heard(
      parse(
        await writeMusicXml(
          scoreOf([
            [60, 0, 0.375], // until the next
            [62, 0.5, 0.375], // to the end of the beat
            [64, 1, 0.375], // to the end of the eighth
            [65, 2, 0.25], // short
            [67, 3, 0.125], // short as well
          ]),
        ),
      ),
    );
    expect(part.map(([, , length]) => length)).toEqual([0.5, 0.5, 0.5, 0.25, 0.125]);
  });

  it('puts a change of tempo at its place in the bar', async () => {
    const tempos = [0, 1.5].map((quarters, i) => ({
      tick: quarters * TICKS,
      microsecondsPerQuarter: 500_000 * (i + 1),
    }));
    const { parts } = parse(await writeMusicXml({ ...scoreOf([[60, 0, 4]]), tempos }));
    const types = parts[0].measures[0].entries.map(({ type }) => type);
    expect(types).toEqual(['direction', 'forward', 'direction', 'backup', 'note']);
    const [, forward] = parts[0].measures[0].entries;
    expect(forward).toMatchObject({ duration: 36 }); // 24 a quarter
  });

  it('writes names with care, and an empty score without parts', async () => {
    const empty = { ...scoreOf([]), name: 'Lied <1> & "2"' };
    const notation = parse(await writeMusicXml(empty));
    expect(notation.metadata.workTitle).toBe('Lied <1> & "2"');
    expect(notation.parts).toEqual([]);
  });

  it('any notes stay in their bars, nearly where they were, and no pitch is lost', async () => {
    const note = fc.tuple(
      fc.integer({ min: 36, max: 84 }),
      fc.integer({ min: 0, max: 24 * 12 }).map((units) => units / 24),
      fc.integer({ min: 1, max: 120 }).map((units) => units / 24),
    );
    const metres = fc.constantFrom<[number, number]>([4, 4], [3, 4], [6, 8], [5, 8], [7, 16]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(note, { minLength: 1, maxLength: 30 }),
        metres,
        async (notes, metre) => {
          const notation = await written(scoreOf(notes, { program: 0, metre }));
          const [part] = heard(notation);
          const pitches = new Set(part.map(([pitch]) => pitch));
          for (const [pitch] of notes) expect(pitches).toContain(pitch);
          for (const [pitch, start] of part) {
            const nearest = Math.min(
              ...notes.filter((n) => n[0] === pitch).map((n) => Math.abs(n[1] - start)),
            );
            expect(nearest).toBeLessThanOrEqual(5 / 24); // a 32nd's half, or the end of the piece
          }
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('keys and names', () => {
  it.each([
    [60, 0, 'C', 0, 4],
    [61, 0, 'C', 1, 4],
    [63, 0, 'E', -1, 4],
    [61, -4, 'D', -1, 4],
    [66, 4, 'F', 1, 4],
    [71, -7, 'C', -1, 5],
    [60, 7, 'B', 1, 3],
    [0, 0, 'C', 0, -1],
  ])('names %i in a key of %i fifths', (pitch, fifths, step, alter, octave) => {
    expect(spell(pitch, { fifths })).toEqual({ step, alter, octave });
  });

  it('every name is its pitch', () => {
    for (let fifths = -7; fifths <= 7; fifths++) {
      for (let pitch = 0; pitch < 128; pitch++)
        expect(pitchOf(spell(pitch, { fifths }))).toBe(pitch);
    }
  });

  it.each([
    ['D major', [62, 64, 66, 67, 69, 71, 73, 74, 69, 66, 62, 57, 62], 2, 'major'],
    ['C minor', [60, 62, 63, 65, 67, 68, 71, 72, 67, 63, 60, 55, 60], -3, 'minor'],
  ])('finds %s', (_, pitches, fifths, mode) => {
    const score = scoreOf(pitches.map((pitch, i) => [pitch, i, 1]));
    expect(keyOf({ ...score, keySignatures: [] })).toEqual({ fifths, mode });
  });
});
