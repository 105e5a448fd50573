import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTempoMap } from '../score/tempo-map.js';
import type { Note } from '../score/score.js';
import { validateScore } from '../score/validate-score.js';
import { MidiFormatError } from './midi-format-error.js';
import type { MidiErrorCode } from './midi-format-error.js';
import type { MidiLimits } from './midi-limits.js';
import { readMidi } from './read-midi.js';
import type { MidiReadResult } from './read-midi.js';

const END = [0, 0xff, 0x2f, 0];

function ascii(text: string): number[] {
  return Array.from(new TextEncoder().encode(text));
}

function unsigned(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) & 0xff);
}

function variableLength(value: number): number[] {
  const rest = Math.floor(value / 128);
  return [...(rest > 0 ? variableLength(rest).map((byte) => byte | 0x80) : []), value & 0x7f];
}

function chunk(id: string, body: number[], length = body.length): number[] {
  return [...ascii(id), ...unsigned(length, 4), ...body];
}

interface FileParts {
  format?: number;
  declared?: number;
  division?: number;
}

/** A file of track chunks with the given events, each closed by an End of Track. */
function file(tracks: number[][], parts: FileParts = {}): Uint8Array {
  const { format = 1, declared = tracks.length, division = 480 } = parts;
  const header = [...unsigned(format, 2), ...unsigned(declared, 2), ...unsigned(division, 2)];
  const chunks = tracks.flatMap((events) => chunk('MTrk', [...events, ...END]));
  return new Uint8Array([...chunk('MThd', header), ...chunks]);
}

const on = (delta: number, pitch: number, velocity = 80, channel = 0): number[] => [
  ...variableLength(delta),
  0x90 + channel,
  pitch,
  velocity,
];
const off = (delta: number, pitch: number, channel = 0): number[] => [
  ...variableLength(delta),
  0x80 + channel,
  pitch,
  0,
];
const program = (delta: number, number: number, channel = 0): number[] => [
  ...variableLength(delta),
  0xc0 + channel,
  number,
];
const meta = (delta: number, type: number, data: number[]): number[] => [
  ...variableLength(delta),
  0xff,
  type,
  ...variableLength(data.length),
  ...data,
];
const tempo = (delta: number, microseconds: number): number[] =>
  meta(delta, 0x51, unsigned(microseconds, 3));
const ONE_NOTE = [...on(0, 60), ...off(480, 60)];

function notesOf({ score }: MidiReadResult): Note[] {
  return score.tracks.flatMap((track) => track.notes);
}

/** Pitch, start and end of every note. */
function spans(bytes: Uint8Array): number[][] {
  return notesOf(readMidi(bytes)).map((note) => [
    note.pitch,
    note.startTicks,
    note.startTicks + note.durationTicks,
  ]);
}

function codes({ warnings }: MidiReadResult): string[] {
  return warnings.map(({ code }) => code);
}

describe('readMidi: notes', () => {
  it('ends the oldest note of a pitch first', () => {
    const bytes = file([[...on(0, 60), ...on(100, 60), ...off(100, 60), ...off(100, 60)]]);
    expect(spans(bytes)).toEqual([
      [60, 0, 200],
      [60, 100, 300],
    ]);
    expect(readMidi(bytes).warnings).toEqual([]);
  });

  it('shifts no later note when one note-off is missing', () => {
    const pairs = Array.from({ length: 5 }, () => [...on(60, 60), ...off(60, 60)]).flat();
    const bytes = file([[...on(0, 60), ...pairs]]);
    expect(spans(bytes)).toEqual([
      [60, 0, 60],
      ...[60, 180, 300, 420, 540].map((start) => [60, start, start + 60]),
    ]);
    expect(codes(readMidi(bytes))).toEqual(['cut-note']);
  });

  it('ends a hanging note with its track', () => {
    const bytes = file([[...on(0, 60), ...meta(1440, 0x01, [])]]);
    expect(spans(bytes)).toEqual([[60, 0, 1440]]);
    expect(readMidi(bytes).warnings).toMatchObject([
      { code: 'hanging-note', offset: 22, track: 0, count: 1 },
    ]);
  });

  it('counts orphan note-offs in one warning', () => {
    const bytes = file([[...ONE_NOTE, ...off(0, 60), ...off(0, 61), ...off(0, 60, 1)]]);
    expect(readMidi(bytes).warnings).toMatchObject([{ code: 'orphan-note-off', count: 3 }]);
    expect(spans(bytes)).toEqual([[60, 0, 480]]);
  });

  it('gives a tick to a note without length', () => {
    const bytes = file([[...on(0, 60), ...off(0, 60)]]);
    expect(spans(bytes)).toEqual([[60, 0, 1]]);
    expect(codes(readMidi(bytes))).toEqual(['zero-length-note']);
  });
});

