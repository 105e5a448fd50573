// A whole composition in one answer.
import { createRoute } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import { startDeadline } from '../admission/deadline.js';
import type { App, AppContext } from '../app-env.js';
import { composePiece } from '../composition/compose-piece.js';
import { planComposition } from '../composition/plan-composition.js';
import { findModel, modelParameter } from '../find-model.js';
import { problemAnswers } from '../problem/problem-answers.js';
import { compositionAnswer } from '../rendering/composition-answer.js';
import { COMPOSITION_CONTENT } from '../rendering/composition-forms.js';
import { wantedForm } from '../rendering/forms.js';
import { composeRequestSchema } from '../schemas/compose-schemas.js';

const composeRoute = createRoute({
  method: 'post',
  path: '/v1/models/{model}/compose',
  tags: ['Music'],
  summary: 'Compose a piece',
  request: {
    params: modelParameter,
    body: { content: { 'application/json': { schema: composeRequestSchema } } },
  },
  responses: {
    200: {
      description: 'The piece',
      content: COMPOSITION_CONTENT,
    },
    ...problemAnswers(
      'invalid-request',
      'invalid-midi',
      'model-not-found',
      'not-acceptable',
      'body-too-large',
      'unsupported-media-type',
      'outside-limits',
      'cannot-compose',
      'overloaded',
      'model-failed',
      'deadline',
    ),
  },
});

export function addComposeRoute<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  return app.openapi(composeRoute, async (c) => {
    const { model: name } = c.req.valid('param');
    const form = wantedForm(c);
    const served = findModel(context, name);
    const { renderer } = context;
    using deadline = startDeadline(c.req.raw.signal, context.limits.deadlineSeconds);
    const { signal } = deadline;
    const answer = await context.places.run(signal, async () => {
      const plan = await planComposition(served, c.req.valid('json'), context);
      const composition = await composePiece(served, plan, signal);
      const { seed, primerLoss } = plan;
      return compositionAnswer({ model: name, seed, composition, primerLoss }, form, renderer);
    });
    return answer as never;
  });
}
