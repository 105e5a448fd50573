// Which models there are.
import { createRoute, z } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { App, AppContext } from '../app-env.js';
import { findModel, modelParameter } from '../find-model.js';
import { problemAnswers } from '../problem/problem-answers.js';
import { describeModel, modelSchema } from '../schemas/model-schemas.js';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/models',
  tags: ['Models'],
  summary: 'List the models',
  responses: {
    200: {
      description: 'All models',
      content: { 'application/json': { schema: z.object({ models: z.array(modelSchema) }) } },
    },
  },
});

const describeRoute = createRoute({
  method: 'get',
  path: '/v1/models/{model}',
  tags: ['Models'],
  summary: 'Describe a model',
  request: { params: modelParameter },
  responses: {
    200: { description: 'The model', content: { 'application/json': { schema: modelSchema } } },
    ...problemAnswers('model-not-found'),
  },
});

export function addModelRoutes<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  return app
    .openapi(listRoute, (c) =>
      c.json(
        {
          models: [...context.models].map(([name, served]) =>
            describeModel(name, served, context.limits),
          ),
        },
        200,
      ),
    )
    .openapi(describeRoute, (c) => {
      const { model: name } = c.req.valid('param');
      return c.json(describeModel(name, findModel(context, name), context.limits), 200);
    });
}
