// A MIDI file, continued.
import { createRoute } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { App, AppContext } from '../app-env.js';
import { answerComposition } from '../composition/answer-composition.js';
import { modelParameter } from '../find-model.js';
import { MUSIC_PROBLEMS, problemAnswers } from '../problem/problem-answers.js';
import { COMPOSITION_ANSWER } from '../rendering/composition-forms.js';
import { readUpload, UPLOAD_BODY } from '../requests/upload.js';
import { composeRequestSchema } from '../schemas/compose-schemas.js';
import { optionQuerySchema, requestOfQuery } from '../schemas/option-query.js';

const continueRoute = createRoute({
  method: 'post',
  path: '/v1/models/{model}/continue',
  tags: ['Music'],
  summary: 'Continue a MIDI file',
  description:
    'The body is a MIDI file, the options are query parameters. The file is part of the answer, on the grid of the model, ' +
    'unless `includePrimer=false`. What of it the model cannot say is told in `ostinato-primer-loss` and in the JSON form.',
  request: { params: modelParameter, query: optionQuerySchema, body: UPLOAD_BODY },
  responses: {
    200: COMPOSITION_ANSWER,
    ...MUSIC_PROBLEMS,
    ...problemAnswers('not-acceptable'),
  },
});

export function addContinueRoute<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  return app.openapi(continueRoute, async (c) => {
    const { model } = c.req.valid('param');
    const request = requestOfQuery(composeRequestSchema, c.req.valid('query'));
    const file = await readUpload(c);
    return (await answerComposition(c, context, { model, request, file })) as never;
  });
}
