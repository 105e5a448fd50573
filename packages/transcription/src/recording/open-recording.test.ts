import { execFileSync } from 'node:child_process';
import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, melodyWav, writeInto } from '../testing/small-recordings.js';
import { TranscriptionError } from '../transcription-error.js';
import { openRecording } from './open-recording.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

async function soundOf(path: string) {
  await using recording = await openRecording(path);
  const samples: number[] = [];
  for await (const block of recording.blocks()) samples.push(...block);
  const { format, sampleRate, warnings } = recording;
  return { format, sampleRate, warnings, samples, fractionRead: recording.fractionRead() };
}

/** Seconds until the sound first passes a tenth of its loudest sample. */
function loudFrom(samples: readonly number[], sampleRate: number): number {
  const peak = Math.max(...samples.map(Math.abs));
  return samples.findIndex((sample) => Math.abs(sample) > peak / 10) / sampleRate;
}

describe('openRecording', () => {
  // A melody of 1.7 s, encoded by ffmpeg 5.1.
  it.each([
    ['melody.flac', 'flac', 16_000],
    ['melody.mp3', 'mp3', 44_100],
    ['vorbis.ogg', 'vorbis', 44_100],
    ['opus.ogg', 'opus', 48_000],
  ])('decodes %s', async (name, format, rate) => {
    const { samples, sampleRate, warnings, ...found } = await soundOf(join(FIXTURES, name));
    expect(found).toEqual({ format, fractionRead: 1 });
    expect(sampleRate).toBe(rate);
    expect(warnings).toEqual([]);
    // Codecs work in blocks of 20 to 50 ms, and not all say how much of the last one is sound.
    expect(Math.abs(samples.length / sampleRate - 1.7)).toBeLessThan(0.06);
    expect(loudFrom(samples, sampleRate)).toBeLessThan(0.03); // encoders' delays are taken away
    expect(Math.max(...samples)).toBeGreaterThan(0.02);
    expect(Math.max(...samples)).toBeLessThan(1);
  });

  it.each(['melody.flac', 'melody.mp3', 'vorbis.ogg', 'opus.ogg'])(
    'gives what a cut or damaged %s holds, or refuses it',
    async (name) => {
      const bytes = await readFile(join(FIXTURES, name));
      for (let round = 1; round <= 8; round++) {
        const damaged = bytes.subarray(0, Math.ceil((bytes.length * round) / 8));
        for (let at = 5 + round; at < damaged.length; at += 31 * round) damaged[at] ^= 0xa5;
        const path = await writeInto(folder, 'damaged', damaged);
        try {
          const { samples, sampleRate } = await soundOf(path);
          expect(samples.length / sampleRate).toBeLessThan(10);
        } catch (error) {
          expect(error).toBeInstanceOf(TranscriptionError);
        }
      }
    },
  );

  it.each([
    ['not-a-recording', 'text', 'no recording at all'],
    ['not-a-recording', 'empty', ''],
    ['not-a-recording', 'chunk.wav', 'RIFF1234WAVE'],
    ['not-a-recording', 'flac', 'fLaC and nothing of the kind'],
    ['not-a-recording', 'id3', `ID3${'x'.repeat(5000)}`],
    ['not-a-recording', 'ogg', 'OggS but no codec that is known'],
  ])('refuses with %s: %s', async (code, name, content) => {
    const path = await writeInto(folder, name, content);
    await expect(soundOf(path)).rejects.toThrow(TranscriptionError);
    await expect(soundOf(path)).rejects.toThrow(expect.objectContaining({ code }));
    await expect(soundOf(path)).rejects.toThrow(`${name}: `);
  });

  it('refuses what is no file, without opening it', async () => {
    const notAFile = expect.objectContaining({ code: 'not-a-file' }) as Error;
    await expect(openRecording(folder)).rejects.toThrow(notAFile);
    await expect(openRecording(join(folder, 'missing.wav'))).rejects.toThrow(notAFile);
    if (process.platform === 'win32') return;
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(openRecording(pipe)).rejects.toThrow(notAFile);
  });

  it('says when a file becomes shorter while it is read', async () => {
    const path = await writeInto(folder, 'shrinking.wav', melodyWav([60, 64], 48_000));
    await using recording = await openRecording(path);
    await truncate(path, 1000);
    await expect(recording.blocks().next()).rejects.toThrow('became shorter while it was read');
  });
});
