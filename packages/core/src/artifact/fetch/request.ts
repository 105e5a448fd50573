// One request for a file of a model: no credentials, redirects only to where is allowed, never longer without a byte
// than a given time.
import { checkProtocol, shownAddress, type AddressOptions } from './address.js';
import type { Fetch, FetchInit, FetchResponse } from './fetch-api.js';
import { ModelSourceError } from './model-source-error.js';

/** Redirects in a row: a download host behind a link behind a short address. */
const MOST_REDIRECTS = 5;

export interface RequestOptions extends AddressOptions {
  readonly fetch: Fetch;
  /** How long to wait for the next byte, milliseconds. */
  readonly stallMs: number;
  readonly headers?: Record<string, string>;
  readonly cache?: FetchInit['cache'];
  readonly signal?: AbortSignal | undefined;
}

/** An answer of status 200; where a range was asked for also 206 or 416. */
export interface Answer {
  readonly status: number;
  /** In a page, of a server elsewhere: most headers are not told, so that one which is not there says nothing. */
  readonly hidesHeaders: boolean;
  header(name: string): string | null;
  /** The next bytes, at least one; undefined at the end.
   *  @throws {ModelSourceError} `network` or `timeout` */
  read(): Promise<Uint8Array | undefined>;
}

/** Asks for a file and lets `take` read the answer, to its end or not.
 *  @throws {ModelSourceError} naming the address
 *  @throws the reason of `signal` */
export async function request<T>(
  url: string,
  options: RequestOptions,
  take: (answer: Answer) => Promise<T>,
): Promise<T> {
  const { signal, stallMs } = options;
  const shown = shownAddress(url);
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop, { once: true });

  /** Runs one wait for the server within the time. */
  const wait = async <T>(work: () => Promise<T>): Promise<T> => {
    const timer = setTimeout(() => controller.abort(timeout(shown, stallMs)), stallMs);
    try {
      return await work();
    } catch (error) {
      if (controller.signal.aborted) throw controller.signal.reason;
      throw error instanceof ModelSourceError ? error : unreachable(shown, error);
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const response = await follow(url, options, controller.signal, wait);
    checkStatus(shown, response.status, options.headers?.range !== undefined);
    const reader = response.body?.getReader();
    return await take({
      status: response.status,
      hidesHeaders: response.type === 'cors',
      header: (name) => response.headers.get(name),
      read: async () => {
        for (;;) {
          const { done, value } = (await wait(async () => reader?.read())) ?? { done: true };
          if (done) return undefined;
          if (value !== undefined && value.length > 0) return value;
        }
      },
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    controller.abort(); // lets go of the connection, if there was more to come
  }
}

/** A page may not see the way of a redirect: there the browser follows, and keeps a secure page from insecure hops. */
async function follow(
  url: string,
  options: RequestOptions,
  signal: AbortSignal,
  wait: (work: () => Promise<FetchResponse>) => Promise<FetchResponse>,
): Promise<FetchResponse> {
  const { fetch, headers = {}, cache = 'default' } = options;
  const ask = (at: string, redirect: FetchInit['redirect']): Promise<FetchResponse> =>
    wait(() =>
      fetch(at, {
        headers,
        redirect,
        cache,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal,
      }),
    );
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await ask(at, 'manual');
    if (response.type === 'opaqueredirect') {
      const last = await ask(at, 'follow');
      checkRedirect(at, last.url, options);
      return last;
    }
    const isRedirect = response.status >= 300 && response.status < 400;
    const location = isRedirect ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel().catch(() => undefined);
    const next = resolveLocation(location, at);
    checkRedirect(at, next, options);
    at = next;
  }
  throw new ModelSourceError(
    'network',
    `${shownAddress(url)}: more than ${MOST_REDIRECTS} redirects in a row; give the address where they lead`,
  );
}

function resolveLocation(location: string, at: string): string {
  try {
    return new URL(location, at).href;
  } catch (cause) {
    const shown = shownAddress(at);
    throw new ModelSourceError('network', `${shown}: redirects to what is no address`, { cause });
  }
}

/** @throws {ModelSourceError} `bad-address` */
function checkRedirect(from: string, to: string, options: AddressOptions): void {
  if (new URL(from).protocol === 'https:' && new URL(to).protocol !== 'https:') {
    throw new ModelSourceError(
      'bad-address',
      `${shownAddress(from)}: redirects to ${shownAddress(to)}, which is not secure; it was not followed`,
    );
  }
  checkProtocol(to, options);
}

function checkStatus(shown: string, status: number, hasRange: boolean): void {
  if (status === 200 || (hasRange && (status === 206 || status === 416))) return;
  if (status === 404 || status === 410) {
    throw new ModelSourceError(
      'not-found',
      `${shown}: not found (HTTP ${status}); is this the address of a model's folder?`,
    );
  }
  const answered = `${shown}: the server answered HTTP ${status}`;
  if (status >= 500 || status === 408 || status === 429) {
    throw new ModelSourceError('network', `${answered}; try again later`);
  }
  throw new ModelSourceError('refused', `${answered}; is the model public?`);
}

function timeout(shown: string, stallMs: number): ModelSourceError {
  const message = `${shown}: no byte came for ${stallMs / 1000} s; try again, what has come is kept`;
  return new ModelSourceError('timeout', message);
}

/** `fetch` says no more than that it failed; Node keeps the reason in the cause. */
function unreachable(shown: string, error: unknown): ModelSourceError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message = String(cause) } = cause as { code?: string; message?: string };
  return new ModelSourceError(
    'network',
    `${shown}: cannot be reached or broke off (${code ?? message}); check the address and the connection`,
    { cause: error },
  );
}
