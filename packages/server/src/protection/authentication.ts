// Who asks: the name of the key that came with a request, and the refusal where one is needed.
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app-env.js';
import { ProblemError } from '../problem/problem.js';
import type { Keyring } from './api-keys.js';

/** What an app answers to anybody: whether it lives, and what it offers. */
const PUBLIC = /^\/(?:v2\/health\/[a-z]+|openapi\.json)$/;

export function isPublic(path: string): boolean {
  return PUBLIC.test(path);
}

/** Tells the rest of the app, logs and rate limits whose key it is. */
export function nameKey(keyring: Keyring): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const name = await keyring.nameOf(c.req.header('authorization'));
    if (name !== undefined) c.set('keyName', name);
    await next();
  };
}

/** Lets pass who has a key, and everybody to what is public. */
export const requireKey: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.var.keyName === undefined && !isPublic(c.req.path)) {
    const given = c.req.header('authorization') !== undefined;
    throw new ProblemError(
      'unauthorized',
      given
        ? 'this key is not known here'
        : 'send an API key of this server: `Authorization: Bearer <key>`',
      {
        headers: {
          'www-authenticate': `Bearer realm="ostinato"${given ? ', error="invalid_token"' : ''}`,
        },
      },
    );
  }
  await next();
};
