// Makes a file of a score, off the page's thread. Its own entry: takes one request, answers, and is ended. What writes files
// is here and nowhere else, so that a page loads it with its first download.
import { writeMidi } from '@ostinato/core';
import type { ExportReply, ExportRequest } from './messages.js';
import { renderScore } from './render-score.js';

const reply = (message: ExportReply): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<ExportRequest>) => {
  try {
    reply({ type: 'done', file: makeFile(data) });
  } catch (error) {
    reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});

function makeFile({ format, score }: ExportRequest): Blob {
  if (format === 'midi')
    return new Blob([Uint8Array.from(writeMidi(score))], { type: 'audio/midi' });
  const parts = renderScore(score, (share) => reply({ type: 'progress', share }));
  return new Blob(parts, { type: 'audio/wav' });
}
