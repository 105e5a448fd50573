// The model that a request names.
import { z } from '@hono/zod-openapi';
import type { AppContext } from './app-env.js';
import type { ServedModel } from './app-options.js';
import { ProblemError } from './problem/problem.js';

export const modelParameter = z.object({
  model: z.string().openapi({ param: { name: 'model', in: 'path' }, example: 'musicnet' }),
});

/** @throws {ProblemError} `model-not-found` */
export function findModel({ models }: Pick<AppContext, 'models'>, name: string): ServedModel {
  const found = models.get(name);
  if (found) return found;
  const known = [...models.keys()].join(', ');
  throw new ProblemError('model-not-found', `there is no model of this name; there are: ${known}`);
}
