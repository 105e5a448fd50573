// First part of a preparation: every file of the source is read once, in worker processes. What is known of it goes
// into a list, its bytes go into a store, and both survive an interruption.
import { createHash } from 'node:crypto';
import { OstinatoError, parseMusicNetMetadata, refuseMusicNetNpz } from '@ostinato/core';
import type { CountFile } from './progress.js';
import { ownsItem, type ShardSpec } from './shards/shard-spec.js';
import { currentStamp } from './sources/file-stamp.js';
import { fileKind, type CorpusSource, type SourceFile, type SourceItem } from './sources/source.js';
import type { MusicPlace, ReadEntry, SurveyItem } from './survey-format.js';
import type { PieceKind } from './read-piece.js';
import type { AppendLog } from './work/append-log.js';
import { RunningTasks } from './work/running-tasks.js';
import type { FileWorkers } from './workers/file-workers.js';
import type { PieceFacts } from './workers/tasks.js';

export interface SourceSurvey {
  /** The items of the shard, in the order of the walk. */
  readonly items: readonly SurveyItem[];
  /** How many items the whole walk has, those of other shards included. */
  readonly walked: number;
  /** SHA-256 of the paths of the whole walk: equal for shards that saw the same source. */
  readonly walkHash: string;
  /** Files of the whole walk that may hold music, told by their names. */
  readonly candidates: number;
}

export interface SurveyRequest {
  readonly shard: ShardSpec;
  readonly workers: Pick<FileWorkers, 'jobs' | 'read'>;
  /** What has been read so far; what is read now is added. */
  readonly log: AppendLog<ReadEntry>;
  readonly tell: CountFile;
  readonly signal: AbortSignal | undefined;
}

/** Bytes from archives that wait for a process or are on their way to one. */
const MOST_BYTES_IN_FLIGHT = 128 * 1024 * 1024;
/** So that a process finds its next file waiting. */
const TASKS_PER_JOB = 2;

const SKIPPED: Record<'audio' | 'packed' | 'archive' | 'other', string> = {
  audio:
    "a recording; MusicNet's are read from their labels, any other becomes MIDI with ostinato transcribe",
  packed: 'an archive of a kind that is not opened; unpack it first',
  archive: 'an archive inside an archive is not opened; unpack the outer one first',
  other: 'not a music file',
};

/** Reads every file of a shard once. What an interrupted run has read is not read again, unless it has changed. */
export async function surveySource(
  source: CorpusSource,
  request: SurveyRequest,
): Promise<SourceSurvey> {
  const surveyor = new Surveyor(request);
  const paths = new Set<string>();
  const walk = createHash('sha256');
  let walked = 0;
  let candidates = 0;
  for await (const item of source.walk()) {
    request.signal?.throwIfAborted();
    const ordinal = walked++;
    walk.update(`${item.path}\n`);
    const repeated = item.type === 'file' && paths.has(item.path);
    if (item.type === 'file') paths.add(item.path);
    if (isPiece(fileKind(item.path))) candidates++;
    if (ownsItem(request.shard, ordinal)) await surveyor.meet(item, ordinal, repeated);
  }
  const items = await surveyor.finish();
  return { items, walked, walkHash: walk.digest('hex'), candidates };
}

function isPiece(kind: string): kind is PieceKind {
  return kind === 'midi' || kind === 'labels';
}

type Left = Extract<SurveyItem, { left: unknown }>['left'];

class Surveyor {
  private readonly items: SurveyItem[] = [];
  private readonly known: ReadonlyMap<string, ReadEntry>;
  /** Where the music of a file is, by the hash of its bytes: equal files are stored once. */
  private readonly stored = new Map<string, MusicPlace>();
  private readonly tasks: RunningTasks;
  private readonly request: SurveyRequest;

  constructor(request: SurveyRequest) {
    this.request = request;
    const { found } = request.log;
    this.known = new Map(found.map((entry) => [entry.path, entry]));
    for (const { found: what } of found) {
      if ('facts' in what) this.stored.set(what.facts.bytesHash, what.music);
    }
    this.tasks = new RunningTasks({
      tasks: request.workers.jobs * TASKS_PER_JOB,
      bytes: MOST_BYTES_IN_FLIGHT,
    });
  }

