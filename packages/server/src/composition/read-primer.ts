// A primer, however it was given, as a score.
import {
  instrumentName,
  type Note,
  PERCUSSION_CHANNEL,
  type Score,
  sortNotes,
  type Tokenizer,
} from '@ostinato/core';
import type { AppContext } from '../app-env.js';
import { ProblemError } from '../problem/problem.js';
import type { Primer } from '../schemas/compose-schemas.js';
import { knownInstrument } from './known-instrument.js';

const TICKS_PER_QUARTER = 480;
const DEFAULT_TEMPO_BPM = 120;
const DEFAULT_VELOCITY = 80;
/** The longest time between two events of a MIDI file, in ticks; a note of a primer does not begin later. */
const MOST_TICKS = 0x0fffffff;

/** With the signal that ends the reading of a piece. */
export type ReadContext = Pick<AppContext, 'limits' | 'renderer'> & {
  readonly signal?: AbortSignal;
};

/** @throws {ProblemError} `invalid-request`, `outside-limits`, `cannot-compose`
 *  @throws {MidiFormatError} if the file cannot be read */
export async function readPrimer(
  primer: Primer | Uint8Array,
  tokenizer: Tokenizer,
  context: ReadContext,
): Promise<Score> {
  if (primer instanceof Uint8Array) return readGivenMidi(primer, context);
  if ('notes' in primer) {
    checkNoteCount(primer.notes.length, context.limits.givenTokens);
    return scoreOfNotes(primer, tokenizer);
  }
  return readGivenMidi(decodeBase64(primer.midi), context);
}

function readGivenMidi(
  bytes: Uint8Array,
  { limits, renderer, signal }: ReadContext,
): Promise<Score> {
  // A note is at least two tokens, so that a file of more notes would be refused later, after more work.
  const most = { bytes: limits.bodyBytes, notes: limits.givenTokens };
  return renderer.readMidi(bytes, most, { signal });
}

function checkNoteCount(found: number, most: number): void {
  if (found <= most) return;
  const detail = `primer.notes: expected at most ${most}, found ${found}; give a shorter primer`;
  throw new ProblemError('outside-limits', detail);
}

/** Where there is one, it decodes megabytes in a millisecond. */
const { Buffer } = globalThis as {
  Buffer?: { from(text: string, encoding: 'base64'): Uint8Array };
};

/** @param text that the schema has found to be base64 */
function decodeBase64(text: string): Uint8Array {
  if (Buffer) return Buffer.from(text, 'base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Notes in seconds as a score of one tempo. */
function scoreOfNotes(
  { notes, tempoBpm = DEFAULT_TEMPO_BPM }: Extract<Primer, { notes: unknown }>,
  tokenizer: Tokenizer,
): Score {
  const microsecondsPerQuarter = Math.round(60e6 / tempoBpm);
  const ticksPerSecond = (TICKS_PER_QUARTER * 1e6) / microsecondsPerQuarter;
  const parts = new Map(tokenizer.instruments.map((each) => [each, [] as Note[]]));
  for (const [index, note] of notes.entries()) {
    const place = `primer.notes.${index}.instrument`;
    const instrument =
      note.instrument === undefined
        ? tokenizer.instruments[0]
        : knownInstrument(note.instrument, tokenizer, place);
    const startTicks = Math.round(note.startSeconds * ticksPerSecond);
    const endTicks = Math.round((note.startSeconds + note.durationSeconds) * ticksPerSecond);
    parts.get(instrument)!.push({
      pitch: note.pitch,
      startTicks: Math.min(startTicks, MOST_TICKS),
      durationTicks: Math.min(Math.max(1, endTicks - startTicks), MOST_TICKS),
      velocity: note.velocity ?? DEFAULT_VELOCITY,
    });
  }
  return {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name: '',
    tempos: [{ tick: 0, microsecondsPerQuarter }],
    timeSignatures: [],
    keySignatures: [],
    tracks: [...parts].map(([instrument, own], part) => ({
      name: instrumentName(instrument),
      channel: instrument === 'percussion' ? PERCUSSION_CHANNEL : part % PERCUSSION_CHANNEL,
      program: instrument === 'percussion' ? 0 : instrument,
      notes: sortNotes(own),
    })),
  };
}
