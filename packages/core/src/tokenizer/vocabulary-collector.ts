// Fits a vocabulary to a corpus: what its scores use is in, so the softmax of a model stays small. Memory stays bounded
// however many scores are added.
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { Score } from '../score/score.js';
import { TOKENIZER_VERSION, parseTokenizerConfig } from './config.js';
import type { TokenizerConfig } from './config.js';
import type { TempoScale } from './grid.js';
import { MOST_BARS } from './encoder.js';
import type { Instrument } from './general-midi.js';
import { POSITIONS_PER_QUARTER, toPosition } from './grid.js';
import type { Labels } from './head.js';
import { ALL_METRES, metreName, planBars } from './metre.js';
import { TokenizerError } from './tokenizer-error.js';
import { UNKNOWN_LABEL } from './unknown-label.js';

/** Quarters a minute in bins of ±2.5 %. MusicNet spends 4 % of its time outside of 24..240, mostly in fast 3/8. */
const TEMPO_SCALE: TempoScale = { lowestBpm: 16, highestBpm: 384, bins: 64 };

/** An instrument with a smaller share of all notes is left out: stray clicks and wrong programs cannot be learned. */
const SMALLEST_SHARE = 1e-4;

/** Values of one kind of label that are remembered; later ones are unknown. */
const MOST_LABELS = 1024;

export interface FitOptions {
  /** 0 (default) leaves velocities out; n makes n equal bins of 1..127. */
  velocityBins?: number;
}

/** What one score asks of a vocabulary: a few numbers, plain JSON, however long the score is. */
export interface VocabularyNeeds {
  /** How many notes each instrument plays; instruments without notes are left out. */
  notes: [instrument: Instrument, count: number][];
  /** Lowest and highest pitch of instruments, inclusive; null for none. */
  pitches: [number, number] | null;
  /** Lowest and highest key of the percussion kit, inclusive; null for none. */
  percussionKeys: [number, number] | null;
  /** The time signatures of its bars, such as `3/4`; those of cut bars too. */
  metres: string[];
}

export interface VocabularyCollector {
  /** Notes what a score uses. Labels that are `unknown` or empty, and those beyond 1,024 of a kind, are left out. */
  add(score: Score, labels?: Labels): void;
  /** The same for a score of which only the needs are at hand. */
  addNeeds(needs: VocabularyNeeds, labels?: Labels): void;
  /** The config of everything added so far, except instruments with less than one note in 10,000. Its lists are
   *  sorted, so the order of the scores does not matter.
   *  @throws {TokenizerError} `empty-score` if no note was added */
  finish(options?: FitOptions): TokenizerConfig;
}

/** What a score asks of a vocabulary, so that a collection can be read in parts, by several programs. */
export function vocabularyNeeds(score: Score): VocabularyNeeds {
  const noteCounts = new Map<Instrument, number>();
  const pitches = new Set<number>();
  const keys = new Set<number>();
  for (const { channel, program, notes } of score.tracks) {
    if (notes.length === 0) continue;
    const instrument = channel === PERCUSSION_CHANNEL ? 'percussion' : program;
    noteCounts.set(instrument, (noteCounts.get(instrument) ?? 0) + notes.length);
    const seen = instrument === 'percussion' ? keys : pitches;
    for (const { pitch } of notes) seen.add(pitch);
  }
  return {
    notes: [...noteCounts],
    pitches: rangeOf(pitches),
    percussionKeys: rangeOf(keys),
    metres: [...metresOf(score)].map((index) => metreName(ALL_METRES[index])),
  };
}

export function createVocabularyCollector(): VocabularyCollector {
  const noteCounts = new Map<Instrument, number>();
  const pitches = new Set<number>(); // the ends of the ranges
  const keys = new Set<number>();
  const metres = new Set<string>();
  const labelValues = new Map<string, Set<string>>();

  const addNeeds = (needs: VocabularyNeeds, labels: Labels = {}): void => {
    for (const [instrument, count] of needs.notes) {
      noteCounts.set(instrument, (noteCounts.get(instrument) ?? 0) + count);
    }
    for (const pitch of needs.pitches ?? []) pitches.add(pitch);
    for (const key of needs.percussionKeys ?? []) keys.add(key);
    for (const metre of needs.metres) metres.add(metre);
    for (const [kind, value] of Object.entries(labels)) {
      const values = labelValues.get(kind) ?? new Set();
      labelValues.set(kind, values);
      if (value !== '' && value !== UNKNOWN_LABEL && values.size < MOST_LABELS) values.add(value);
    }
  };

  return {
    add: (score, labels) => addNeeds(vocabularyNeeds(score), labels),
    addNeeds,
    finish({ velocityBins = 0 } = {}) {
      const instruments = commonInstruments(noteCounts);
      if (instruments.length === 0) {
        throw new TokenizerError(
          'empty-score',
          'vocabulary: expected scores with notes, found none',
        );
      }
      return parseTokenizerConfig({
        version: TOKENIZER_VERSION,
        positionsPerQuarter: POSITIONS_PER_QUARTER,
        pitchRange: rangeOf(pitches) ?? [0, 127],
        instruments: instruments.filter((each) => each !== 'percussion').sort((a, b) => a - b),
        percussionKeys: instruments.includes('percussion') ? rangeOf(keys) : null,
        timeSignatures: ALL_METRES.filter((metre) => metres.has(metreName(metre))),
        tempo: TEMPO_SCALE,
        velocityBins,
        labels: Object.fromEntries(
          [...labelValues].sort(byKey).map(([kind, values]) => [kind, [...values].sort()]),
        ),
      });
    },
  };
}

function commonInstruments(noteCounts: ReadonlyMap<Instrument, number>): Instrument[] {
  const total = [...noteCounts.values()].reduce((sum, count) => sum + count, 0);
  const common = [...noteCounts].filter(([, count]) => count >= SMALLEST_SHARE * total);
  return common.map(([instrument]) => instrument);
}

/** The metres that the bars of a score need, those of cut bars included. */
function metresOf({ ticksPerQuarter, timeSignatures, tracks }: Score): Set<number> {
  const changes = timeSignatures.map(({ tick, numerator, denominator }) => ({
    position: toPosition(tick, ticksPerQuarter),
    numerator,
    denominator,
  }));
  const onsets = tracks.flatMap(({ notes }) => notes.at(-1)?.startTicks ?? []);
  if (onsets.length === 0) return new Set();
  const lastOnset = toPosition(Math.max(...onsets), ticksPerQuarter);
  const { bars } = planBars(changes, lastOnset, ALL_METRES, MOST_BARS);
  return new Set(bars.map(({ signature }) => signature));
}

function rangeOf(values: ReadonlySet<number>): [number, number] | null {
  return values.size > 0 ? [Math.min(...values), Math.max(...values)] : null;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
