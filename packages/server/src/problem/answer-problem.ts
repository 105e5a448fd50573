// A problem as the answer to a request.
import type { Context } from 'hono';
import type { AppEnv } from '../app-env.js';
import { type Problem, problemResponse } from './problem.js';

/** In the form that the address promises: the Open Inference Protocol has `error`. */
export function answerProblem(problem: Problem, c: Context<AppEnv>): Response {
  const extension = c.req.path.startsWith('/v2') ? { error: problem.message } : {};
  return problemResponse(problem, c.var.requestId, extension);
}
