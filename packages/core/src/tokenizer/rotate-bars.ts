// A piece from another of its bars on: from there to its end, then from its beginning to there. Both parts are pieces
// of their own, so that no beginning seems to follow an end, and no end comes where the music has none.
import type { Vocabulary } from './vocabulary.js';

/** In how many ways a sequence can begin, >= 1: as it does, or at one of the bar lines that have notes on both sides. */
export function barRotations({ blocks }: Vocabulary, tokens: Uint16Array): number {
  let count = 1;
  let barsSinceNote = 0;
  let hasNotes = false;
  const { Pitch, Drum, Bar } = blocks;
  for (const id of tokens) {
    if (id === Bar.firstId) {
      if (hasNotes) barsSinceNote++;
    } else if (isOf(Pitch, id) || isOf(Drum, id)) {
      count += barsSinceNote;
      barsSinceNote = 0;
      hasNotes = true;
    }
  }
  return count;
}

/** Cuts a sequence at a bar line and puts what follows first. That part begins with the head of the piece and says the
 *  metre, tempo and instrument in force; it ends as the piece does. The other part begins as the piece does, and stops
 *  before the bar line without an `End`, since the music does not end there. Both declare the instruments that play in
 *  them.
 *  @param tokens one piece
 *  @param rotation 0 (the piece as it is) to `barRotations` - 1, in the order of the bar lines
 *  @returns a copy: two pieces, one after another, unless `rotation` is 0
 *  @throws {RangeError} if there is no such rotation */
export function rotateBars(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
  rotation: number,
): Uint16Array {
  if (rotation === 0) return tokens.slice();
  const count = barRotations(vocabulary, tokens);
  if (!Number.isInteger(rotation) || rotation < 0 || rotation >= count) {
    throw new RangeError(`rotateBars: expected an integer in 0..${count - 1}, found ${rotation}`);
  }
  const body = tokens.indexOf(vocabulary.blocks.Bar.firstId);
  const cut = findCut(vocabulary, tokens, rotation);
  const head = tokens.subarray(0, body);
  const [before, after] = [tokens.subarray(body, cut), tokens.subarray(cut)];
  const implied = firstProgram(vocabulary, head);
  const state = readState(vocabulary, before, implied);
  const playsAfter = readState(vocabulary, after, state.instrument).plays;
  return concatenate([
    narrowHead(vocabulary, head, playsAfter),
    restate(vocabulary, after, state),
    narrowHead(vocabulary, head, state.plays),
    before,
  ]);
}

/** What a sequence has said. Ids of tokens; -1 for what it has not. */
interface State {
  metre: number;
  tempo: number;
  /** Index of the running program. */
  instrument: number;
  /** Who has played, by index into the vocabulary's instruments. */
  plays: Uint8Array;
}

type Block = Vocabulary['blocks']['Bar'];

function isOf({ firstId, count }: Block, id: number): boolean {
  return id >= firstId && id < firstId + count;
}

/** Index of the bar line of a rotation: as many after the first note. */
function findCut({ blocks }: Vocabulary, tokens: Uint16Array, rotation: number): number {
  const { Pitch, Drum, Bar } = blocks;
  let cut = tokens.findIndex((id) => isOf(Pitch, id) || isOf(Drum, id));
  for (let bar = 0; bar < rotation; bar++) cut = tokens.indexOf(Bar.firstId, cut + 1);
  return cut;
}

/** Index of the program that plays until an `Instrument` comes; -1 if the head declares none. */
function firstProgram({ blocks, config }: Vocabulary, head: Uint16Array): number {
  const programs = { ...blocks.With, count: config.instruments.length };
  const first = head.find((id) => isOf(programs, id));
  return first === undefined ? -1 : first - programs.firstId;
}

function readState(
  { blocks, instruments }: Vocabulary,
  tokens: Uint16Array,
  running: number,
): State {
  const { TimeSignature, Tempo, Instrument, Pitch, Drum } = blocks;
  const plays = new Uint8Array(instruments.length);
  const state: State = { metre: -1, tempo: -1, instrument: running, plays };
  for (const id of tokens) {
    if (isOf(Pitch, id)) plays[Math.max(state.instrument, 0)] = 1;
    else if (isOf(Instrument, id)) state.instrument = id - Instrument.firstId;
    else if (isOf(Drum, id)) plays[instruments.length - 1] = 1;
    else if (isOf(Tempo, id)) state.tempo = id;
    else if (isOf(TimeSignature, id)) state.metre = id;
  }
  return state;
}

/** The head with only the instruments that play; the whole head if it declares none of them. */
function narrowHead({ blocks }: Vocabulary, head: Uint16Array, plays: Uint8Array): Uint16Array {
  const narrow = head.filter(
    (id) => !isOf(blocks.With, id) || plays[id - blocks.With.firstId] === 1,
  );
  const isDeclared = narrow.some((id) => isOf(blocks.With, id));
  return isDeclared ? narrow : head;
}

/** A part from a bar line on, with the state before it said where the part does not say its own. */
function restate({ blocks }: Vocabulary, part: Uint16Array, state: State): Uint16Array {
  const { TimeSignature, Tempo, Instrument, Pitch } = blocks;
  const hasMetre = isOf(TimeSignature, part[1]);
  const metreEnd = hasMetre ? 2 : 1;
  const hasTempo = isOf(Tempo, part[metreEnd]);
  const firstPitched = part.findIndex((id) => isOf(Pitch, id) || isOf(Instrument, id));
  const note = firstPitched === -1 ? part.length : firstPitched;
  const saysInstrument = note < part.length && isOf(Pitch, part[note]) && state.instrument !== -1;
  return concatenate([
    part.subarray(0, 1), // Bar
    !hasMetre && state.metre !== -1 ? [state.metre] : part.subarray(1, metreEnd),
    !hasTempo && state.tempo !== -1 ? [state.tempo] : [],
    part.subarray(metreEnd, note),
    saysInstrument ? [Instrument.firstId + state.instrument] : [],
    part.subarray(note),
  ]);
}

function concatenate(parts: readonly ArrayLike<number>[]): Uint16Array {
  const whole = new Uint16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
