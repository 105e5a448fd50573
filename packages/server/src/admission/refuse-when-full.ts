// Refuses what would find no place before its body is read, so that a crowd costs little.
import type { MiddlewareHandler } from 'hono';
import type { Places } from './places.js';

/** @throws {ProblemError} `overloaded` */
export function refuseWhenFull(places: Places): MiddlewareHandler {
  return async (_, next) => {
    places.checkRoom();
    await next();
  };
}
