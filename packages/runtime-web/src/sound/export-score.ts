// A score as a file, made in a worker: the page stays responsive, however long the piece.
import { OstinatoError, type Score } from '@ostinato/core';
import { sameOriginScript } from '../same-origin-script.js';
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
export async function exportScore(
  score: Score,
  format: ExportFormat,
  { onProgress, signal }: ExportOptions = {},
): Promise<Blob> {
  signal?.throwIfAborted();
  const url = new URL(soundFiles().exportWorker, document.baseURI);
  const script = await sameOriginScript(url).catch((cause: unknown) => {
    throw failed('its worker did not load', cause);
  });
  const ending = new AbortController();
  const listen = { signal: ending.signal };
  const worker = new Worker(script.url, { type: 'module' });
  try {
    return await new Promise<Blob>((resolve, reject) => {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', () => reject(signal.reason as Error), listen);
      worker.addEventListener('error', () => reject(failed('its worker did not load')), listen);
      worker.addEventListener(
        'message',
        ({ data }: MessageEvent<ExportReply>) => {
          if (data.type === 'progress') onProgress?.(data.share);
          else if (data.type === 'done') resolve(data.file);
          else reject(failed(data.message));
        },
        listen,
      );
      worker.postMessage({ format, score } satisfies ExportRequest);
    });
  } finally {
    ending.abort();
    worker.terminate();
    script.forget();
  }
}

function failed(message: string, cause?: unknown): OstinatoError {
  return new OstinatoError('export-failed', `The file could not be made: ${message}.`, { cause });
}
