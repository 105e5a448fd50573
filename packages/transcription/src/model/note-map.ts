// What the network said about every frame of a recording.
import { FRAMES_PER_SECOND, PITCHES } from './grid.js';
import type { WindowNotes } from './note-model.js';

/** How surely pitches sound and start, frame after frame. */
export interface NoteMap {
  /** F. */
  readonly length: number;
  /** [F, PITCHES], 0..1. */
  readonly frames: Float32Array;
  /** [F, PITCHES], 0..1. */
  readonly onsets: Float32Array;
}

/** Collects the windows of a recording: 3.6 MB for each minute. */
export interface NoteMapWriter {
  /** Appends the first `count` frames of a window; all zero where it is undefined. */
  append(window: WindowNotes | undefined, count: number): void;
  /** The whole map. The writer is used up. */
  finish(): NoteMap;
}

/** @param seconds an estimate of the length; more is taken when it is reached */
export function createNoteMapWriter(seconds: number): NoteMapWriter {
  let capacity = Math.ceil((seconds + 1) * FRAMES_PER_SECOND) * PITCHES;
  let frames = new Float32Array(capacity);
  let onsets = new Float32Array(capacity);
  let used = 0;
  const grow = (values: Float32Array): Float32Array<ArrayBuffer> => {
    const larger = new Float32Array(capacity);
    larger.set(values);
    return larger;
  };
  return {
    append: (window, count) => {
      const added = count * PITCHES;
      if (used + added > capacity) {
        capacity = Math.max(used + added, Math.ceil(capacity * 1.5));
        frames = grow(frames);
        onsets = grow(onsets);
      }
      if (window) {
        frames.set(window.frames.subarray(0, added), used);
        onsets.set(window.onsets.subarray(0, added), used);
      }
      used += added;
    },
    finish: () => ({
      length: used / PITCHES,
      frames: frames.subarray(0, used),
      onsets: onsets.subarray(0, used),
    }),
  };
}
