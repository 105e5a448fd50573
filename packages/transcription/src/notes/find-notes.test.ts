import { createRequire } from 'node:module';
import { createRandom } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { PITCHES } from '../model/grid.js';
import type { NoteMap } from '../model/note-map.js';
import { findNotes, type FoundNote } from './find-notes.js';
import type { NoteOptions } from './note-options.js';

/** The note creation of the package itself. Its entry needs a TF.js of its own; this file of it does not. */
const { outputToNotesPoly } = createRequire(import.meta.url)(
  '@spotify/basic-pitch/cjs/toMidi.js',
) as {
  outputToNotesPoly: (
    frames: number[][],
    onsets: number[][],
    onsetThreshold: number,
    frameThreshold: number,
    minNoteFrames: number,
  ) => { startFrame: number; durationFrames: number; pitchMidi: number; amplitude: number }[];
};

const rowsOf = (values: Float32Array): number[][] =>
  Array.from({ length: values.length / PITCHES }, (_, row) =>
    Array.from(values.subarray(row * PITCHES, (row + 1) * PITCHES)),
  );

/** Notes of random places, lengths and certainties over a floor of noise. */
function randomMap(length: number, notes: number, seed: number): NoteMap {
  const random = createRandom(seed);
  let drawn = 0;
  const next = (): number => random.uniformAt(drawn++);
  const noise = (): Float32Array =>
    Float32Array.from({ length: length * PITCHES }, () => next() * 0.25);
  const [frames, onsets] = [noise(), noise()];
  for (let note = 0; note < notes; note++) {
    const key = Math.floor(next() * PITCHES);
    const start = Math.floor(next() * length);
    const end = Math.min(length, start + 1 + Math.floor(next() * 60));
    const strength = 0.25 + next() * 0.7;
    for (let frame = start; frame < end; frame++) {
      frames[frame * PITCHES + key] = Math.min(1, strength + next() * 0.1);
    }
    if (next() < 0.7) onsets[start * PITCHES + key] = 0.4 + next() * 0.6;
  }
  return { length, frames, onsets };
}

describe('findNotes', () => {
  it.each<[number, number, number, NoteOptions]>([
    [1, 200, 40, {}],
    [2, 300, 200, {}],
    [3, 300, 200, { onsetThreshold: 0.7, frameThreshold: 0.4 }],
    [4, 300, 200, { onsetThreshold: 0.3, frameThreshold: 0.2, minNoteSeconds: 0.06 }],
    [5, 30, 60, {}],
    [6, 1, 4, {}],
  ])('finds what the package itself finds (%#)', (seed, length, notes, options) => {
    const map = randomMap(length, notes, seed);
    const { onsetThreshold = 0.5, frameThreshold = 0.3, minNoteSeconds = 0.128 } = options;
    const minFrames = Math.round((minNoteSeconds * 22_050) / 256);
    const expected = outputToNotesPoly(
      rowsOf(map.frames),
      rowsOf(map.onsets),
      onsetThreshold,
      frameThreshold,
      minFrames,
    )
      .map(({ startFrame, durationFrames, pitchMidi, amplitude }) => ({
        pitch: pitchMidi,
        startFrame,
        endFrame: startFrame + durationFrames,
        strength: expect.closeTo(amplitude, 9) as number,
      }))
      .sort((a, b) => a.startFrame - b.startFrame || a.pitch - b.pitch);
    const before = map.frames.slice();
    expect(findNotes(map, options)).toEqual(expected);
    expect(map.frames).toEqual(before);
    if (length > 100) expect(expected.length).toBeGreaterThan(10);
  });

  it('has no two notes of a pitch at once', () => {
    const notes = findNotes(randomMap(1000, 800, 7), { minNoteSeconds: 0 });
    const byPitch = new Map<number, FoundNote>();
    for (const note of notes) {
      const before = byPitch.get(note.pitch);
      if (before) expect(note.startFrame).toBeGreaterThanOrEqual(before.endFrame);
      byPitch.set(note.pitch, note);
    }
  });

  it('finds nothing where nothing is', () => {
    const nothing = new Float32Array(100 * PITCHES);
    expect(findNotes({ length: 100, frames: nothing, onsets: nothing })).toEqual([]);
    const none = new Float32Array(0);
    expect(findNotes({ length: 0, frames: none, onsets: none })).toEqual([]);
  });
});
