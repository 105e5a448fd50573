// A typed client: the routes of the app as functions.
import { hc } from 'hono/client';
import type { createApp } from './create-app.js';

export type AppType = ReturnType<typeof createApp>;

/** @param baseUrl where the app is served
 *  @param apiKey sent as a bearer token
 *  @example
 *  const client = createClient('http://127.0.0.1:8080');
 *  const { models } = await (await client.v1.models.$get()).json(); */
export function createClient(baseUrl: string, { apiKey }: { apiKey?: string } = {}) {
  const headers: Record<string, string> = {};
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
  return hc<AppType>(baseUrl, { headers });
}
