// Token ids to notes, one token at a time, and to a Score at the end. Every sequence the grammar allows has a meaning:
// time never goes back, and a note always has its length.
import type { Note, Score } from '../score/score.js';
import { createClock } from './clock.js';
import type { Instrument } from './general-midi.js';
import type { Grammar } from './grammar.js';
import {
  DEFAULT_VELOCITY,
  DURATION_UNIT,
  TICKS_PER_POSITION,
  TICKS_PER_QUARTER,
  velocityOfBin,
} from './grid.js';
import { buildTracks } from './score-builder.js';
import { TokenizerError } from './tokenizer-error.js';
import type { TokenKind, Vocabulary } from './vocabulary.js';

/** A note, as soon as its last token is there. Notes come in the order of their onsets. */
export interface NoteEvent {
  type: 'note';
  instrument: Instrument;
  /** MIDI pitch, or the percussion key. */
  pitch: number;
  /** 1..127 */
  velocity: number;
  /** 480 ticks a quarter. */
  startTicks: number;
  durationTicks: number;
  startSeconds: number;
  /** At the tempo of the onset: a later change of tempo is not known yet. */
  durationSeconds: number;
  /** The bar of the onset, from 0. */
  bar: number;
}

/** A bar line. `bar` may skip numbers where a position lies beyond the end of its bar. */
export interface BarEvent {
  type: 'bar';
  /** The bar that begins, from 0. */
  bar: number;
  startTicks: number;
  startSeconds: number;
}

export type DecodedEvent = NoteEvent | BarEvent;

/** Decodes one piece as its tokens arrive. */
export interface Decoder {
  /** Takes the next token, `Begin` first.
   *  @returns what it completes
   *  @throws {VocabularyError} if the id is outside 0..V-1
   *  @throws {TokenizerError} `ungrammatical` if it may not follow the token before it; `End` may come anywhere */
  push(token: number): DecodedEvent | undefined;
  /** The piece so far; a note whose length has not come is left out. The decoder can go on. */
  end(): Score;
}

/** Meanings beyond the plain ones: a position that is not after the one before it lies in the next bar; a position
 *  beyond the end of its bar rolls over into the following bars; notes before any `Instrument` belong to the first
 *  instrument declared; the first bar is 4/4 (or the vocabulary's first signature) at 120 until told otherwise. */
export function createDecoder(vocabulary: Vocabulary, grammar: Grammar): Decoder {
  const checkToken = createChecker(vocabulary, grammar);
  const clock = createClock(vocabulary);
  const percussion = vocabulary.instruments.indexOf('percussion');
  const notes: Note[][] = vocabulary.instruments.map(() => []); // by instrument
  let instrument = -1; // running; -1 until the first is declared
  let pending = { instrument, pitch: 0, durationTicks: 0 };

  const finishNote = (velocity: number): NoteEvent => {
    const { pitch, durationTicks } = pending;
    const moment = clock.now();
    notes[pending.instrument].push({
      pitch,
      startTicks: moment.startTicks,
      durationTicks,
      velocity,
    });
    return {
      type: 'note',
      instrument: vocabulary.instruments[pending.instrument],
      pitch,
      velocity,
      durationTicks,
      durationSeconds: durationTicks * clock.secondsPerTick(),
      ...moment,
    };
  };

  return {
    push(token) {
      const kind = checkToken(token);
      const value = vocabulary.valueOf(token);
      switch (kind) {
        case 'Begin':
        case 'End':
        case 'Label':
          return undefined;
        case 'With':
          if (instrument === -1 && value !== percussion) instrument = value;
          return undefined;
        case 'Bar':
          clock.startBar();
          return { type: 'bar', ...clock.barLine() };
        case 'TimeSignature':
          clock.setTimeSignature(value);
          return undefined;
        case 'Tempo':
          clock.setTempo(value);
          return undefined;
        case 'Position':
          return clock.moveTo(value) ? { type: 'bar', ...clock.barLine() } : undefined;
        case 'Instrument':
          instrument = value;
          return undefined;
        case 'Pitch':
          pending = { instrument: Math.max(instrument, 0), pitch: value, durationTicks: 0 };
          return undefined;
        case 'Drum':
          pending = { instrument: percussion, pitch: value, durationTicks: 0 };
          return undefined;
        case 'Hold':
          pending.durationTicks = value * DURATION_UNIT * TICKS_PER_POSITION;
          return undefined;
        case 'Duration':
          pending.durationTicks += value * TICKS_PER_POSITION;
          return vocabulary.config.velocityBins > 0 ? undefined : finishNote(DEFAULT_VELOCITY);
        case 'Velocity':
          return finishNote(velocityOfBin(value, vocabulary.config.velocityBins));
      }
    },
    end: () => ({
      ticksPerQuarter: TICKS_PER_QUARTER,
      name: '',
      tempos: clock.tempos.map((tempo) => ({ ...tempo })),
      timeSignatures: clock.timeSignatures.map((signature) => ({ ...signature })),
      keySignatures: [],
      tracks: buildTracks(
        vocabulary.instruments.map((each, i) => ({
          instrument: each,
          notes: notes[i].map((note) => ({ ...note })),
        })),
      ),
    }),
  };
}

/** Follows the grammar from token to token. @returns a function that gives a token's kind, or throws */
function createChecker(vocabulary: Vocabulary, grammar: Grammar): (token: number) => TokenKind {
  let count = 0;
  let previous = -1;
  const isAllowed = (token: number): boolean => {
    const state = grammar.stateAfter[previous];
    return grammar.allowed[state * vocabulary.size + token] === 1;
  };
  return (token) => {
    const kind = vocabulary.kindOf(token);
    const hasEnded = previous !== -1 && vocabulary.kindOf(previous) === 'End';
    const isFirst = previous === -1;
    const isRight = kind === 'End' || (isFirst ? kind === 'Begin' : isAllowed(token));
    if (hasEnded || !isRight) {
      const name = vocabulary.tokens[token];
      const advice = hasEnded ? '; decode each piece with a decoder of its own' : '';
      const place = isFirst ? 'at the start' : `after ${vocabulary.tokens[previous]}`;
      throw new TokenizerError(
        'ungrammatical',
        `token ${count}: ${name} may not come ${place}${advice}`,
      );
    }
    previous = token;
    count++;
    return kind;
  };
}
