// A WAV file as a recording.
import {
  decodeWavMono,
  OstinatoError,
  readWavHeader,
  type WavHeader,
  wavFrameBytes,
} from '@ostinato/core';
import { TranscriptionError } from '../transcription-error.js';
import { openRecordingFile } from './open-file.js';
import type { Recording, RecordingFile, RecordingWarning } from './recording.js';

/** Samples of each channel that are in memory at once: a second or two. */
const BLOCK_FRAMES = 65_536;

/** Reads the head of the file and owns it from then on.
 *  @throws {AudioFormatError} if it is no WAV file that can be read */
export async function openWavRecording(file: RecordingFile): Promise<Recording> {
  const header = await readWavHeader(file);
  let framesRead = 0;

  async function* blocks(): AsyncGenerator<Float32Array, void, undefined> {
    const frameBytes = wavFrameBytes(header);
    while (framesRead < header.frames) {
      const count = Math.min(BLOCK_FRAMES, header.frames - framesRead);
      const bytes = await file.read(
        header.dataOffset + framesRead * frameBytes,
        count * frameBytes,
      );
      if (bytes.length < count * frameBytes) {
        const message = `${file.path}: became shorter while it was read`;
        throw new TranscriptionError('unreadable', message);
      }
      framesRead += count;
      yield decodeWavMono(header, bytes);
    }
  }

  return {
    format: 'wav',
    sampleRate: header.sampleRate,
    seconds: header.seconds,
    warnings: describeLoss(header),
    fractionRead: () => (header.frames === 0 ? 1 : framesRead / header.frames),
    blocks,
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** What a header claims that the file does not hold. */
function describeLoss(header: WavHeader): RecordingWarning[] {
  if (header.missingFrames === 0) return [];
  const claimed = (header.frames + header.missingFrames) / header.sampleRate;
  const message = `the header says ${claimed.toFixed(1)} s, the file holds ${header.seconds.toFixed(1)} s: its end is missing`;
  return [{ code: 'truncated', message }];
}

/** What the head of a WAV file says; its sound is not read. */
export interface WavFile extends WavHeader {
  readonly warnings: readonly RecordingWarning[];
}

/** Reads the head of a WAV file.
 *  @throws {OstinatoError} naming the file, if it is no WAV file that can be read */
export async function readWavFile(path: string): Promise<WavFile> {
  const file = await openRecordingFile(path);
  try {
    const header = await readWavHeader(file);
    return { ...header, warnings: describeLoss(header) };
  } catch (cause) {
    throw naming(path, cause);
  } finally {
    await file.close();
  }
}

/** Puts the file's name before what a reader of bytes complains about. */
export function naming(path: string, cause: unknown): unknown {
  if (!(cause instanceof OstinatoError) || cause instanceof TranscriptionError) return cause;
  return new OstinatoError(cause.code, `${path}: ${cause.message}`, { cause });
}
