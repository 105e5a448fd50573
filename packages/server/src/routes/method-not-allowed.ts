// Addresses that exist, asked with a method that they do not take.
import type { Hono, MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { AppEnv } from '../app-env.js';
import { answerProblem } from '../problem/answer-problem.js';
import { ProblemError } from '../problem/problem.js';

/** 405 with `Allow`; OPTIONS is answered with it. */
export function refuseOtherMethods(app: Hono<AppEnv>): MiddlewareHandler<AppEnv> {
  return methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      c.res = undefined; // the answer that there is nothing, with its headers
      const allow = [...methods, 'OPTIONS'].join(', ');
      if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow });
      const detail = `expected ${methods.join(' or ')}, found ${c.req.method}`;
      const problem = new ProblemError('method-not-allowed', detail, { headers: { allow } });
      return answerProblem(problem, c);
    },
  });
}
