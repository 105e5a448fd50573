// Refuses what would find no place before its body is read, so that a crowd costs little.
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app-env.js';
import { answerProblem } from '../problem/answer-problem.js';
import type { Places } from './places.js';

/** Answers `overloaded` and throws nothing: to make and to catch an error takes longer than the rest of a refusal. */
export function refuseWhenFull(places: Places): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const problem = places.refuse();
    return problem ? answerProblem(problem, c) : next();
  };
}
