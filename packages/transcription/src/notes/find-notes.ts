// From probabilities to notes: the note creation of Basic Pitch (section 3.3 of https://arxiv.org/abs/2203.09893), with
// the result of `outputToNotesPoly` in @spotify/basic-pitch. That one searches the whole recording for each note it
// adds, hours for an hour of music; here candidates are sorted once.
import { FRAMES_PER_SECOND, LOWEST_PITCH, PITCHES } from '../model/grid.js';
import type { NoteMap } from '../model/note-map.js';
import { completeNoteOptions, type NoteOptions } from './note-options.js';
import { inferOnsets } from './infer-onsets.js';

/** A note on the grid of the network. */
export interface FoundNote {
  /** MIDI pitch, 21..108. */
  readonly pitch: number;
  readonly startFrame: number;
  /** The frame after its last one. */
  readonly endFrame: number;
  /** How surely it sounds, the mean over its frames, 0..1. */
  readonly strength: number;
}

/** A note is over when it has not sounded for this many frames: 128 ms. */
const GAP_FRAMES = 11;

interface Search {
  readonly length: number;
  readonly frames: Float32Array;
  /** [F, PITCHES]: what no note has taken yet. */
  readonly rest: Float32Array;
  readonly frameThreshold: number;
  /** A note has more frames than this. */
  readonly minFrames: number;
}

/** Finds the notes in what the network said, ordered by start, then pitch. No two notes of a pitch overlap.
 *  @param map left as it is
 *  @throws {RangeError} if an option is outside its range */
export function findNotes(map: NoteMap, options: NoteOptions = {}): FoundNote[] {
  const { onsetThreshold, frameThreshold, minNoteSeconds, ...range } = completeNoteOptions(options);
  const frames = withinRange(map.frames, range);
  const onsets = inferOnsets(withinRange(map.onsets, range), frames);
  const search: Search = {
    length: map.length,
    frames,
    rest: frames.slice(),
    frameThreshold,
    minFrames: Math.round(minNoteSeconds * FRAMES_PER_SECOND),
  };
  const notes = [...startedNotes(search, onsets, onsetThreshold), ...remainingNotes(search)];
  return notes.sort((a, b) => a.startFrame - b.startFrame || a.pitch - b.pitch);
}

type PitchRange = Pick<Required<NoteOptions>, 'lowestPitch' | 'highestPitch'>;

/** The same array where all pitches are listened to, else a copy without the others. */
function withinRange(
  values: Float32Array,
  { lowestPitch, highestPitch }: PitchRange,
): Float32Array {
  const from = Math.round(lowestPitch) - LOWEST_PITCH;
  const to = Math.round(highestPitch) - LOWEST_PITCH;
  if (from === 0 && to === PITCHES - 1) return values;
  return values.map((value, cell) => (cell % PITCHES >= from && cell % PITCHES <= to ? value : 0));
}

/** Notes at the peaks of the onsets, from the last to the first: a later note ends the one before it. */
function* startedNotes(
  search: Search,
  onsets: Float32Array,
  threshold: number,
): Generator<FoundNote> {
  const { length, rest, minFrames } = search;
  for (let cell = (length - 1) * PITCHES - 1; cell >= 0; cell--) {
    if (!(onsets[cell] > threshold) || !isPeak(onsets, cell)) continue;
    const key = cell % PITCHES;
    const startFrame = (cell - key) / PITCHES;
    const endFrame = followForward(search, startFrame, key, false);
    if (endFrame - startFrame <= minFrames) continue;
    for (let frame = startFrame; frame < endFrame; frame++) take(rest, frame, key);
    yield toNote(search, startFrame, endFrame, key);
  }
}

/** Notes whose start the network missed: around what still sounds most surely, in both directions. */
function* remainingNotes(search: Search): Generator<FoundNote> {
  const { rest, minFrames } = search;
  for (const cell of loudestFirst(search)) {
    if (rest[cell] === 0) continue; // a note has taken it by now
    rest[cell] = 0;
    const key = cell % PITCHES;
    const middle = (cell - key) / PITCHES;
    const endFrame = followForward(search, middle, key, true) - 1;
    const startFrame = followBackward(search, middle, key);
    if (endFrame - startFrame > minFrames) yield toNote(search, startFrame, endFrame, key);
  }
}

/** @returns the frame after the last one in which the note sounds */
function followForward(search: Search, from: number, key: number, taking: boolean): number {
  const { length, rest, frameThreshold } = search;
  let frame = from + 1;
  let gap = 0;
  for (; frame < length - 1 && gap < GAP_FRAMES; frame++) {
    gap = rest[frame * PITCHES + key] < frameThreshold ? gap + 1 : 0;
    if (taking) take(rest, frame, key);
  }
  return frame - gap;
}

/** @returns the first frame in which the note sounds */
function followBackward(search: Search, from: number, key: number): number {
  const { rest, frameThreshold } = search;
  let frame = from - 1;
  let gap = 0;
  for (; frame > 0 && gap < GAP_FRAMES; frame--) {
    gap = rest[frame * PITCHES + key] < frameThreshold ? gap + 1 : 0;
    take(rest, frame, key);
  }
  return frame + 1 + gap;
}

/** Cells above the threshold, the largest first; of equal ones the earlier frame, then the higher pitch. */
function loudestFirst({ rest, frameThreshold }: Search): Uint32Array {
  const count = rest.reduce((sum, value) => (value > frameThreshold ? sum + 1 : sum), 0);
  const cells = new Uint32Array(count);
  let filled = 0;
  rest.forEach((value, cell) => {
    if (value > frameThreshold) cells[filled++] = cell;
  });
  const frameOf = (cell: number): number => Math.floor(cell / PITCHES);
  return cells.sort((a, b) => rest[b] - rest[a] || frameOf(a) - frameOf(b) || b - a);
}

/** Above its neighbours in time; the first and the last frame have one. */
function isPeak(values: Float32Array, cell: number): boolean {
  const before = values[cell - PITCHES] ?? -Infinity;
  const after = values[cell + PITCHES] ?? -Infinity;
  return values[cell] > before && values[cell] > after;
}

/** A sounding pitch also makes its neighbours look as if they did. */
function take(rest: Float32Array, frame: number, key: number): void {
  const cell = frame * PITCHES + key;
  rest[cell] = 0;
  if (key < PITCHES - 1) rest[cell + 1] = 0;
  if (key > 0) rest[cell - 1] = 0;
}

function toNote({ frames }: Search, startFrame: number, endFrame: number, key: number): FoundNote {
  let sum = 0;
  for (let frame = startFrame; frame < endFrame; frame++) sum += frames[frame * PITCHES + key];
  const strength = sum / (endFrame - startFrame);
  return { pitch: LOWEST_PITCH + key, startFrame, endFrame, strength };
}
