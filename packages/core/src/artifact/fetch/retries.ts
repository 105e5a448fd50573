// Trying again where that may help.
import { isPassing } from './model-source-error.js';

/** Tries in a row that bring nothing, before it is an error: with the pauses about four seconds. */
const MOST_TRIES = 4;

export interface RetryOptions {
  /** Before the second try, milliseconds; each further one is three times as long. */
  readonly pauseMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether the last try brought something, so that it does not count. */
  readonly hasAdvanced?: () => boolean;
}

/** @throws what `work` throws, at once if another try cannot help */
export async function withRetries<T>(
  work: () => Promise<T>,
  { pauseMs, signal, hasAdvanced = () => false }: RetryOptions,
): Promise<T> {
  let failures = 0;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      failures = hasAdvanced() ? 1 : failures + 1;
      if (failures >= MOST_TRIES) throw error;
    }
    await pause(pauseMs * 3 ** (failures - 1), signal);
  }
}

/** @throws the reason of `signal` */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
  signal?.throwIfAborted();
}