describe('readMidi: tracks', () => {
  it('gives a track to each channel and program of a track chunk', () => {
    const name = meta(0, 0x03, ascii('Band'));
    const events = [
      ...name,
      ...on(0, 60),
      ...off(10, 60),
      ...program(0, 40),
      ...on(0, 62),
      ...off(10, 62),
      ...on(0, 36, 80, 9),
      ...off(10, 36, 9),
    ];
    const { tracks } = readMidi(file([events], { format: 0 })).score;
    expect(tracks).toMatchObject([
      { name: 'Band', channel: 0, program: 0, notes: [{ pitch: 60 }] },
      { name: 'Band', channel: 0, program: 40, notes: [{ pitch: 62 }] },
      { name: 'Band', channel: 9, program: 0, notes: [{ pitch: 36 }] },
    ]);
  });

  it('takes a program from another track chunk where its own sets none', () => {
    const setup = [...program(0, 6), ...program(480, 7)];
    const { tracks } = readMidi(file([setup, [...ONE_NOTE, ...on(0, 64), ...off(9, 64)]])).score;
    expect(tracks.map((track) => [track.program, track.notes[0].pitch])).toEqual([
      [6, 60],
      [7, 64],
    ]);
  });

  it('lets the default tempo hold before the first tempo, over all track chunks', () => {
    const { score } = readMidi(file([tempo(960, 1_000_000), [...on(1440, 60), ...off(480, 60)]]));
    expect(score.tempos).toEqual([
      { tick: 0, microsecondsPerQuarter: 500_000 },
      { tick: 960, microsecondsPerQuarter: 1_000_000 },
    ]);
    expect(createTempoMap(score).secondsAt(1440)).toBe(2);
  });

  it('lets the last of several tempos on one tick count', () => {
    const { tempos } = readMidi(file([[...tempo(0, 400_000), ...tempo(0, 600_000)]])).score;
    expect(tempos).toEqual([{ tick: 0, microsecondsPerQuarter: 600_000 }]);
  });

  it('gives each sequence of a format 2 file its own time', () => {
    const fast = [...tempo(0, 250_000), ...meta(0, 0x58, [3, 2, 24, 8]), ...ONE_NOTE];
    const result = readMidi(file([fast, ONE_NOTE], { format: 2 }));
    const clock = createTempoMap(result.score);
    expect(notesOf(result).map(({ startTicks }) => clock.secondsAt(startTicks))).toEqual([0, 0.25]);
    expect(clock.secondsAt(960)).toBe(0.75);
    expect(result.score.timeSignatures).toEqual([
      { tick: 0, numerator: 3, denominator: 4 },
      { tick: 480, numerator: 4, denominator: 4 },
    ]);
  });

  it.each([0, 1, 2])('takes long lists of changes in format %i', (format) => {
    const tempos = Array.from({ length: 200_000 }, (_, i) => tempo(1, 400_000 + i)).flat();
    const { score } = readMidi(file([tempos], { format }));
    expect(score.tempos).toHaveLength(200_001);
  });

  it.each([
    [25, 40, 1],
    [24, 80, 1],
    [30, 100, 1],
    [29, 100, 1.001], // drop frame: 30 frames in 1.001 s
  ])('counts %i frames a second of %i ticks in seconds', (frames, ticks, seconds) => {
    const nominal = frames === 29 ? 30 : frames;
    const division = (256 - frames) * 256 + ticks;
    const events = [...tempo(0, 123_456), ...on(0, 60), ...off(nominal * ticks, 60)];
    const result = readMidi(file([events], { division }));
    expect(createTempoMap(result.score).secondsAt(nominal * ticks)).toBeCloseTo(seconds, 12);
    expect(result.timing).toBe('smpte');
    expect(codes(result)).toEqual(['smpte-tempo']);
  });

  it('does not merge a chunk that falsely claims to continue another', () => {
    const claim = meta(0, 0x01, ascii('Ostinato: track chunk 2 continues 1'));
    const { tracks } = readMidi(
      file([claim, ONE_NOTE, [...on(0, 60, 80, 3), ...off(9, 60, 3)]]),
    ).score;
    expect(tracks).toHaveLength(2);
  });
});

