// Work of several parts, none of which goes on alone.

/** Runs work under a signal of its own: it aborts with the given one, and with the error when the work fails, so that what
 *  is left of it stops.
 *  @throws what the work throws; the reason of `signal` if it is aborted before */
export async function stopTogether<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
