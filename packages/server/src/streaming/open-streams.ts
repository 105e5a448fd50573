// The streams that are open, which end together with the server.
import { ProblemError } from '../problem/problem.js';
import type { Drain } from '../protection/drain.js';
import type { NoteStream } from './note-stream.js';

/** A set whose members are closed when the server ends. Whoever closes takes itself out. */
export function createOpenStreams(drain: Drain | undefined): Set<NoteStream> {
  const open = new Set<NoteStream>();
  drain?.ending.addEventListener('abort', () => {
    for (const stream of open) stream.close(endOfServer());
  });
  return open;
}

export function endOfServer(): ProblemError {
  const detail = 'this server is ending; go on with Last-Event-ID, here in a moment or elsewhere';
  return new ProblemError('not-ready', detail, { headers: { 'retry-after': '5' } });
}
