// What can be asked of a stream, and what its events hold.
import { z } from '@hono/zod-openapi';
import { composeRequestSchema } from './compose-schemas.js';
import { noteSchema } from './composition-schemas.js';
import { numberParameter, optionQuerySchema } from './option-query.js';

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

/** The same in an address, for `EventSource`; without a primer. */
export const streamQuerySchema = optionQuerySchema.omit({ includePrimer: true }).extend({
  pace: streamRequestSchema.shape.pace
    .unwrap()
    .optional()
    .meta({ description: streamRequestSchema.shape.pace.meta()?.description }),
  leadSeconds: numberParameter(streamRequestSchema.shape.leadSeconds),
  lastEventId: z.string().max(200).optional().meta({
    description: 'As the header Last-Event-ID, for clients that cannot set it',
  }),
});

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
