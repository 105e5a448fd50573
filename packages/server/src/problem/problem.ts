// Errors as problem details (RFC 9457): every answer that is not a success has this form.
import { z } from '@hono/zod-openapi';

/** What clients can rely on: the status and meaning of every code. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'invalid-midi': { status: 400, title: 'The MIDI file cannot be read' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'model-not-found': { status: 404, title: 'There is no model of this name' },
  'job-not-found': { status: 404, title: 'There is no job of this id' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method' },
  'not-acceptable': { status: 406, title: 'None of the accepted forms can be given' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The request contradicts an earlier one' },
  'job-not-finished': { status: 409, title: 'The job has no result yet' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that is not taken here' },
  'outside-limits': { status: 422, title: 'More was asked for than this server gives' },
  'cannot-compose': { status: 422, title: 'The model cannot do what was asked for' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  cancelled: { status: 499, title: 'The client went away' },
  internal: { status: 500, title: 'The server failed' },
  overloaded: { status: 503, title: 'All places are taken' },
  'not-ready': { status: 503, title: 'The server is not ready' },
  'queue-unavailable': { status: 503, title: 'The queue of jobs cannot be reached' },
  'model-failed': { status: 503, title: 'The model failed while it computed' },
  deadline: { status: 504, title: 'The time for this request is over' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json';

/** Schema of a problem document. */
export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ description: 'Names the kind of problem: `urn:ostinato:problem:` and its code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened here, and what to do' }),
    code: z.string().meta({ description: 'Stable across releases' }),
    instance: z.string().optional().meta({ description: 'The id of the request, as in the logs' }),
  })
  .openapi('Problem');

/** What a client is told. `message` reaches it as it is: no path, no stack, no secret. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Of the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A problem that is thrown. */
export class ProblemError extends Error implements Problem {
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { headers = {}, cause }: { headers?: Problem['headers']; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.name = 'ProblemError';
    this.code = code;
    this.headers = headers;
  }
}

/** A problem as a document.
 *  @param instance the id of a request */
export function problemDocument(
  code: ProblemCode,
  detail: string,
  instance?: string,
): z.infer<typeof problemSchema> {
  const { status, title } = PROBLEMS[code];
  const type = `urn:ostinato:problem:${code}`;
  return { type, title, status, detail, code, ...(instance !== undefined && { instance }) };
}

/** The answer of a problem.
 *  @param requestId what the client can quote and the logs can be searched for
 *  @param extension further members */
export function problemResponse(
  { code, message, headers }: Problem,
  requestId: string | undefined,
  extension: object = {},
): Response {
  const document = { ...problemDocument(code, message, requestId), ...extension };
  return new Response(JSON.stringify(document), {
    status: PROBLEMS[code].status,
    headers: { ...headers, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' },
  });
}