describe('readMidi: chunks', () => {
  it('finds the next track where a chunk declares too many bytes', () => {
    const good = [...file([ONE_NOTE, ONE_NOTE, ONE_NOTE])];
    for (const excess of [1, 3, 5, 20, 768]) {
      const bytes = new Uint8Array(good);
      bytes.set(unsigned(ONE_NOTE.length + END.length + excess, 4), 18);
      const result = readMidi(bytes);
      expect(notesOf(result)).toHaveLength(3);
      expect(codes(result)).toEqual(['track-length']);
    }
  });

  it('reads the last track to its End of Track where it declares too many bytes', () => {
    const bytes = file([ONE_NOTE]);
    bytes.set([0x7f, 0xff, 0xff, 0xff], 18);
    expect(spans(bytes)).toEqual([[60, 0, 480]]);
  });

  it('ignores tracks after the declared number', () => {
    const result = readMidi(file([ONE_NOTE, ONE_NOTE], { declared: 1 }));
    expect(notesOf(result)).toHaveLength(1);
    expect(codes(result)).toEqual(['extra-tracks']);
  });

  it('reads to the end of the data chunk of an RMID file', () => {
    const info = chunk('LIST', [1, 2, 3]).toSpliced(4, 4, 3, 0, 0, 0);
    const smf = [...file([ONE_NOTE])];
    const data = [...ascii('data'), smf.length, 0, 0, 0, ...smf];
    const bytes = [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('RMID'), ...info, 0, ...data, 1, 2, 3];
    const result = readMidi(new Uint8Array(bytes));
    expect(result.container).toBe('rmid');
    expect(notesOf(result)).toHaveLength(1);
  });

  it('reads a view into a larger buffer', () => {
    const bytes = file([ONE_NOTE]);
    const buffer = new Uint8Array(bytes.length + 20);
    buffer.set(bytes, 10);
    expect(spans(buffer.subarray(10, 10 + bytes.length))).toEqual([[60, 0, 480]]);
  });
});

describe('readMidi: text', () => {
  it.each([
    ['UTF-8', [0x50, 0x72, 0xc3, 0xa9], 'Pré'],
    ['Latin-1', [0x50, 0x72, 0xe9, 0x6c, 0x75, 0x64, 0x65], 'Prélude'],
    ['Latin-1', [0x46, 0xfc, 0x72, 0x20, 0x45, 0x6c, 0x69, 0x73, 0x65], 'Für Elise'],
    ['Latin-1', [0xc9, 0x74, 0x75, 0x64, 0x65], 'Étude'],
    ['Latin-1', [0xa9, 0x20, 0x31, 0x39, 0x39, 0x38], '© 1998'],
    ['Latin-1', [0x4e, 0x6f, 0xeb, 0x6c], 'Noël'],
    ['Shift-JIS', [0x83, 0x73, 0x83, 0x41, 0x83, 0x6d], 'ピアノ'],
    ['Shift-JIS', [0x8d, 0xb6, 0x8e, 0xe8], '左手'],
    ['Shift-JIS', [0xcb, 0xdf, 0xb1, 0xc9], 'ﾋﾟｱﾉ'],
    ['NUL-ended', [0x41, 0, 0], 'A'],
  ])('decodes %s %j', (_, bytes, text) => {
    expect(readMidi(file([meta(0, 0x03, bytes)])).score.name).toBe(text);
  });
});

