// Notes of a piece as a stream of events, each when it is due. A client that reads nothing costs nothing: a few notes wait
// for it, and the model is not asked for more.
import type { Composition, Generation } from '@ostinato/core';
import { problemOf } from '../problem/problem-of.js';
import { ProblemError } from '../problem/problem.js';
import { type EventWriter, HEARTBEAT } from './events.js';
import { createNoteQueue } from './note-queue.js';
import type { Pace, Punctuality } from './pace.js';

/** Notes that are due within this time go together: each chunk costs more than the notes in it. */
const GATHER_MS = 500;
/** Proxies close a connection on which nothing is said, some after 30 s. */
const HEARTBEAT_MS = 15_000;

export interface NoteStreamOptions {
  readonly generation: Generation;
  readonly writer: EventWriter;
  /** What is sent at once. */
  readonly opening: string;
  /** Notes that the client has already: they are composed, and not sent. */
  readonly skip: number;
  /** @param fromSeconds where in the piece the client is */
  readonly pace: (fromSeconds: number) => Pace;
  /** After how long a client that takes nothing is given up. */
  readonly stallSeconds: number;
  /** Called for each note that is sent. @param punctuality in real time */
  readonly onNote: (punctuality: Punctuality | undefined) => void;
  /** Called once, when no more is sent. The composing is the caller's to stop.
   *  @param error why it ended early; undefined where everything was sent */
  readonly onClose: (error: unknown) => void;
}

export interface NoteStream {
  /** Of UTF-8. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Milliseconds until more notes are due than are composed; undefined while none was sent. */
  lastsFor(): number | undefined;
  /** Ends it early; a client that is still there is told why. */
  close(reason: unknown): void;
}

/** Makes a stream that begins to compose when it is read. It has one timer: until something is due, or until the client
 *  must have taken what was sent. */
export function createNoteStream(options: NoteStreamOptions): NoteStream {
  const { generation, writer, skip, stallSeconds, onNote, onClose } = options;
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let endPull: (() => void) | undefined; // there while the client wants to read
  let isClosed = false;
  let { opening } = options;
  let heartbeatAt = performance.now() + HEARTBEAT_MS;
  let pace: Pace | undefined; // once there is enough to begin with
  let sent = skip;
  let lateNotes = 0;
  let latestSeconds = 0;

  const queue = createNoteQueue(generation, skip, () => {
    if (endPull && (!pace || queue.notes.length <= 1)) setTimer(); // else it is set for an earlier note
  });

  const setTimer = (): void => {
    clearTimeout(timer);
    if (isClosed) return;
    timer = endPull
      ? setTimeout(sendWhatIsDue, Math.max(0, nextAt() - performance.now()))
      : setTimeout(giveUp, stallSeconds * 1000);
  };
  const nextAt = (): number => {
    if (opening !== '' || (queue.end && queue.notes.length === 0)) return 0;
    if (queue.notes.length === 0) return heartbeatAt;
    return Math.min(heartbeatAt, currentPace()?.dueAt(queue.notes[0].startSeconds) ?? Infinity);
  };
  /** @returns undefined while too little is composed to begin with */
  const currentPace = (): Pace | undefined => {
    const last = queue.notes.at(-1);
    if (pace || !last) return pace;
    const coming = options.pace(queue.fromSeconds);
    const isEnough = queue.isFull || queue.end || coming.mayBegin(last.startSeconds);
    if (isEnough) pace = coming;
    return pace;
  };

  const sendWhatIsDue = (): void => {
    const now = performance.now();
    let text = opening + dueNotes(now);
    opening = '';
    const end = queue.notes.length === 0 ? queue.end : undefined;
    if (end && 'composition' in end) text += endEvent(end.composition);
    if (text === '' && now >= heartbeatAt) text = HEARTBEAT;
    if (text !== '') {
      controller.enqueue(encoder.encode(text));
      heartbeatAt = now + HEARTBEAT_MS;
    }
    if (end && 'error' in end) close(end.error);
    else if (end) finish();
    else if (text !== '') answered();
    else setTimer();
  };
  const dueNotes = (now: number): string => {
    const begun = currentPace();
    if (!begun) return '';
    let text = '';
    while (queue.notes.length > 0) {
      const { startSeconds } = queue.notes[0];
      if (begun.dueAt(startSeconds) > now + GATHER_MS) break;
      const punctuality = begun.send(startSeconds, now);
      latestSeconds = Math.max(latestSeconds, punctuality?.delaySeconds ?? 0);
      if (punctuality?.isLate) lateNotes++;
      onNote(punctuality);
      text += writer.note(queue.take(), ++sent);
    }
    return text;
  };
  const endEvent = ({ stoppedBy, tokens, givenTokens }: Composition): string =>
    writer.end({
      stoppedBy,
      notes: sent,
      tokens: tokens.length - givenTokens,
      lateNotes,
      latestSeconds,
    });

  const answered = (): void => {
    endPull?.();
    endPull = undefined;
    setTimer();
  };
  /** @param error undefined where everything was sent */
  const leave = (error?: unknown): void => {
    isClosed = true;
    answered();
    onClose(error);
  };
  const finish = (): void => {
    controller.close();
    leave();
  };
  const close = (reason: unknown): void => {
    if (isClosed) return;
    const problem = problemOf(reason);
    // Whoever cancelled does not listen, or will find out by the end that is missing.
    if (problem.code !== 'cancelled') controller.enqueue(encoder.encode(writer.error(problem)));
    controller.close();
    leave(reason);
  };
  const giveUp = (): void =>
    close(new ProblemError('cancelled', `nothing was read for ${stallSeconds} s`));

  const readable = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        setTimer();
      },
      pull: () =>
        new Promise<void>((resolve) => {
          if (opening !== '') queue.start();
          endPull = resolve;
          setTimer();
        }),
      cancel() {
        if (!isClosed) leave(new ProblemError('cancelled', 'the client went away'));
      },
    },
    { highWaterMark: 0 }, // a chunk is made when somebody wants to read it, and not before
  );
  const lastsFor = (): number | undefined => {
    if (!pace) return undefined;
    const last = queue.notes.at(-1);
    return last ? Math.max(0, pace.dueAt(last.startSeconds) - performance.now()) : 0;
  };
  return { readable, lastsFor, close };
}
