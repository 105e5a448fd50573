// What the notes of some pieces are like, as counts: pitches, lengths, how many sound at once, who plays.
import {
  createTempoMap,
  type Instrument,
  PERCUSSION_CHANNEL,
  type Score,
  type Track,
} from '@ostinato/core';
import * as z from 'zod';

/** Note values, by rounding a length to a power of two of a quarter. */
export const DURATION_NAMES = ['1/32', '1/16', '1/8', '1/4', '1/2', '1/1', 'longer'] as const;
/** The last count is of this many voices or more. */
export const MOST_VOICES = 10;

const PITCHES = 128;
const PITCH_CLASSES = 12;
/** Of a quarter, as a power of two, the shortest and the longest note value. */
const SHORTEST = -3;
const LONGEST = 3;

const counts = (length: number) => z.array(z.number().nonnegative()).length(length);

export const noteStatisticsSchema = z.strictObject({
  pieces: z.int().nonnegative(),
  notes: z.int().nonnegative(),
  /** Seconds of music. */
  seconds: z.number().nonnegative(),
  /** Notes by MIDI pitch, percussion left out. */
  pitches: counts(PITCHES),
  /** Notes by pitch class, C first, percussion left out. */
  pitchClasses: counts(PITCH_CLASSES),
  /** Notes by note value, in the order of DURATION_NAMES, percussion left out. */
  durations: counts(DURATION_NAMES.length),
  /** Quarters in which 1, 2, ... voices sound, percussion left out. */
  voices: counts(MOST_VOICES),
  /** Notes by instrument: a General MIDI program, or `percussion`. */
  instruments: z.record(z.string(), z.number().nonnegative()),
});

export type NoteStatistics = z.infer<typeof noteStatisticsSchema>;

/** Counts of no piece. */
export function emptyStatistics(): NoteStatistics {
  const zeros = (length: number): number[] => Array.from({ length }, () => 0);
  return {
    pieces: 0,
    notes: 0,
    seconds: 0,
    pitches: zeros(PITCHES),
    pitchClasses: zeros(PITCH_CLASSES),
    durations: zeros(DURATION_NAMES.length),
    voices: zeros(MOST_VOICES),
    instruments: {},
  };
}

/** Adds a piece to the counts. */
export function addPiece(statistics: NoteStatistics, score: Score): void {
  statistics.pieces++;
  let endTick = 0;
  for (const track of score.tracks) {
    const instrument = String(instrumentOf(track));
    const before = statistics.instruments[instrument] ?? 0;
    if (track.notes.length > 0) statistics.instruments[instrument] = before + track.notes.length;
    statistics.notes += track.notes.length;
    for (const { startTicks, durationTicks } of track.notes) {
      endTick = Math.max(endTick, startTicks + durationTicks);
    }
    if (track.channel === PERCUSSION_CHANNEL) continue;
    for (const { pitch, durationTicks } of track.notes) {
      statistics.pitches[pitch]++;
      statistics.pitchClasses[pitch % PITCH_CLASSES]++;
      statistics.durations[durationIndex(durationTicks / score.ticksPerQuarter)]++;
    }
  }
  statistics.seconds += createTempoMap(score).secondsAt(endTick);
  addVoices(statistics.voices, score);
}

function instrumentOf({ channel, program }: Track): Instrument {
  return channel === PERCUSSION_CHANNEL ? 'percussion' : program;
}

function durationIndex(quarters: number): number {
  const power = Math.round(Math.log2(quarters));
  return Math.min(LONGEST, Math.max(SHORTEST, power)) - SHORTEST;
}

/** Quarters in which so many notes sound; silence is not counted. */
function addVoices(voices: number[], { tracks, ticksPerQuarter }: Score): void {
  const changes = tracks
    .filter(({ channel }) => channel !== PERCUSSION_CHANNEL)
    .flatMap(({ notes }) =>
      notes.flatMap(({ startTicks, durationTicks }) => [
        { tick: startTicks, change: 1 },
        { tick: startTicks + durationTicks, change: -1 },
      ]),
    )
    .sort((a, b) => a.tick - b.tick);
  let sounding = 0;
  let from = 0;
  for (const { tick, change } of changes) {
    if (sounding > 0)
      voices[Math.min(sounding, voices.length) - 1] += (tick - from) / ticksPerQuarter;
    sounding += change;
    from = tick;
  }
}
