// A source: every file of a folder or an archive, met one after another, so that memory holds one at a time.

/** A file that can be read. Inside an archive it must be read before the walk goes on. */
export interface SourceFile {
  readonly type: 'file';
  /** Where it lies below the source, with forward slashes; a file of an archive follows the archive's name. */
  readonly path: string;
  /** Its absolute path, where it is a file of its own on the disk: another process can read it there. */
  readonly file?: string;
  /** Of an entry of an archive: changes when the archive does. */
  readonly stamp?: string;
  /** The whole file.
   *  @throws {CorpusError} if it is larger than `MAX_FILE_BYTES` or cannot be read */
  read(): Promise<Uint8Array>;
}

/** Something in the source that is not read, and why. */
export interface SourceProblem {
  readonly type: 'problem';
  readonly path: string;
  /** `dropped` if music may be lost with it. */
  readonly status: 'skipped' | 'dropped';
  readonly code: string;
  readonly message: string;
}

export type SourceItem = SourceFile | SourceProblem;

export interface CorpusSource {
  /** The real path of the folder or archive, for the files of this machine alone. */
  readonly place: string;
  /** The base name of the folder or archive; never a whole path, which would tell where somebody works. */
  readonly name: string;
  /** How many items a walk gives, where that is known before the first one. */
  readonly itemCount: number | undefined;
  /** The share of the latest walk that is done, in [0, 1]; for an archive, of its bytes. */
  shareDone(): number;
  /** Every item, in the same order on every walk. Leaving the loop early frees what is open. */
  walk(): AsyncGenerator<SourceItem, void, undefined>;
}

/** Larger files are not music in symbols: the longest score of MusicNet has 0.3 MB, its longest label file 1 MB. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What a file is, told by its name alone. */
export type FileKind =
  | 'midi'
  | 'labels'
  | 'metadata'
  | 'archive'
  | 'npz'
  | 'audio'
  | 'packed'
  | 'other';

const KIND_BY_NAME: readonly (readonly [RegExp, FileKind])[] = [
  [/(^|\/)\._[^/]*$/, 'other'], // AppleDouble companions carry the name of the real file
  [/\.(mid|midi|kar|rmi)$/i, 'midi'],
  [/(^|\/)(train|test)_labels\/\d+\.csv$/i, 'labels'],
  [/(^|\/)musicnet_metadata\.csv$/i, 'metadata'],
  [/\.(tar|tgz|tar\.gz)$/i, 'archive'],
  [/\.npz$/i, 'npz'],
  [/\.(wav|flac|mp3|ogg|m4a|aiff?)$/i, 'audio'],
  [/\.(zip|7z|rar|gz|bz2|xz|zst)$/i, 'packed'],
];

export function fileKind(path: string): FileKind {
  return KIND_BY_NAME.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}
