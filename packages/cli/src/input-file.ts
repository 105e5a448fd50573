// Files that a command reads: errors name the file, and nothing larger than it can be is loaded.
import { readFile, stat } from 'node:fs/promises';
import {
  DEFAULT_MIDI_LIMITS,
  type MidiReadResult,
  OstinatoError,
  parseTokenizer,
  readMidi,
  recommendedSamplingSchema,
  type Score,
  type Tokenizer,
} from '@ostinato/core';
import * as z from 'zod';

/** The most there can be are 32,768 labels of 200 characters, each listed twice: 40 MB where a character takes three bytes. */
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;
const MAX_ABOUT_BYTES = 1024 * 1024;
/** The description of a model or a corpus takes a few kilobytes. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** A file that cannot be used. `code` is the system's or that of the reader. */
export class InputError extends OstinatoError {}

/** Reads a MIDI file.
 *  @throws {InputError} naming the file, if it is not there or not a readable MIDI file */
export async function readMidiFile(path: string): Promise<MidiReadResult> {
  const bytes = await readLimited(path, DEFAULT_MIDI_LIMITS.bytes);
  return naming(path, () => readMidi(bytes));
}

/** Reads a MIDI file that must hold a note.
 *  @throws {InputError} also if there is none */
export async function readPrimer(path: string): Promise<Score> {
  const { score } = await readMidiFile(path);
  if (score.tracks.some((track) => track.notes.length > 0)) return score;
  throw new InputError('no-notes', `${path}: holds no note to go on from`);
}

/** Reads a description that one of our commands wrote.
 *  @throws {InputError} naming the file */
export async function readTextFile(path: string): Promise<string> {
  return new TextDecoder().decode(await readLimited(path, MAX_TEXT_BYTES));
}

/** Reads a tokenizer.json.
 *  @throws {InputError} naming the file */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const bytes = await readLimited(path, MAX_TOKENIZER_BYTES);
  return naming(path, () => parseTokenizer(new TextDecoder().decode(bytes)));
}

const text = z.string().min(1).exactOptional();

const aboutSchema = z.strictObject({
  name: text,
  description: text,
  /** An SPDX identifier if there is one. */
  licence: text,
  attribution: text,
  /** The training data, in words. */
  data: text,
  hardware: text,
  /** More for the card, Markdown. */
  notes: text,
  /** How to draw from the model where a caller has no opinion. */
  sampling: z.strictObject(recommendedSamplingSchema.shape).exactOptional(),
  /** The shell commands that made the model. */
  commands: z.array(z.string().min(1)).exactOptional(),
});

/** Reads what the card of a model says; every field may be left out.
 *  @throws {InputError} naming the file and the field */
export async function readAbout(path: string): Promise<z.infer<typeof aboutSchema>> {
  const bytes = await readLimited(path, MAX_ABOUT_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new InputError('not-json', `${path}: not JSON`, { cause });
  }
  const result = aboutSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InputError(
    'invalid-about',
    `${path}: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'not valid'}`,
  );
}

/** Puts the file's name before what a reader of bytes complains about. */
function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof OstinatoError)) throw cause;
    throw new InputError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

async function readLimited(path: string, limit: number): Promise<Uint8Array> {
  try {
    const stats = await stat(path);
    // Opening a pipe or a device would wait for ever.
    if (!stats.isFile()) throw new InputError('not-a-file', `${path}: not a file`);
    if (stats.size > limit) {
      throw new InputError('too-large', `${path}: ${stats.size} bytes, at most ${limit} are read`);
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new InputError(code, `${path}: ${reason}`, { cause });
  }
}
