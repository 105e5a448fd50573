// A score to token ids.
import type { Score } from '../score/score.js';
import { tempoBinsOfBars } from './bar-tempos.js';
import { createGridLoss } from './grid-loss.js';
import type { GridLoss } from './grid-loss.js';
import { toGridNotes } from './grid-notes.js';
import type { GridNote } from './grid-notes.js';
import { DURATION_UNIT, POSITIONS_PER_QUARTER, toPosition } from './grid.js';
import { headOfPiece } from './head.js';
import type { Labels } from './head.js';
import { planBars } from './metre.js';
import type { BarPlan } from './metre.js';
import { TokenizerError } from './tokenizer-error.js';
import type { Vocabulary } from './vocabulary.js';

/** A piece with more bars is refused: a stray note far out would otherwise become millions of empty bars. */
export const MOST_BARS = 65_536;

export interface EncodedScore {
  /** Token ids from `Begin` to `End`. */
  tokens: Uint16Array;
  /** What was lost on the way. */
  loss: GridLoss;
}

/** Encodes a whole piece.
 *  @param labels known labels of the piece by kind; anything else is said to be unknown
 *  @throws {TokenizerError} `empty-score` if no note can be said; `too-many-bars` beyond 65,536 */
export function encodeScore(score: Score, labels: Labels, vocabulary: Vocabulary): EncodedScore {
  const loss = createGridLoss();
  const notes = toGridNotes(score, vocabulary, loss);
  const last = notes.at(-1);
  if (last === undefined) {
    const found = loss.notesDropped > 0 ? `only others (${loss.notesDropped})` : 'none';
    throw new TokenizerError(
      'empty-score',
      `score "${score.name}": expected a note that the vocabulary can say, found ${found}`,
    );
  }
  const { bars } = planScoreBars(score, last.position, vocabulary, loss);
  const tempos = tempoBinsOfBars(score, bars, vocabulary.config.tempo, loss);

  const instruments = [...new Set(notes.map(({ instrument }) => instrument))];
  const tokens = headOfPiece(vocabulary, knownLabels(labels, vocabulary), instruments);
  const writeNotes = createNoteWriter(vocabulary, tokens);
  let next = 0; // index into notes
  bars.forEach(({ start, length, signature }, i) => {
    tokens.push(vocabulary.id('Bar'));
    const isNewMetre = signature !== bars[i - 1]?.signature;
    const isNewTempo = tempos[i] !== tempos[i - 1];
    if (isNewMetre) tokens.push(vocabulary.id('TimeSignature', signature));
    if (isNewTempo) tokens.push(vocabulary.id('Tempo', tempos[i]));
    while (next < notes.length && notes[next].position < start + length) {
      const end = endOfGroup(notes, next);
      tokens.push(vocabulary.id('Position', notes[next].position - start));
      writeNotes(notes.slice(next, end));
      next = end;
    }
  });
  tokens.push(vocabulary.id('End'));
  return { tokens: Uint16Array.from(tokens), loss };
}

function planScoreBars(
  score: Score,
  lastOnset: number,
  { config }: Vocabulary,
  loss: GridLoss,
): BarPlan {
  const changes = score.timeSignatures.map(({ tick, numerator, denominator }) => ({
    position: toPosition(tick, score.ticksPerQuarter),
    numerator,
    denominator,
  }));
  const plan = planBars(changes, lastOnset, config.timeSignatures, MOST_BARS + 1);
  if (plan.bars.length > MOST_BARS) {
    const quarters = Math.round(lastOnset / POSITIONS_PER_QUARTER);
    throw new TokenizerError(
      'too-many-bars',
      `score "${score.name}": expected at most ${MOST_BARS} bars, found more ` +
        `(the last note begins after ${quarters} quarters); cut the score`,
    );
  }
  loss.barsCut += plan.cutBars;
  loss.signaturesDelayed += plan.delayedSignatures;
  loss.barsApproximated += plan.approximatedBars;
  return plan;
}

function knownLabels(labels: Labels, vocabulary: Vocabulary): Labels {
  const known = vocabulary.labels.flatMap(({ kind, values }) => {
    const value = labels[kind];
    return value !== undefined && values.includes(value) ? [[kind, value]] : [];
  });
  return Object.fromEntries(known) as Labels;
}

function endOfGroup(notes: readonly GridNote[], start: number): number {
  let end = start + 1;
  while (end < notes.length && notes[end].position === notes[start].position) end++;
  return end;
}

/** Writes the notes of one position after another: instruments in a circle from the one that is running, so that it
 *  needs no token, then percussion. */
function createNoteWriter(
  vocabulary: Vocabulary,
  tokens: number[],
): (group: readonly GridNote[]) => void {
  const { instruments, config } = vocabulary;
  const percussion = instruments.indexOf('percussion');
  let running = -1;
  const writeNote = ({ instrument, pitch, duration, velocity }: GridNote): void => {
    if (instrument === percussion) {
      tokens.push(vocabulary.id('Drum', pitch));
    } else {
      if (instrument !== running) tokens.push(vocabulary.id('Instrument', instrument));
      running = instrument;
      tokens.push(vocabulary.id('Pitch', pitch));
    }
    const holds = Math.ceil(duration / DURATION_UNIT) - 1;
    if (holds > 0) tokens.push(vocabulary.id('Hold', holds));
    tokens.push(vocabulary.id('Duration', duration - holds * DURATION_UNIT));
    if (config.velocityBins > 0) tokens.push(vocabulary.id('Velocity', velocity));
  };
  return (group) => {
    const pitched = group.filter(({ instrument }) => instrument !== percussion);
    const first = pitched.findIndex(({ instrument }) => instrument >= running);
    const turn = Math.max(first, 0);
    for (const note of pitched.slice(turn)) writeNote(note);
    for (const note of pitched.slice(0, turn)) writeNote(note);
    for (const note of group) if (note.instrument === percussion) writeNote(note);
  };
}
