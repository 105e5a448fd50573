// The notes of a score on the grid, in the words of a vocabulary: one flat list, ordered by position.
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { Note, Score, Track } from '../score/score.js';
import { createTempoMap } from '../score/tempo-map.js';
import type { TokenizerConfig } from './config.js';
import { instrumentFamily } from './general-midi.js';
import { countDisplacement } from './grid-loss.js';
import type { GridLoss } from './grid-loss.js';
import { LONGEST_NOTE, POSITIONS_PER_QUARTER, isOnGrid, toPosition, velocityBin } from './grid.js';
import type { Vocabulary } from './vocabulary.js';

/** A note in grid points. */
export interface GridNote {
  /** From the start of the piece. */
  position: number;
  /** Index into the vocabulary's instruments. */
  instrument: number;
  /** MIDI pitch, or the percussion key. */
  pitch: number;
  /** 1..LONGEST_NOTE */
  duration: number;
  /** Bin; 0 where the vocabulary has no velocities. */
  velocity: number;
}

/** Takes the notes of a score to the grid; what changes on the way is counted in `loss`.
 *  @returns notes ordered by position, instrument, pitch, duration and velocity */
export function toGridNotes(score: Score, vocabulary: Vocabulary, loss: GridLoss): GridNote[] {
  const quantise = createQuantiser(score, vocabulary.config, loss);
  const notes: GridNote[] = [];
  for (const track of score.tracks) {
    const instrument = instrumentFor(track, vocabulary);
    const isPercussion = track.channel === PERCUSSION_CHANNEL;
    const isMapped = !isPercussion && vocabulary.instruments[instrument] !== track.program;
    for (const note of track.notes) {
      const pitch = pitchFor(note.pitch, isPercussion, vocabulary.config);
      if (instrument === -1 || pitch === undefined) {
        loss.notesDropped++;
        continue;
      }
      if (isMapped) loss.instrumentsMapped++;
      if (pitch !== note.pitch) loss.pitchesMoved++;
      notes.push({ instrument, pitch, ...quantise(note) });
    }
  }
  loss.notes += notes.length;
  return notes.sort(compareGridNotes);
}

function compareGridNotes(a: GridNote, b: GridNote): number {
  return (
    a.position - b.position ||
    a.instrument - b.instrument ||
    a.pitch - b.pitch ||
    a.duration - b.duration ||
    a.velocity - b.velocity
  );
}

/** The vocabulary's instrument for a track: its own, or the nearest program of the same family, or the first;
 *  -1 for percussion that the vocabulary lacks, and for pitches where it has only percussion. */
function instrumentFor({ channel, program }: Track, { config, instruments }: Vocabulary): number {
  if (channel === PERCUSSION_CHANNEL) return instruments.indexOf('percussion');
  if (config.instruments.length === 0) return -1;
  const family = config.instruments.filter(
    (each) => instrumentFamily(each) === instrumentFamily(program),
  );
  const [first] = config.instruments;
  const nearest = family.sort((a, b) => Math.abs(a - program) - Math.abs(b - program))[0] ?? first;
  return config.instruments.indexOf(nearest);
}

/** The pitch moved by octaves into the range (or, in a range narrower than an octave, to its nearest end);
 *  undefined for a percussion key that the vocabulary lacks. */
function pitchFor(
  pitch: number,
  isPercussion: boolean,
  config: TokenizerConfig,
): number | undefined {
  const [low, high] = isPercussion ? (config.percussionKeys ?? [0, 127]) : config.pitchRange;
  if (pitch >= low && pitch <= high) return pitch;
  if (isPercussion) return undefined;
  const octaves = pitch < low ? Math.ceil((low - pitch) / 12) : -Math.ceil((pitch - high) / 12);
  return Math.min(Math.max(pitch + 12 * octaves, low), high);
}

function createQuantiser(
  score: Score,
  { velocityBins }: TokenizerConfig,
  loss: GridLoss,
): (note: Note) => Pick<GridNote, 'position' | 'duration' | 'velocity'> {
  const { ticksPerQuarter } = score;
  const tempoMap = createTempoMap(score);
  const secondsOf = (position: number): number =>
    tempoMap.secondsAt((position * ticksPerQuarter) / POSITIONS_PER_QUARTER);
  return ({ startTicks, durationTicks, velocity }) => {
    const position = toPosition(startTicks, ticksPerQuarter);
    if (isOnGrid(startTicks, ticksPerQuarter)) {
      countDisplacement(loss, 0);
    } else {
      loss.onsetsOffGrid++;
      const seconds = Math.abs(secondsOf(position) - tempoMap.secondsAt(startTicks));
      countDisplacement(loss, 1000 * seconds);
    }
    const duration = Math.max(1, toPosition(durationTicks, ticksPerQuarter));
    if (!isOnGrid(durationTicks, ticksPerQuarter)) loss.durationsOffGrid++;
    if (duration > LONGEST_NOTE) loss.durationsCut++;
    return {
      position,
      duration: Math.min(duration, LONGEST_NOTE),
      velocity: velocityBins > 0 ? velocityBin(velocity, velocityBins) : 0,
    };
  };
}
