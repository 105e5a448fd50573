// One file of music -> Score, with what the reader repaired.
import { countNotes, parseMusicNetLabels, readMidi, type Score } from '@ostinato/core';
import { CorpusError } from './corpus-error.js';
import type { LedgerWarning } from './ledger.js';

/** Kinds of file that hold a piece. */
export type PieceKind = 'midi' | 'labels';

export interface PieceRead {
  readonly score: Score;
  readonly notes: number;
  readonly warnings: readonly LedgerWarning[];
}

/** Reads a MIDI file or a MusicNet label file.
 *  @throws {OstinatoError} if the bytes are no such file, or hold no notes */
export function readPiece(kind: PieceKind, bytes: Uint8Array): PieceRead {
  const { score, warnings } =
    kind === 'midi' ? readMidi(bytes) : parseMusicNetLabels(new TextDecoder().decode(bytes));
  const notes = countNotes(score);
  if (notes === 0) throw new CorpusError('no-notes', 'the file holds no notes');
  return {
    score,
    notes,
    warnings: warnings.map(({ code, message, count }) => ({ code, message, count })),
  };
}
