// Recordings for tests: a short melody, and files that are wrong in one way.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav, type Score, synthesize } from '@ostinato/core';

/** A tick is a millisecond. */
function melody(pitches: readonly number[], noteMs = 500): Score {
  return {
    ticksPerQuarter: 1000,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter: 1_000_000 }],
    timeSignatures: [],
    keySignatures: [],
    tracks: [
      {
        name: '',
        channel: 0,
        program: 0,
        notes: pitches.map((pitch, index) => ({
          pitch,
          startTicks: index * noteMs,
          durationTicks: Math.round(noteMs * 0.9),
          velocity: 90,
        })),
      },
    ],
  };
}

export function melodyWav(pitches: readonly number[], sampleRate: number): Uint8Array {
  return encodeWav(synthesize(melody(pitches), { sampleRate }), sampleRate);
}

/** A new folder of the system's temporary one, for the caller to remove. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ostinato-transcription-'));
}

/** @returns the path of a new file */
export async function writeInto(
  folder: string,
  name: string,
  content: Uint8Array | string,
): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
