// Through the real network: short recordings, because a second of sound takes a tenth of one and more.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countNotes, encodeWav, type Note, validateScore } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNoteModel, type NoteModel } from './model/note-model.js';
import { makeFolder, melodyWav, writeInto } from './testing/small-recordings.js';
import { transcribe, type TranscriptionProgress } from './transcribe.js';

const PITCHES = [60, 67, 64, 72, 55, 62];

let folder: string;
let model: NoteModel;
beforeAll(async () => {
  folder = await makeFolder();
  model = await loadNoteModel();
});
afterAll(async () => {
  model[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

const mono = (samples: Float32Array): Uint8Array => encodeWav([samples], 22_050);

/** Of each onset of the melody, the found notes that start there. */
function startingAt(notes: readonly Note[], index: number): number[] {
  const tick = index * 0.5 * 1920; // 120 quarters a minute, 960 ticks a quarter
  // The network's grid is 11.6 ms, and a synthesised attack takes about as long.
  return notes
    .filter(({ startTicks }) => Math.abs(startTicks - tick) < 0.03 * 1920)
    .map(({ pitch }) => pitch);
}

describe('transcribe', () => {
  it.each([22_050, 44_100, 48_000])('hears a melody recorded at %d Hz', async (sampleRate) => {
    const path = await writeInto(folder, `${sampleRate}.wav`, melodyWav(PITCHES, sampleRate));
    const { score, seconds, warnings, ...about } = await transcribe(path, { model });
    validateScore(score);
    expect(about).toMatchObject({ format: 'wav', sampleRate });
    expect(seconds).toBeCloseTo(PITCHES.length * 0.5 - 0.05 + 2, 1); // the synthesiser's tail
    expect(warnings).toEqual([]);
    const [{ notes }] = score.tracks;
    PITCHES.forEach((pitch, index) => expect(startingAt(notes, index)).toContain(pitch));
    // Echoes of the hall may be heard once more, hardly anything else.
    expect(notes.length).toBeLessThanOrEqual(PITCHES.length * 2);
  });

  it('puts the notes at the same seconds under another tempo', async () => {
    const path = await writeInto(folder, 'tempo.wav', melodyWav([60, 64], 22_050));
    const { score } = await transcribe(path, { model, tempoBpm: 60, program: 40, name: 'take' });
    expect(score).toMatchObject({ name: 'take', tempos: [{ microsecondsPerQuarter: 1_000_000 }] });
    const [{ program, notes }] = score.tracks;
    expect(program).toBe(40);
    const second = notes.find(({ pitch }) => pitch === 64)!;
    expect(Math.abs(second.startTicks / 960 - 0.5)).toBeLessThan(0.03);
  });

  it('leaves out pitches that are not asked for', async () => {
    const path = await writeInto(folder, 'range.wav', melodyWav([60, 72], 22_050));
    const { score } = await transcribe(path, { model, lowestPitch: 66, highestPitch: 78 });
    expect(score.tracks[0].notes.map(({ pitch }) => pitch)).toContain(72);
    expect(score.tracks[0].notes.filter(({ pitch }) => pitch < 66 || pitch > 78)).toEqual([]);
  });

  it.each([
    ['silence', new Float32Array(44_100)],
    ['the noise of a converter', Float32Array.from({ length: 44_100 }, (_, i) => (i % 3) / 40_000)],
  ])('hears no notes in %s, and says so', async (_, samples) => {
    const path = await writeInto(folder, 'silence.wav', mono(samples));
    const { score, warnings } = await transcribe(path, { model });
    expect(countNotes(score)).toBe(0);
    expect(warnings).toMatchObject([{ code: 'silent' }]);
  });

  it('transcribes what a cut file holds, and says what is missing', async () => {
    const whole = melodyWav([60, 64, 67], 22_050);
    const path = await writeInto(folder, 'cut.wav', whole.subarray(0, 44 + 22_050 * 4));
    const { seconds, warnings } = await transcribe(path, { model });
    expect(seconds).toBe(1);
    expect(warnings).toMatchObject([{ code: 'truncated' }]);
  });

  it('reports its progress to the end', async () => {
    const path = await writeInto(folder, 'progress.wav', melodyWav([60, 64, 67], 22_050));
    const progress: TranscriptionProgress[] = [];
    await transcribe(path, { model, onProgress: (done) => progress.push(done) });
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)!.fraction).toBe(1);
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it('stops when it is asked to', async () => {
    const path = await writeInto(folder, 'stop.wav', melodyWav([60, 64, 67, 72], 22_050));
    const controller = new AbortController();
    const reason = new Error('enough');
    const work = transcribe(path, {
      model,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
  });

  it('refuses a recording that is longer than allowed', async () => {
    const path = await writeInto(folder, 'long.wav', mono(new Float32Array(44_100)));
    const work = transcribe(path, { model, maxSeconds: 1 });
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'too-long' }));
  });

  it('refuses samples that are no numbers, with their time', async () => {
    const bytes = floatWav([...Array<number>(22_050).fill(0.1), NaN]);
    const path = await writeInto(folder, 'nan.wav', bytes);
    const work = transcribe(path, { model });
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'bad-sample' }));
    await expect(work).rejects.toThrow('found NaN at 1.00 s');
  });

  it.each([
    [{ onsetThreshold: 2 }, 'onsetThreshold'],
    [{ frameThreshold: 0 }, 'frameThreshold'],
    [{ minNoteSeconds: -1 }, 'minNoteSeconds'],
    [{ lowestPitch: 70, highestPitch: 60 }, 'highestPitch'],
    [{ tempoBpm: 0 }, 'tempoBpm'],
    [{ program: 128 }, 'program'],
  ])('refuses %j before it opens anything', async (options, name) => {
    const work = transcribe(join(folder, 'missing.wav'), options);
    await expect(work).rejects.toThrow(RangeError);
    await expect(work).rejects.toThrow(name);
  });
});

/** 22,050 Hz, floating point. */
function floatWav(samples: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(44 + samples.length * 4);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  [3, 1].forEach((value, i) => bytes.writeUInt16LE(value, 20 + 2 * i));
  [22_050, 88_200].forEach((value, i) => bytes.writeUInt32LE(value, 24 + 4 * i));
  [4, 32].forEach((value, i) => bytes.writeUInt16LE(value, 32 + 2 * i));
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 4, 40);
  samples.forEach((sample, i) => bytes.writeFloatLE(sample, 44 + 4 * i));
  return bytes;
}