  async finish(): Promise<SurveyItem[]> {
    await this.tasks.all();
    await this.request.log.flush();
    return this.items.sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Takes note of an item; reading it may go on after this is done. */
  async meet(item: SourceItem, ordinal: number, repeated: boolean): Promise<void> {
    const { path } = item;
    if (item.type === 'problem') {
      const { status, code, message } = item;
      this.leave(ordinal, path, { status, code, message });
    } else if (repeated) {
      const message = 'an earlier file of the archive has the same name';
      this.leave(ordinal, path, { status: 'skipped', code: 'repeated-name', message });
    } else {
      await this.meetFile(item, ordinal);
    }
  }

  private async meetFile(file: SourceFile, ordinal: number): Promise<void> {
    const { path } = file;
    const kind = fileKind(path);
    try {
      if (isPiece(kind)) {
        await this.meetPiece(file, kind, ordinal);
      } else if (kind === 'metadata') {
        const table = parseMusicNetMetadata(new TextDecoder().decode(await file.read()));
        const message = 'MusicNet: composers and ensembles';
        const left = { status: 'skipped', code: 'metadata', message } as const;
        this.items.push({ ordinal, path, left, recordings: [...table.values()] });
        this.request.tell(path);
      } else if (kind === 'npz') {
        refuseMusicNetNpz(path);
      } else {
        this.leave(ordinal, path, { status: 'skipped', code: kind, message: SKIPPED[kind] });
      }
    } catch (error) {
      if (!(error instanceof OstinatoError) || isOurs(error)) throw error;
      const { code, message } = error;
      this.leave(ordinal, path, { status: 'dropped', code, message });
    }
  }

  private async meetPiece(file: SourceFile, kind: PieceKind, ordinal: number): Promise<void> {
    const known = await this.stillTrue(file);
    if (known) {
      this.enter(ordinal, kind, known, true);
      return;
    }
    await this.tasks.room();
    // The entries of an archive must be read before the walk goes on; a process reads a file by itself.
    const content = file.file ?? (await file.read());
    this.tasks.start(this.read(file, kind, ordinal, content), content.length);
  }

  /** What an interrupted run found, if the file is still the same. */
  private async stillTrue({ path, file, stamp }: SourceFile): Promise<ReadEntry | undefined> {
    const known = this.known.get(path);
    if (!known) return undefined;
    const now = file === undefined ? stamp : await currentStamp(file);
    return known.stamp === now ? known : undefined;
  }

  private async read(
    { path, stamp: entryStamp }: SourceFile,
    kind: PieceKind,
    ordinal: number,
    content: string | Uint8Array,
  ): Promise<void> {
    const { workers, log } = this.request;
    const result = await workers.read({ path, kind, content });
    if ('code' in result) {
      // Not for the journal: the next run may have more luck.
      const { code, message } = result;
      this.leave(ordinal, path, { status: 'dropped', code, message });
      return;
    }
    const stamp = entryStamp ?? result.stamp;
    const { outcome } = result;
    const entry =
      'code' in outcome
        ? log.append(new Uint8Array(), () => ({ path, stamp, found: outcome }))
        : this.store({ path, stamp }, outcome);
    await log.settle();
    this.enter(ordinal, kind, entry, false);
  }

  private store(
    file: { path: string; stamp: string },
    { facts, music }: { facts: PieceFacts; music: Uint8Array },
  ): ReadEntry {
    const before = this.stored.get(facts.bytesHash);
    const bytes = before ? new Uint8Array() : music;
    return this.request.log.append(bytes, (offset) => {
      const place = before ?? { offset, bytes: bytes.length };
      this.stored.set(facts.bytesHash, place);
      return { ...file, found: { facts, music: place } };
    });
  }

  private enter(ordinal: number, kind: PieceKind, entry: ReadEntry, resumed: boolean): void {
    const { path, found } = entry;
    if ('facts' in found) {
      this.items.push({ ordinal, path, kind, ...found });
      this.request.tell(path, resumed);
    } else {
      this.leave(ordinal, path, { status: 'dropped', ...found }, resumed);
    }
  }

  private leave(ordinal: number, path: string, left: Left, resumed = false): void {
    this.items.push({ ordinal, path, left });
    this.request.tell(path, resumed);
  }
}

/** Errors of the preparation itself, not of a file. */
function isOurs({ code }: OstinatoError): boolean {
  return code === 'write-failed' || code === 'no-workers';
}
