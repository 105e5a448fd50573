// The document at /openapi.json: what the routes say of themselves, and what holds for all of them.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from './app-env.js';
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS } from './problem/problem.js';
import type { AccessOptions } from './protection/access-options.js';

/** Of the HTTP interface; raised when a client would have to change. */
export const API_VERSION = '1';

const DESCRIPTION = `Composes music with models that were trained on MIDI, for many at once.

A seed and the other options decide every note: the same request gives the same bytes, alone or among others, and the
same as \`ostinato generate\`. Whoever leaves the seed out gets a random one, told in the answer.

Compositions come as MIDI, JSON, a piano roll (SVG) or sound (WAV), by the \`Accept\` header.

Problems are RFC 9457 documents (\`${PROBLEM_TYPE}\`). Their \`code\` is stable across releases; \`detail\` says what to do.

The limits of this server are listed with each model. Where all places are taken the answer is 503 with \`Retry-After\`.`;

const TAGS = [
  { name: 'Models', description: 'What can compose here.' },
  { name: 'Music', description: 'Composing, continuing, measuring.' },
  { name: 'Jobs', description: 'Composing in the background: submit now, fetch the result later.' },
  { name: 'Operation', description: 'For whoever watches the server.' },
  {
    name: 'Health',
    description:
      'Health and metadata of the Open Inference Protocol, version 2. Its errors have `error` beside the members of a problem.',
    externalDocs: { url: 'https://github.com/kserve/open-inference-protocol' },
  },
];

/** Serves the document of the routes that were added before. It is made once, when it is first asked for. */
export function addOpenApiDocument(
  app: OpenAPIHono<AppEnv>,
  { keys = [], rateLimit }: AccessOptions,
): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'Where the server has API keys: `Authorization: Bearer KEY`',
  });
  const refusals = [
    ...(keys.length > 0 ? (['unauthorized'] as const) : []),
    ...(rateLimit ? (['rate-limited'] as const) : []),
  ];
  let text: string | undefined;
  app.get('/openapi.json', (c) => {
    text ??= JSON.stringify(openApiDocument(app, refusals));
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
}

/** @param refusals of every route that is not public */
function openApiDocument(
  app: OpenAPIHono<AppEnv>,
  refusals: readonly ('unauthorized' | 'rate-limited')[],
): object {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Ostinato',
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: refusals.includes('unauthorized') ? [{ apiKey: [] }] : [],
    tags: TAGS,
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of [path.get, path.post, path.delete]) {
      if (!operation || operation.security?.length === 0) continue;
      operation.responses = { ...operation.responses, ...documentedAnswers(refusals) };
    }
  }
  return document;
}

/** As `problemAnswers`, for a document that is made already. */
function documentedAnswers(codes: readonly ProblemCode[]): object {
  const schema = { $ref: '#/components/schemas/Problem' };
  const answers = codes.map((code) => {
    const { status, title } = PROBLEMS[code];
    const description = `${title} (\`${code}\`)`;
    return [status, { description, content: { [PROBLEM_TYPE]: { schema } } }];
  });
  return Object.fromEntries(answers) as object;
}
