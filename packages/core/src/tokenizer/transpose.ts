// Transposition of token sequences. Only `Pitch` tokens change; percussion has tokens of its own.
import { playableRange } from './instrument-ranges.js';
import type { Vocabulary } from './vocabulary.js';

/** How far a sequence can be transposed, in semitones: every shift from `down` (<= 0) to `up` (>= 0) keeps every
 *  pitch in range. */
export interface TranspositionRange {
  down: number;
  up: number;
}

/** The shifts that keep every pitch of a sequence in the vocabulary; `{ down: 0, up: 0 }` without pitches. */
export function transpositionRange(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
): TranspositionRange {
  const { firstId, count } = vocabulary.blocks.Pitch;
  let [lowest, highest] = [Infinity, -Infinity];
  for (const id of tokens) {
    if (id < firstId || id >= firstId + count) continue;
    lowest = Math.min(lowest, id);
    highest = Math.max(highest, id);
  }
  if (highest === -Infinity) return { down: 0, up: 0 };
  return { down: firstId - lowest || 0, up: firstId + count - 1 - highest };
}

/** The shifts that also keep every instrument where it can play. What the piece itself asks of an instrument counts as
 *  playable: a violin part that goes above the table can still move down. */
export function playableTransposition(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
): TranspositionRange {
  let { down, up } = transpositionRange(vocabulary, tokens);
  const { lowest, highest } = extremesByProgram(vocabulary, tokens);
  vocabulary.config.instruments.forEach((program, index) => {
    if (highest[index] === -1) return; // does not play
    const [low, high] = playableRange(program);
    down = Math.max(down, Math.min(0, low - lowest[index]));
    up = Math.min(up, Math.max(0, high - highest[index]));
  });
  return { down, up };
}

/** The lowest and highest pitch that each program plays; 128 and -1 for one that does not play. */
function extremesByProgram(
  { blocks, config }: Vocabulary,
  tokens: Uint16Array,
): { lowest: Uint8Array; highest: Int8Array } {
  const { Pitch, Instrument, With } = blocks;
  const toPitch = Pitch.firstValue - Pitch.firstId;
  const lowest = new Uint8Array(config.instruments.length).fill(128);
  const highest = new Int8Array(config.instruments.length).fill(-1);
  let running = -1; // until an instrument is declared
  for (const id of tokens) {
    if (id >= Pitch.firstId && id < Pitch.firstId + Pitch.count) {
      const pitch = id + toPitch;
      const instrument = Math.max(running, 0);
      if (pitch < lowest[instrument]) lowest[instrument] = pitch;
      if (pitch > highest[instrument]) highest[instrument] = pitch;
    } else if (id >= Instrument.firstId && id < Instrument.firstId + Instrument.count) {
      running = id - Instrument.firstId;
    } else if (running === -1 && id >= With.firstId && id < With.firstId + lowest.length) {
      running = id - With.firstId; // percussion comes after the programs
    }
  }
  return { lowest, highest };
}

/** Shifts every pitch by an integer number of semitones.
 *  @returns a copy
 *  @throws {RangeError} if a pitch would leave the vocabulary's range */
export function transposeTokens(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
  semitones: number,
): Uint16Array {
  const { down, up } = transpositionRange(vocabulary, tokens);
  if (!Number.isInteger(semitones) || semitones < down || semitones > up) {
    throw new RangeError(
      `transposeTokens: expected an integer from ${down} to ${up} semitones, found ${semitones}`,
    );
  }
  const { firstId, count } = vocabulary.blocks.Pitch;
  return tokens.map((id) => (id >= firstId && id < firstId + count ? id + semitones : id));
}
