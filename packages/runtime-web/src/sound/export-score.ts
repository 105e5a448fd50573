// A score as a file, made in a worker: the page stays responsive, however long the piece.
import { OstinatoError, type Score } from '@ostinato/core';
import { soundFiles } from '../sound-files.js';
import type { ExportFormat, ExportReply, ExportRequest } from './export/messages.js';

export interface ExportOptions {
  /** Told the share of a WAV file that is done, 0..1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Makes a MIDI file, or a WAV file with the built-in synthesiser: 44.1 kHz, 16 bits, stereo.
 *  @throws {OstinatoError} `export-failed` if the worker cannot be loaded or the file cannot be made (a WAV file holds an
 *    hour at most); the signal's reason if it is aborted */
export function exportScore(
  score: Score,
  format: ExportFormat,
  { onProgress, signal }: ExportOptions = {},
): Promise<Blob> {
  signal?.throwIfAborted();
  const worker = new Worker(soundFiles().exportWorker, { type: 'module' });
  const ending = new AbortController();
  const listen = { signal: ending.signal };
  const result = new Promise<Blob>((resolve, reject) => {
    const fail = (message: string): void => {
      reject(new OstinatoError('export-failed', `The file could not be made: ${message}.`));
    };
    signal?.addEventListener('abort', () => reject(signal.reason as Error), listen);
    worker.addEventListener('error', () => fail('its worker did not load'), listen);
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<ExportReply>) => {
        if (data.type === 'progress') onProgress?.(data.share);
        else if (data.type === 'done') resolve(data.file);
        else fail(data.message);
      },
      listen,
    );
  });
  worker.postMessage({ format, score } satisfies ExportRequest);
  return result.finally(() => {
    ending.abort();
    worker.terminate();
  });
}
