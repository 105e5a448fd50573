// First pass over a source: read every file once, keep a few facts of each, and nothing of its music.
import { createHash } from 'node:crypto';
import {
  OstinatoError,
  parseMusicNetMetadata,
  refuseMusicNetNpz,
  type MusicNetRecording,
} from '@ostinato/core';
import { fingerprint, type Fingerprint } from './fingerprint.js';
import type { LedgerEntry, LedgerWarning } from './ledger.js';
import { readPiece, type PieceKind } from './read-piece.js';
import { fileKind, type CorpusSource, type SourceFile, type SourceItem } from './sources/source.js';

/** What the survey knows of a readable piece. */
export interface SurveyedPiece {
  readonly path: string;
  readonly kind: PieceKind;
  /** SHA-256 of the file. */
  readonly bytesHash: string;
  readonly fingerprint: Fingerprint;
  readonly notes: number;
  readonly warnings: readonly LedgerWarning[];
}

export interface Survey {
  /** Readable pieces in the order of the walk; paths are unique. */
  readonly pieces: readonly SurveyedPiece[];
  /** Everything else that was met. */
  readonly others: readonly LedgerEntry[];
  /** MusicNet's table, by the number of the recording; empty where the source has none. */
  readonly metadata: ReadonlyMap<number, MusicNetRecording>;
}

const SKIPPED: Record<'audio' | 'packed' | 'archive' | 'other', string> = {
  audio: 'a recording; only music in symbols is read',
  packed: 'an archive of a kind that is not opened; unpack it first',
  archive: 'an archive inside an archive is not opened; unpack the outer one first',
  other: 'not a music file',
};

/** Reads every file of the source once.
 *  @param onItem called after each item with its path */
export async function surveySource(
  source: CorpusSource,
  onItem: (path: string) => void,
  signal?: AbortSignal,
): Promise<Survey> {
  const state = new SurveyState();
  for await (const item of source.walk()) {
    signal?.throwIfAborted();
    await state.meet(item);
    onItem(item.path);
  }
  return state;
}

class SurveyState implements Survey {
  readonly pieces: SurveyedPiece[] = [];
  readonly others: LedgerEntry[] = [];
  metadata = new Map<number, MusicNetRecording>();
  private readonly paths = new Set<string>();
  private readonly pieceByBytes = new Map<string, SurveyedPiece>();

  async meet(item: SourceItem): Promise<void> {
    const { path } = item;
    if (item.type === 'problem') {
      const { status, code, message } = item;
      this.others.push({ path, status, code, message });
    } else if (this.paths.has(path)) {
      const message = 'an earlier file of the archive has the same name';
      this.others.push({ path, status: 'skipped', code: 'repeated-name', message });
    } else {
      this.paths.add(path);
      await this.meetFile(item);
    }
  }

  private async meetFile(file: SourceFile): Promise<void> {
    const kind = fileKind(file.path);
    try {
      if (kind === 'midi' || kind === 'labels') {
        this.pieces.push(this.examine(file.path, kind, await file.read()));
      } else if (kind === 'metadata') {
        this.metadata = parseMusicNetMetadata(new TextDecoder().decode(await file.read()));
        const message = 'MusicNet: composers and ensembles';
        this.others.push({ path: file.path, status: 'skipped', code: 'metadata', message });
      } else if (kind === 'npz') {
        refuseMusicNetNpz(file.path);
      } else {
        this.others.push({
          path: file.path,
          status: 'skipped',
          code: kind,
          message: SKIPPED[kind],
        });
      }
    } catch (error) {
      if (!(error instanceof OstinatoError)) throw error;
      const { code, message } = error;
      this.others.push({ path: file.path, status: 'dropped', code, message });
    }
  }

  private examine(path: string, kind: PieceKind, bytes: Uint8Array): SurveyedPiece {
    const bytesHash = hashBytes(bytes);
    const known = this.pieceByBytes.get(bytesHash);
    if (known?.kind === kind) return { ...known, path };
    const { score, notes, warnings } = readPiece(kind, bytes);
    const piece = { path, kind, bytesHash, fingerprint: fingerprint(score), notes, warnings };
    this.pieceByBytes.set(bytesHash, piece);
    return piece;
  }
}

/** SHA-256 in hexadecimal digits. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
