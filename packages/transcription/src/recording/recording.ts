// What the transcription needs of a recording, whatever its format.

/** Something about a recording that a listener should know. */
export interface RecordingWarning {
  /** `truncated`: the file holds less sound than its header says. `damaged`: stretches could not be decoded and are left
   *  out. `silent`: nothing in it can be heard. */
  readonly code: 'truncated' | 'damaged' | 'silent';
  readonly message: string;
}

/** An open recording. It is read once, from its start to its end. */
export interface Recording {
  /** `wav`, `flac`, `mp3`, `vorbis` or `opus`. */
  readonly format: string;
  /** Samples a second. */
  readonly sampleRate: number;
  /** How long it lasts; undefined where only decoding tells. */
  readonly seconds: number | undefined;
  /** Grows while the recording is read. */
  readonly warnings: readonly RecordingWarning[];
  /** How much of the file was read, 0..1. */
  fractionRead(): number;
  /** The sound, as the mean of the channels, in stretches of bounded length.
   *  @throws {TranscriptionError} `unreadable` */
  blocks(): AsyncGenerator<Float32Array, void, undefined>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An open file of a recording. */
export interface RecordingFile {
  /** As the user named it, for messages. */
  readonly path: string;
  readonly size: number;
  /** @returns the bytes from `offset` on, fewer than `length` only at the end of the file; new
   *  @throws {TranscriptionError} `unreadable` */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
