// A few small pieces as MIDI files: scales and broken chords in several keys, easy to learn in a few steps.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Note, type Score, writeMidi } from '@ostinato/core';

const TICKS_PER_QUARTER = 480;
const MAJOR_SCALE = [0, 2, 4, 5, 7, 9, 11, 12];

/** Eight bars of quavers over held chords. */
export function smallPiece(index: number): Score {
  const tonic = 60 + (index % 12);
  const melody: Note[] = [];
  const chords: Note[] = [];
  for (let bar = 0; bar < 8; bar++) {
    const start = bar * 4 * TICKS_PER_QUARTER;
    for (let beat = 0; beat < 8; beat++) {
      const degree = (beat * (1 + (index % 3)) + bar) % MAJOR_SCALE.length;
      melody.push({
        pitch: tonic + MAJOR_SCALE[degree],
        startTicks: start + (beat * TICKS_PER_QUARTER) / 2,
        durationTicks: TICKS_PER_QUARTER / 2,
        velocity: 80,
      });
    }
    for (const interval of [0, 4, 7]) {
      chords.push({
        pitch: tonic - 12 + interval,
        startTicks: start,
        durationTicks: 4 * TICKS_PER_QUARTER,
        velocity: 64,
      });
    }
  }
  return {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name: `Piece ${index}`,
    tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: [
      { name: 'melody', channel: 0, program: 73, notes: melody },
      { name: 'chords', channel: 1, program: 0, notes: chords },
    ],
  };
}

/** Writes `count` pieces into a folder. */
export async function writeSmallPieces(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    await writeFile(join(folder, `piece-${index}.mid`), writeMidi(smallPiece(index)));
  }
}
