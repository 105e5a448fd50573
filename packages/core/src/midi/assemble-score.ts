// Makes one Score of the track chunks of a file.
import { scoreEndTicks, sortNotes } from '../score/measures.js';
import { DEFAULT_MICROSECONDS_PER_QUARTER } from '../score/score.js';
import type { Score, Tempo, TimeSignature, Track } from '../score/score.js';
import type { MidiDivision } from './chunks.js';
import type { Part } from './note-matching.js';
import type { TrackContent } from './read-track.js';

const DEFAULT_TEMPO: Tempo = { tick: 0, microsecondsPerQuarter: DEFAULT_MICROSECONDS_PER_QUARTER };
const DEFAULT_METRE: TimeSignature = { tick: 0, numerator: 4, denominator: 4 };

/** Track chunks that sound together (formats 0 and 1) become one Score: a Track for each channel and program of each
 *  chunk. A note takes the program that its chunk set last on its channel; before the chunk sets one, the program
 *  that any chunk set. Of several tempos, metres or keys on one tick the last counts. */
export function assembleScore(chunks: TrackContent[], division: MidiDivision): Score {
  const tempos = chunks.flatMap((chunk) => chunk.tempos);
  const timeSignatures = chunks.flatMap((chunk) => chunk.timeSignatures);
  return {
    ticksPerQuarter: ticksPerQuarterOf(division),
    name: chunks[0]?.name ?? '',
    tempos: division.kind === 'smpte' ? [smpteTempo(division)] : fromZero(tempos, DEFAULT_TEMPO),
    timeSignatures: fromZero(timeSignatures, DEFAULT_METRE),
    keySignatures: lastOfEachTick(chunks.flatMap((chunk) => chunk.keySignatures)),
    tracks: toTracks(chunks),
  };
}

/** Independent sequences (format 2) become one Score in which each starts where the one before it ends. A sequence
 *  that sets no tempo or metre starts with the default ones, not with its neighbour's. */
export function assembleSequences(chunks: TrackContent[], division: MidiDivision): Score {
  const whole = assembleScore([], division);
  whole.name = chunks[0]?.name ?? '';
  let start = 0;
  for (const chunk of chunks) {
    const sequence = assembleScore([chunk], division);
    const later = <T extends { tick: number }>(event: T): T => ({
      ...event,
      tick: event.tick + start,
    });
    append(whole.tempos, orDefault(sequence.tempos, DEFAULT_TEMPO).map(later));
    append(whole.timeSignatures, orDefault(sequence.timeSignatures, DEFAULT_METRE).map(later));
    append(whole.keySignatures, sequence.keySignatures.map(later));
    for (const track of sequence.tracks) {
      for (const note of track.notes) note.startTicks += start;
      whole.tracks.push(track);
    }
    start = Math.max(start + chunk.endTick, scoreEndTicks(sequence));
  }
  whole.tempos = lastOfEachTick(whole.tempos);
  whole.timeSignatures = lastOfEachTick(whole.timeSignatures);
  whole.keySignatures = lastOfEachTick(whole.keySignatures);
  return whole;
}

/** In SMPTE time a quarter stands for a second, or for a drop-frame second of 1.001 s: 29 means 30 frames in it. */
function ticksPerQuarterOf(division: MidiDivision): number {
  if (division.kind === 'metrical') return division.ticksPerQuarter;
  const frames = division.framesPerSecond === 29 ? 30 : division.framesPerSecond;
  return frames * division.ticksPerFrame;
}

function smpteTempo({ framesPerSecond }: MidiDivision & { kind: 'smpte' }): Tempo {
  return { tick: 0, microsecondsPerQuarter: framesPerSecond === 29 ? 1_001_000 : 1_000_000 };
}

/** Before the first event of a file the default holds; a Score says so at tick 0. No events stay none. */
function fromZero<T extends { tick: number }>(events: T[], initial: T): T[] {
  const ordered = lastOfEachTick(events);
  return ordered.length === 0 || ordered[0].tick === 0 ? ordered : [initial, ...ordered];
}

/** `push(...items)` would overflow the stack on a long list. */
function append<T>(list: T[], items: T[]): void {
  for (const item of items) list.push(item);
}

function orDefault<T>(events: T[], initial: T): T[] {
  return events.length === 0 ? [initial] : events;
}

function lastOfEachTick<T extends { tick: number }>(events: T[]): T[] {
  const ordered = events.toSorted((a, b) => a.tick - b.tick);
  return ordered.filter((event, index) => ordered[index + 1]?.tick !== event.tick);
}

function toTracks(chunks: TrackContent[]): Track[] {
  const programAt = createProgramLookup(chunks);
  const byChunk = new Map<number, Track[]>();
  for (const chunk of chunks) {
    const parts = resolvePrograms(chunk.parts, programAt);
    byChunk.set(
      chunk.index,
      parts.map((part) => ({ name: chunk.name, ...part })),
    );
  }
  mergeContinuations(chunks, byChunk);
  const tracks = [...byChunk.values()].flat();
  for (const track of tracks) sortNotes(track.notes);
  return tracks;
}

type ProgramLookup = (channel: number, tick: number) => number;

/** The program that any chunk set last on a channel, at or before a tick; 0 before all. */
function createProgramLookup(chunks: TrackContent[]): ProgramLookup {
  const changes = Array.from({ length: 16 }, (): { tick: number; program: number }[] => []);
  for (const chunk of chunks) {
    for (const { channel, ...change } of chunk.programs) changes[channel].push(change);
  }
  const ordered = changes.map(lastOfEachTick);
  return (channel, tick) => {
    const list = ordered[channel];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].tick <= tick) low = middle + 1;
      else high = middle;
    }
    return list[low - 1]?.program ?? 0;
  };
}

/** The parts of a chunk with every program known, ordered by channel, then program. */
function resolvePrograms(parts: Part[], programAt: ProgramLookup): Part[] {
  const resolved = new Map<number, Part>();
  for (const { channel, program: own, notes } of parts) {
    for (const note of notes) {
      const program = own < 0 ? programAt(channel, note.startTicks) : own;
      const key = channel * 128 + program;
      const part = resolved.get(key);
      if (part === undefined) resolved.set(key, { channel, program, notes: [note] });
      else part.notes.push(note);
    }
  }
  return [...resolved].sort(([a], [b]) => a - b).map(([, part]) => part);
}

/** Gives the notes of a continuing chunk back to the track they came from (`continuation.ts`). One that does not fit
 *  stays a track of its own: no note is lost to a false claim. */
function mergeContinuations(chunks: TrackContent[], byChunk: Map<number, Track[]>): void {
  for (const { chunk, continues } of chunks[0]?.continuations ?? []) {
    const [extra, ...others] = byChunk.get(chunk) ?? [];
    const [track, ...rest] = byChunk.get(continues) ?? [];
    if (extra === undefined || track === undefined || others.length > 0 || rest.length > 0)
      continue;
    const fits =
      chunk > continues && extra.channel === track.channel && extra.program === track.program;
    if (!fits) continue;
    append(track.notes, extra.notes);
    byChunk.delete(chunk);
  }
}
