// A typed client: the routes of the app as functions.
import { hc } from 'hono/client';
import type { createApp } from './create-app.js';

export type AppType = ReturnType<typeof createApp>;

export interface ClientOptions {
  /** Sent as a bearer token. */
  readonly apiKey?: string;
  /** How requests are sent. Default: the global `fetch`. */
  readonly fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** Asks for JSON where a request does not say otherwise in its `headers`.
 *  @param baseUrl where the app is served
 *  @example
 *  const client = createClient('http://127.0.0.1:8080');
 *  const compose = client.v1.models[':model'].compose;
 *  const answer = await compose.$post({ param: { model: 'musicnet' }, json: { seed: 7 } });
 *  if (answer.ok) console.log((await answer.json()).notes); */
export function createClient(baseUrl: string, { apiKey, fetch }: ClientOptions = {}) {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
  return hc<AppType>(baseUrl, { headers, ...(fetch && { fetch }) });
}