describe('readMidi: errors', () => {
  const good = file([ONE_NOTE]);
  const changed = (offset: number, ...bytes: number[]): Uint8Array => {
    const copy = new Uint8Array(good);
    copy.set(bytes, offset);
    return copy;
  };

  it.each<[MidiErrorCode, number, string, Uint8Array]>([
    ['not-midi', 0, 'no bytes', new Uint8Array()],
    ['not-midi', 0, 'text', new Uint8Array(ascii('<html><body>404</body></html>'))],
    ['truncated', 14, 'a header of 4 GB', changed(4, 0xff, 0xff, 0xff, 0xff)],
    ['bad-header', 4, 'a header of 2 bytes', changed(4, 0, 0, 0, 2)],
    ['unsupported-format', 8, 'format 3', changed(8, 0, 3)],
    ['bad-division', 12, 'no ticks', changed(12, 0, 0)],
    ['bad-division', 12, '50 frames a second', changed(12, 0xce, 40)],
    ['bad-division', 12, 'no ticks a frame', changed(12, 0xe7, 0)],
    ['no-tracks', 14, 'a header alone', good.subarray(0, 14)],
    ['truncated', 35, 'a chunk header cut off', file([ONE_NOTE, ONE_NOTE]).subarray(0, 40)],
    ['truncated', 24, 'an event cut off', good.subarray(0, 24)],
    ['truncated', 26, 'a track cut off between events', good.subarray(0, 26)],
    ['bad-vlq', 22, 'a delta of five bytes', changed(22, 0x80, 0x80, 0x80, 0x80)],
    ['missing-status', 23, 'a data byte first', changed(23, 0x40)],
    ['bad-status', 23, 'a real-time message', changed(23, 0xf8)],
    ['bad-status', 24, 'a meta type of 0xFE', changed(23, 0xff, 0xfe)],
    ['bad-data-byte', 24, 'a pitch of 200', changed(24, 200)],
    ['event-past-chunk', 29, 'a text of 8 MB', file([[0, 0xff, 0x01, 0x84, 0x80, 0x80, 0]])],
  ])('%s at byte %i: %s', (code, offset, _, bytes) => {
    expect(() => readMidi(bytes)).toThrow(MidiFormatError);
    expect(() => readMidi(bytes)).toThrow(expect.objectContaining({ code, offset }));
  });

  it('refuses a file cut anywhere inside a track', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(() => readMidi(good.subarray(0, length))).toThrow(MidiFormatError);
    }
  });

  it.each<[keyof MidiLimits, MidiErrorCode, number]>([
    ['bytes', 'limit-bytes', good.length],
    ['tracks', 'limit-tracks', 1],
    ['events', 'limit-events', 3],
    ['notes', 'limit-notes', 1],
    ['ticks', 'limit-ticks', 480],
  ])('holds the limit on %s', (name, code, enough) => {
    expect(readMidi(good, { [name]: enough }).warnings).toEqual([]);
    const tooLow = { [name]: enough - 1 };
    expect(() => readMidi(good, tooLow)).toThrow(expect.objectContaining({ code }));
  });

  it('holds the limit on text', () => {
    const named = file([meta(0, 0x03, ascii('Piano'))]);
    expect(readMidi(named, { textBytes: 5 }).score.name).toBe('Piano');
    expect(() => readMidi(named, { textBytes: 4 })).toThrow(
      expect.objectContaining({ code: 'limit-text' }),
    );
  });

  it('adds up the ticks of format 2 sequences', () => {
    const late = [...on(0x0fffffff, 60), ...off(1, 60)];
    const bytes = file(
      Array.from({ length: 9 }, () => late),
      { format: 2 },
    );
    expect(() => readMidi(bytes)).toThrow(expect.objectContaining({ code: 'limit-ticks' }));
  });
});

describe('readMidi: bytes from anywhere', () => {
  const rich = file([
    [...meta(0, 0x03, ascii('Rich')), ...tempo(0, 400_000), ...meta(9, 0x59, [0xfd, 1])],
    [...program(0, 40), ...on(0, 60), ...on(5, 60), ...off(9, 60), 0, 0xf0, 3, 1, 2, 0xf7],
    [...on(0, 36, 80, 9), 200, 36, 0, ...meta(0, 0x58, [3, 3, 24, 8]), ...on(1, 37, 1, 9)],
  ]);

  function readOrRefuse(bytes: Uint8Array): void {
    let result: MidiReadResult;
    try {
      result = readMidi(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MidiFormatError);
      const { offset } = error as MidiFormatError;
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(bytes.length);
      return;
    }
    validateScore(result.score);
  }

  it('are read to a valid score or refused: random bytes after a header', () => {
    const head = [...file([[]]).subarray(0, 14)];
    const body = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(...ascii('MTrk'), 0, 0x90, 0xff)), {
      maxLength: 200,
    });
    const asTrack = fc.boolean();
    fc.assert(
      fc.property(body, asTrack, (bytes, isTrack) =>
        readOrRefuse(new Uint8Array([...head, ...(isTrack ? chunk('MTrk', bytes) : bytes)])),
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('are read to a valid score or refused: a good file with bytes changed, cut and doubled', () => {
    const edit = fc.record({
      at: fc.nat(rich.length - 1),
      remove: fc.nat(3),
      insert: fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)), {
        maxLength: 5,
      }),
    });
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        fc.nat(rich.length),
        (edits, cut) => {
          const bytes = [...rich];
          for (const { at, remove, insert } of edits) bytes.splice(at, remove, ...insert);
          readOrRefuse(new Uint8Array(bytes));
          readOrRefuse(new Uint8Array(bytes.slice(0, cut)));
        },
      ),
      { numRuns: 2000, seed: 2 },
    );
  });
});
