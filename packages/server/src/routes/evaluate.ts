// How likely a model finds a piece.
import { createRoute, z } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import { startDeadline } from '../admission/deadline.js';
import type { App, AppContext } from '../app-env.js';
import { encodePiece } from '../composition/plan-composition.js';
import { evaluatePiece } from '../evaluation/evaluate-piece.js';
import { findModel, modelParameter } from '../find-model.js';
import { MUSIC_PROBLEMS } from '../problem/problem-answers.js';
import { readUpload, UPLOAD_BODY } from '../requests/upload.js';
import { describeEvaluation, evaluationSchema } from '../schemas/evaluation-schemas.js';
import { labelParameter, labelsOf } from '../schemas/option-query.js';

const evaluateRoute = createRoute({
  method: 'post',
  path: '/v1/models/{model}/evaluate',
  tags: ['Music'],
  summary: 'Measure how likely a MIDI file is',
  description:
    'The body is a MIDI file. Figures are in nats (natural logarithms), counted as `ostinato evaluate` does: every token ' +
    'after the first, given all before it, among those that the grammar allows.',
  request: {
    params: modelParameter,
    query: z.strictObject({ label: labelParameter }),
    body: UPLOAD_BODY,
  },
  responses: {
    200: {
      description: 'The likelihood',
      content: { 'application/json': { schema: evaluationSchema } },
    },
    ...MUSIC_PROBLEMS,
  },
});

export function addEvaluateRoute<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  return app.openapi(evaluateRoute, async (c) => {
    const { model } = c.req.valid('param');
    const served = findModel(context, model);
    const labels = labelsOf(c.req.valid('query').label);
    const file = await readUpload(c);
    using deadline = startDeadline(c.req.raw.signal, context.limits.deadlineSeconds);
    const { signal } = deadline;
    const evaluation = await context.places.run(signal, async () => {
      const given = await encodePiece(file, served.tokenizer, { ...context, labels, signal });
      const likelihood = await evaluatePiece(served, given.tokens, signal);
      return describeEvaluation(model, likelihood, given.loss);
    });
    return c.json(evaluation, 200);
  });
}
