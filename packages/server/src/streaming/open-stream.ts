// From a request for a stream to the stream: its place, its time, what of it the client has already, and where it goes on.
import { generate, type GenerateOptions } from '@ostinato/core';
import { startDeadline } from '../admission/deadline.js';
import { outcomeOf, type Place } from '../admission/places.js';
import type { AppContext } from '../app-env.js';
import type { ServedModel } from '../app-options.js';
import { planComposition } from '../composition/plan-composition.js';
import { randomSeed } from '../composition/random-seed.js';
import { problemOf } from '../problem/problem-of.js';
import type { StreamRequest } from '../schemas/stream-schemas.js';
import { checkDigest, digestOf, idSuffix, parseEventId } from './event-id.js';
import { createEventWriter } from './events.js';
import { createNoteStream, type NoteStream } from './note-stream.js';
import { endOfServer } from './open-streams.js';
import { FAST, realTime } from './pace.js';

/** In real time nothing is sent before the lead is composed, so blocks are large from the first one on. */
const REAL_TIME_BLOCK = 64;

/** What is asked for, and by whom. */
export interface StreamOrder {
  /** By which the model is served. */
  readonly name: string;
  readonly served: ServedModel;
  readonly request: StreamRequest;
  /** The id of the last event that the client has, if it was here before. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}

export interface OpenStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly seed: number | string;
}

/** Which piece it is, and how much of it the client has. */
interface Bookmark {
  readonly seed: number | string;
  readonly digest: string;
  /** Of all ids. */
  readonly suffix: string;
  /** Undefined at the first time. */
  readonly notes: number | undefined;
}

/** @returns nothing if the client has all of it already
 *  @throws {ProblemError} `invalid-request` or `conflict` for an id that does not fit; `overloaded`; `not-ready`
 *  @throws as `planComposition` and `generate` do */
export async function openStream(
  order: StreamOrder,
  context: AppContext,
): Promise<OpenStream | undefined> {
  const { pace: _, leadSeconds: __, ...piece } = order.request;
  const bookmark = await findBookmark(order, piece);
  if (bookmark.notes === Infinity) return undefined;
  const { seed } = bookmark;
  if (context.drain?.started.aborted) throw endOfServer();
  const deadline = startDeadline(order.signal, context.limits.streamSeconds);
  let place: Place | undefined;
  const leave = (error: unknown): void => {
    deadline[Symbol.dispose]();
    place?.leave(error === undefined ? 'finished' : outcomeOf(error));
  };
  try {
    place = await context.streamPlaces.enter(deadline.signal);
    const { signal } = deadline;
    const request = { ...piece, seed };
    const { options } = await planComposition(order.served, request, { ...context, signal });
    signal.throwIfAborted();
    const readable = start(order, options, bookmark, { context, signal, leave });
    return { readable, seed };
  } catch (error) {
    leave(error);
    throw error;
  }
}

async function findBookmark(
  { served, lastEventId }: StreamOrder,
  piece: Parameters<typeof digestOf>[1],
): Promise<Bookmark> {
  const id = lastEventId ? parseEventId(lastEventId) : undefined;
  const chosen = piece.seed === undefined ? (id?.seed ?? randomSeed()) : undefined;
  const seed = piece.seed ?? chosen!;
  const digest = await digestOf(served, piece, seed);
  if (id) checkDigest(id, digest);
  return { seed, digest, suffix: idSuffix(digest, chosen), notes: id?.notes };
}

/** @param leave called once, when the stream has ended */
function start(
  { name, served, request, requestId }: StreamOrder,
  options: GenerateOptions,
  { seed, digest, suffix, notes }: Bookmark,
  {
    context,
    signal,
    leave,
  }: {
    context: AppContext;
    signal: AbortSignal;
    leave: (error: unknown) => void;
  },
): ReadableStream<Uint8Array> {
  const { limits, metrics, openStreams, resumePoints, logger } = context;
  const { pace, leadSeconds } = request;
  const isResumed = notes !== undefined;
  const resume = isResumed ? resumePoints.find(digest) : undefined;
  // A listener who has not begun is not kept waiting by a note that comes later: those who listen go first.
  const beginsIn = isResumed ? 0 : leadSeconds * 1000;
  const neededIn = (): number => stream.lastsFor() ?? beginsIn;
  const work = new AbortController();
  const generation = generate(served.model, served.tokenizer, {
    ...options,
    ...(pace === 'realtime' && { blockSize: REAL_TIME_BLOCK, neededIn }),
    ...(resume && { resume }),
    signal: work.signal,
  });
  const stopFollowing = resumePoints.follow(digest, generation);
  if (isResumed) metrics.resumed(name, resume ? 'checkpoint' : 'seed');
  const writer = createEventWriter(suffix, served.tokenizer.instruments, requestId);
  const { primer: _, seed: __, ...asked } = request;
  const stream: NoteStream = createNoteStream({
    generation,
    writer,
    opening: isResumed ? writer.again() : writer.start({ model: name, seed, request: asked }),
    skip: notes ?? 0,
    pace: (fromSeconds) =>
      pace === 'fast' ? FAST : realTime({ leadSeconds, fromSeconds, isPlaying: isResumed }),
    stallSeconds: limits.stallSeconds,
    onNote: (punctuality) => metrics.streamedNote(name, punctuality),
    onClose: (error) => {
      openStreams.delete(stream);
      work.abort(error);
      stopFollowing(error !== undefined);
      leave(error);
      if (error !== undefined && problemOf(error).code === 'internal') {
        logger?.error({ requestId, error }, 'internal error');
      }
    },
  });
  openStreams.add(stream);
  signal.addEventListener('abort', () => stream.close(signal.reason));
  return stream.readable;
}
