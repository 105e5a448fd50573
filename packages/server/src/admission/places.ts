// Places: how many work at a time, how many may wait for their turn, and that the rest is told so at once.
import { nextTask } from '../next-task.js';
import { problemOf } from '../problem/problem-of.js';
import { type Problem, ProblemError } from '../problem/problem.js';

export interface PlacesOptions {
  /** Those at work at a time; at least 1. */
  readonly running: number;
  /** Those that wait, first come, first served; more are refused. */
  readonly queued: number;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: () => number;
}

/** How it ended for one that came in. */
export type Outcome = 'finished' | 'failed' | 'cancelled';

/** At any time `entered = running + waiting + finished + failed + cancelled + refused`. */
export interface PlaceCounts {
  readonly running: number;
  readonly waiting: number;
  /** All that ever asked for a place. */
  readonly entered: number;
  readonly finished: number;
  readonly failed: number;
  /** Gone by themselves, at work or while they waited. */
  readonly cancelled: number;
  readonly refused: number;
}

/** A place that is taken. */
export interface Place extends Disposable {
  /** Gives the place to the next in the queue. Leaving again does nothing. */
  leave(outcome: Outcome): void;
  /** Leaves as finished, or as what the signal says where it is aborted. */
  [Symbol.dispose](): void;
}

export interface Places {
  /** Live: read it whenever a figure is needed. */
  readonly counts: PlaceCounts;
  /** The same places for others, with a queue and counts of their own: whoever waits there fills no queue here, and both
   *  get their turn in the order in which they came.
   *  @param queued those that may wait there */
  alongside(queued: number): Places;
  /** Refuses one that would be refused by `enter`, and counts it; else does nothing.
   *  @returns `overloaded` as `enter` throws it, but without the cost of an error, for crowds */
  refuse(): Problem | undefined;
  /** Waits for a place. Whoever gets one leaves it, whatever happens.
   *  @param signal gives up waiting; it does not free a place that is taken
   *  @throws {ProblemError} `overloaded`, with Retry-After, where all places are taken and too many wait
   *  @throws the signal's reason */
  enter(signal: AbortSignal): Promise<Place>;
  /** Works in a place, and counts what became of it.
   *  @throws as `enter` and `work` do
   *  @example
   *  const composition = await places.run(signal, () => compose(model, tokenizer, { ...options, signal })); */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

const LONGEST_RETRY_SECONDS = 60;
/** What the newest visit counts in the average of how long a place is kept. */
const NEWEST_SHARE = 0.2;

export function createPlaces({ running, queued, now }: PlacesOptions): Places {
  return placesIn(createRoom(running, now), queued);
}

/** What all places of one room share. */
interface Room {
  readonly most: number;
  taken: number;
  /** In the order they came; each takes the place it is called for. */
  readonly queue: Set<() => void>;
  /** @returns gives the place to the next in the queue */
  take(): () => void;
  /** Until one more gets a place, as long as they were kept lately. */
  waitSeconds(): number;
}

function createRoom(most: number, now: () => number = () => performance.now()): Room {
  let averageSeconds: number | undefined; // that a place is kept
  const room: Room = {
    most,
    taken: 0,
    queue: new Set(),
    take: () => {
      const since = now();
      room.taken++;
      return () => {
        room.taken--;
        const seconds = (now() - since) / 1000;
        averageSeconds ??= seconds;
        averageSeconds += (seconds - averageSeconds) * NEWEST_SHARE;
        const [next] = room.queue;
        next?.();
      };
    },
    waitSeconds: () => ((averageSeconds ?? 1) * (room.queue.size + 1)) / most,
  };
  return room;
}

function placesIn(room: Room, queued: number): Places {
  const counts = {
    running: 0,
    waiting: 0,
    entered: 0,
    finished: 0,
    failed: 0,
    cancelled: 0,
    refused: 0,
  };

  const refusal = (): Problem => {
    const seconds = Math.ceil(room.waitSeconds());
    const retryAfter = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds));
    const detail = `all ${room.most} places are taken, and ${counts.waiting} wait; try again in ${retryAfter} s`;
    return {
      code: 'overloaded',
      message: detail,
      headers: { 'retry-after': String(retryAfter) },
    };
  };

  const wait = (signal: AbortSignal): Promise<Place> =>
    new Promise((resolve, reject) => {
      const stopWaiting = (): void => {
        room.queue.delete(start);
        signal.removeEventListener('abort', giveUp);
        counts.waiting--;
      };
      const start = (): void => {
        stopWaiting();
        resolve(takePlace(signal));
      };
      const giveUp = (): void => {
        stopWaiting();
        counts[outcomeOf(signal.reason)]++;
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever the signal gives
        reject(signal.reason);
      };
      counts.waiting++;
      room.queue.add(start);
      signal.addEventListener('abort', giveUp);
    });

  const takePlace = (signal: AbortSignal): Place => {
    const giveAway = room.take();
    counts.running++;
    let hasLeft = false;
    const leave = (outcome: Outcome): void => {
      if (hasLeft) return;
      hasLeft = true;
      counts.running--;
      counts[outcome]++;
      giveAway();
    };
    return {
      leave,
      [Symbol.dispose]: () => leave(signal.aborted ? outcomeOf(signal.reason) : 'finished'),
    };
  };

  const refuse = (): Problem | undefined => {
    if (room.taken < room.most || counts.waiting < queued) return undefined;
    counts.entered++;
    counts.refused++;
    return refusal();
  };

  const enter = async (signal: AbortSignal): Promise<Place> => {
    const problem = refuse();
    if (problem) throw new ProblemError(problem.code, problem.message, problem);
    counts.entered++;
    if (signal.aborted) {
      counts[outcomeOf(signal.reason)]++;
      throw signal.reason;
    }
    return room.taken < room.most ? takePlace(signal) : wait(signal);
  };

  return {
    counts,
    alongside: (others) => placesIn(room, others),
    refuse,
    enter,
    async run(signal, work) {
      const place = await enter(signal);
      try {
        await nextTask(); // whoever came at the same moment is let in or refused before
        const result = await work();
        place.leave('finished');
        return result;
      } catch (error) {
        place.leave(outcomeOf(error));
        throw error;
      }
    },
  };
}

/** What an error, or the reason of a signal, counts as. */
export function outcomeOf(error: unknown): Outcome {
  return problemOf(error).code === 'cancelled' ? 'cancelled' : 'failed';
}
