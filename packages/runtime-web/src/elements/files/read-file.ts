// MIDI files that people drop or choose, read with care; what is wrong is said for a musician.
import {
  DEFAULT_MIDI_LIMITS,
  MidiFormatError,
  type MidiReadResult,
  OstinatoError,
  readMidi,
} from '@ostinato/core';

/** A piece cannot be had. `code`: `file-missing`, `file-too-large`, `file-unreadable`, `file-empty`. `cause` has the
 *  reader's own error. */
export class PieceError extends OstinatoError {}

/** Reads a file.
 *  @throws {PieceError} */
export async function readMidiFile(file: File): Promise<MidiReadResult> {
  checkSize(file.name, file.size);
  return readPiece(file.name, new Uint8Array(await file.arrayBuffer()));
}

/** Fetches and reads a file.
 *  @throws {PieceError}; the signal's reason if it is aborted */
export async function fetchMidi(url: string, signal: AbortSignal): Promise<MidiReadResult> {
  const name = url.split(/[?#]/)[0].split('/').pop() || url;
  let bytes: Uint8Array;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) {
      throw new PieceError('file-missing', `“${name}” was not found (HTTP ${response.status}).`);
    }
    checkSize(name, Number(response.headers.get('content-length') ?? 0));
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof OstinatoError) throw cause;
    const message = `“${name}” could not be fetched; check the connection and try again.`;
    throw new PieceError('file-missing', message, { cause });
  }
  return readPiece(name, bytes);
}

function readPiece(name: string, bytes: Uint8Array): MidiReadResult {
  let result: MidiReadResult;
  try {
    result = readMidi(bytes);
  } catch (cause) {
    if (!(cause instanceof MidiFormatError)) throw cause;
    const message = `“${name}” cannot be read. ${adviceFor(cause)}`;
    throw new PieceError('file-unreadable', message, { cause });
  }
  if (result.score.tracks.every(({ notes }) => notes.length === 0)) {
    throw new PieceError('file-empty', `“${name}” is a MIDI file without notes.`);
  }
  return result;
}

function checkSize(name: string, bytes: number): void {
  if (bytes <= DEFAULT_MIDI_LIMITS.bytes) return;
  const limit = DEFAULT_MIDI_LIMITS.bytes / 2 ** 20;
  const size = Math.ceil(bytes / 2 ** 20);
  throw new PieceError(
    'file-too-large',
    `“${name}” has ${size} MB; MIDI files of at most ${limit} MB are read. Is it a MIDI file?`,
  );
}

function adviceFor({ code, message }: MidiFormatError): string {
  if (code === 'not-midi') {
    return 'It is not a MIDI file; choose one that ends in .mid (a recording such as MP3 is none).';
  }
  if (code.startsWith('limit-')) return `It is too large. ${message}`;
  return `The file is damaged: ${message}.`;
}
