// A whole composition in one answer.
import { createRoute } from '@hono/zod-openapi';
import type { Context, Schema } from 'hono';
import type { App, AppContext } from '../app-env.js';
import { answerComposition } from '../composition/answer-composition.js';
import { modelParameter } from '../find-model.js';
import { parseWith } from '../problem/invalid-request.js';
import { MUSIC_PROBLEMS, problemAnswers } from '../problem/problem-answers.js';
import { ProblemError } from '../problem/problem.js';
import { COMPOSITION_ANSWER } from '../rendering/composition-forms.js';
import { parseJson } from '../requests/json-text.js';
import { mediaTypeOf, refuseMediaType } from '../requests/media-type.js';
import { readParts } from '../requests/multipart.js';
import { type ComposeRequest, composeRequestSchema } from '../schemas/compose-schemas.js';

const MULTIPART = 'multipart/form-data';
/** What `curl -d` sends where it is not told otherwise. */
const FORM = 'application/x-www-form-urlencoded';

/** For the documentation alone: the type of the route knows of JSON, which is what a typed client sends. */
const formContent = {
  [MULTIPART]: {
    schema: {
      type: 'object',
      properties: {
        request: {
          $ref: '#/components/schemas/ComposeRequest',
          description: 'As in `application/json`',
        },
        primer: { type: 'string', format: 'binary', description: 'A MIDI file to continue' },
      },
    },
    encoding: { request: { contentType: 'application/json' } },
  },
} as object;

const composeRoute = createRoute({
  method: 'post',
  path: '/v1/models/{model}/compose',
  tags: ['Music'],
  summary: 'Compose a piece',
  description:
    'Composes to the end and answers with the whole piece, in the form that `Accept` asks for. Without a body: a minute, ' +
    'with the options that the model recommends. The same seed and options give the same bytes, here and from ' +
    '`ostinato generate`.',
  request: {
    params: modelParameter,
    body: { content: { 'application/json': { schema: composeRequestSchema }, ...formContent } },
  },
  responses: {
    200: COMPOSITION_ANSWER,
    ...MUSIC_PROBLEMS,
    ...problemAnswers('not-acceptable'),
  },
});

export function addComposeRoute<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  return app.openapi(composeRoute, async (c) => {
    const { model } = c.req.valid('param');
    const type = mediaTypeOf(c);
    if (type === FORM) refuseMediaType(c, ['application/json', MULTIPART]);
    const given = type === MULTIPART ? await readForm(c) : { request: c.req.valid('json') };
    return (await answerComposition(c, context, { model, ...given })) as never;
  });
}

async function readForm(c: Context): Promise<{ request: ComposeRequest; file?: Uint8Array }> {
  const { request, primer, ...others } = Object.fromEntries(await readParts(c));
  const [strange] = Object.keys(others);
  if (strange !== undefined) {
    const detail = `part "${strange}": expected the parts request and primer only`;
    throw new ProblemError('invalid-request', detail);
  }
  const value = request === undefined ? {} : parseJson(request, 'part "request"');
  return {
    request: parseWith(composeRequestSchema, value),
    ...(primer && { file: new Uint8Array(primer) }),
  };
}
