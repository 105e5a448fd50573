// A MIDI file that comes as the body, or as the one part of a form.
import type { RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ProblemError } from '../problem/problem.js';
import { mediaTypeOf, refuseMediaType } from './media-type.js';
import { readParts } from './multipart.js';

const MULTIPART = 'multipart/form-data';
/** The types under which MIDI files are sent. */
const MIDI_TYPES = ['audio/midi', 'audio/x-midi', 'audio/mid', 'application/octet-stream'];

/** The body of a route that takes an upload, for its documentation. */
export const UPLOAD_BODY: NonNullable<NonNullable<RouteConfig['request']>['body']> = {
  required: true,
  content: {
    ...Object.fromEntries(
      MIDI_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
    [MULTIPART]: {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', format: 'binary', description: 'A MIDI file' } },
      },
    },
  },
};

/** The bytes of the file. A body without a type is taken for one.
 *  @throws {ProblemError} `unsupported-media-type`, `invalid-request` */
export async function readUpload(c: Context): Promise<Uint8Array> {
  const type = mediaTypeOf(c) ?? 'application/octet-stream';
  if (MIDI_TYPES.includes(type)) return new Uint8Array(await c.req.arrayBuffer());
  if (type !== MULTIPART) refuseMediaType(c, [...MIDI_TYPES, MULTIPART]);
  const parts = await readParts(c);
  const [file] = parts.values();
  if (parts.size === 1) return new Uint8Array(file);
  const detail = `the body: expected one part, the MIDI file, found ${parts.size}`;
  throw new ProblemError('invalid-request', detail);
}
