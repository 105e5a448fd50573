// What of the Fetch standard is used, as types: the `fetch` of a page, of Node, Deno, Bun and of a test all fit.

export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

export interface FetchInit {
  readonly headers: Record<string, string>;
  readonly redirect: 'follow' | 'manual';
  readonly credentials: 'omit';
  readonly referrerPolicy: 'no-referrer';
  readonly cache: 'no-cache' | 'default';
  readonly signal: AbortSignal;
}

export interface FetchResponse {
  readonly status: number;
  /** `opaqueredirect` where a page may not see the way of a redirect, `cors` where it does not see every header. */
  readonly type: string;
  /** Where the content came from, after redirects. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader; cancel(): Promise<void> } | null;
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}
