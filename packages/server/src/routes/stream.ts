// A composition as a stream of events, note by note.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context, Schema } from 'hono';
import type { App, AppContext, AppEnv } from '../app-env.js';
import { findModel, modelParameter } from '../find-model.js';
import { problemAnswers } from '../problem/problem-answers.js';
import { requestOfQuery } from '../schemas/option-query.js';
import {
  type StreamRequest,
  streamQuerySchema,
  streamRequestSchema,
} from '../schemas/stream-schemas.js';
import { openStream } from '../streaming/open-stream.js';

const EVENTS_TYPE = 'text/event-stream';
const path = '/v1/models/{model}/stream';

const headers = z.object({
  'last-event-id': z.string().max(200).optional().openapi({
    description: 'The id of the last event that the client has: the stream goes on after it',
  }),
});

const EVENTS = `Server-sent events. \`start\` (StreamStart), then a \`note\` (StreamNote) for each note in the order of
their onsets, then \`end\` (StreamEnd); \`error\` (Problem) where something fails. With its id as \`Last-Event-ID\` and the
same request, a stream goes on after any event, here or on another server with the same model.`;

const responses = {
  200: { description: EVENTS, content: { [EVENTS_TYPE]: { schema: z.string() } } },
  204: { description: 'The client has all of it: `Last-Event-ID` is the id of `end`' },
  ...problemAnswers(
    'invalid-request',
    'invalid-midi',
    'model-not-found',
    'conflict',
    'body-too-large',
    'unsupported-media-type',
    'outside-limits',
    'cannot-compose',
    'overloaded',
    'not-ready',
    'model-failed',
  ),
} as const;

const getRoute = createRoute({
  method: 'get',
  path,
  tags: ['Music'],
  summary: 'Listen to a piece while it is composed',
  description: 'For `EventSource`.',
  request: { params: modelParameter, query: streamQuerySchema, headers },
  responses,
});

const postRoute = createRoute({
  method: 'post',
  path,
  tags: ['Music'],
  summary: 'Listen to a piece while it is composed, also after a primer',
  request: {
    params: modelParameter,
    body: { content: { 'application/json': { schema: streamRequestSchema } } },
    headers,
  },
  responses,
});

export function addStreamRoutes<Routes extends Schema>(app: App<Routes>, context: AppContext) {
  const answer = async (
    c: Context<AppEnv>,
    name: string,
    request: StreamRequest,
    lastEventId: string | undefined,
  ): Promise<Response> => {
    const served = findModel(context, name);
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': EVENTS_TYPE });
    const { requestId } = c.var;
    const { signal } = c.req.raw;
    const order = { name, served, request, lastEventId, signal, requestId };
    const stream = await openStream(order, context);
    if (!stream) return c.body(null, 204);
    return c.body(stream.readable, 200, {
      'content-type': EVENTS_TYPE,
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // for nginx, which would gather events otherwise
      'ostinato-seed': encodeURIComponent(stream.seed),
    });
  };
  return app
    .openapi(getRoute, async (c) => {
      const { model } = c.req.valid('param');
      const { lastEventId, ...query } = c.req.valid('query');
      const request = requestOfQuery(streamRequestSchema, query);
      const id = c.req.valid('header')['last-event-id'] || lastEventId;
      return answer(c, model, request, id);
    })
    .openapi(postRoute, async (c) => {
      const { model } = c.req.valid('param');
      const lastEventId = c.req.valid('header')['last-event-id'];
      return answer(c, model, c.req.valid('json'), lastEventId);
    });
}
