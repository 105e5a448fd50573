// What can be asked of a stream, and what its events hold.
import { z } from '@hono/zod-openapi';
import { composeRequestSchema } from './compose-schemas.js';
import { noteSchema } from './composition-schemas.js';

/** The body of a request for a stream. */
export const streamRequestSchema = composeRequestSchema
  .extend({
    pace: z
      .enum(['fast', 'realtime'])
      .default('fast')
      .meta({
        description:
          '`fast`: notes come as they are composed. `realtime`: a note comes a lead before it is heard, and is composed not ' +
          'much earlier',
      }),
    leadSeconds: z
      .number()
      .gte(0)
      .lte(30)
      .default(2)
      .meta({ description: 'In real time: how long before it is heard a note is sent' }),
  })
  .openapi('StreamRequest', { example: { seed: 7, seconds: 30, pace: 'realtime' } });

export type StreamRequest = z.infer<typeof streamRequestSchema>;

const queriedSchema = streamRequestSchema.omit({ primer: true, includePrimer: true }).extend({
  labels: streamRequestSchema.shape.labels.openapi({ param: { style: 'deepObject' } }),
  lastEventId: z.string().max(200).optional().meta({
    description: 'As the header Last-Event-ID, for clients that cannot set it',
  }),
});

/** The same in an address, for `EventSource`; without a primer. Lists are repeated (`instruments=violin&instruments=cello`),
 *  labels are `labels[composer]=Bach`. */
export const streamQuerySchema = z.pipe(z.transform(readQuery), queriedSchema);

const NUMBERS = new Set([
  'seconds',
  'bars',
  'notes',
  'temperature',
  'topK',
  'topP',
  'minP',
  'pitchRange',
  'leadSeconds',
]);
const LISTS = new Set(['instruments', 'pitchRange']);
const LABEL = /^labels\[(.*)\]$/s;

/** From texts to what a body would say; what cannot be read stays a text, which the schema refuses. */
function readQuery(query: unknown): z.input<typeof queriedSchema> {
  const request: Record<string, unknown> = {};
  const labels: [kind: string, value: unknown][] = [];
  for (const [name, given] of Object.entries(query as Record<string, string | string[]>)) {
    const kind = LABEL.exec(name)?.[1];
    const texts = [given].flat();
    const values = NUMBERS.has(name) ? texts.map(readNumber) : texts;
    if (kind !== undefined) labels.push([kind, given]);
    else if (LISTS.has(name)) request[name] = values;
    else if (name === 'mayEndEarly') request[name] = FLAGS[texts.join()] ?? given;
    else request[name] = values.length === 1 ? values[0] : values;
  }
  return {
    ...request,
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) as Record<string, string> }),
  };
}

const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };

function readNumber(text: string): number | string {
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text;
}

/** Data of `start`. */
export const streamStartSchema = z
  .object({
    model: z.string(),
    seed: z.union([z.int(), z.string()]).meta({ description: 'Gives the same piece again' }),
    request: streamRequestSchema.omit({ primer: true, seed: true }).meta({
      description: 'What was asked for, without the primer',
    }),
  })
  .openapi('StreamStart');

/** Data of `note`. */
export const streamNoteSchema = noteSchema
  .extend({ bar: z.int().meta({ description: 'The bar in which it begins, from 0' }) })
  .openapi('StreamNote');

/** Data of `end`. */
export const streamEndSchema = z
  .object({
    stoppedBy: z.enum(['end', 'bars', 'seconds', 'notes', 'tokens']),
    notes: z.int().meta({ description: 'Of the whole piece, those before a resumption too' }),
    tokens: z.int().meta({ description: 'That were drawn for it' }),
    lateNotes: z.int().meta({
      description: 'In real time: notes of this connection that were sent after they should sound',
    }),
    latestSeconds: z.number().meta({
      description: 'In real time: how long after it was due the latest note was sent',
    }),
  })
  .openapi('StreamEnd');
