// What can be asked of a composition: the body of `compose`, of streams and of jobs.
import { z } from '@hono/zod-openapi';

const SEED_IN_WORDS = 'expected an integer in 0..4294967295 or a text of 1..200 characters';

/** A seed goes into names of scores and files: well-formed text without control characters. */
const seedText = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), 'expected printable text')
  .refine(
    (text) => !/^-?\d+$/.test(text) || (Number(text) >= 0 && Number(text) < 2 ** 32),
    SEED_IN_WORDS,
  );

/** More are a lot of JSON; a file says them in a tenth of the bytes. */
const MOST_PRIMER_NOTES = 2_000;

const pitch = z.int().min(0).max(127);
/** The most that core composes. */
const DAY_SECONDS = 86_400;
const length = z.number().gt(0).lte(DAY_SECONDS);
const instrument = z.string().min(1).max(64).meta({
  description: 'Name or General MIDI program, as the model lists them',
  example: 'violin',
});

/** A note of a primer that is given as numbers. */
const primerNoteSchema = z
  .strictObject({
    pitch: pitch.meta({ description: 'MIDI pitch; 60 is middle C. Of percussion: the key' }),
    startSeconds: z
      .number()
      .gte(0)
      .lte(DAY_SECONDS)
      .meta({ description: 'From the beginning of the piece' }),
    durationSeconds: length.meta({ description: 'How long it sounds' }),
    velocity: z.int().min(1).max(127).optional().meta({ description: 'Default 80' }),
    instrument: instrument.optional().meta({ description: "Default: the model's first" }),
  })
  .openapi('PrimerNote');

export const primerSchema = z
  .union([
    z.strictObject({
      midi: z.base64('expected base64').min(1).meta({
        description: 'A Standard MIDI File as base64',
        example: 'TVRoZAAAAAYAAAABAeBNVHJrAAAADwCQPGCDYIA8QAD/LwA=',
      }),
    }),
    z.strictObject({
      notes: z
        .array(primerNoteSchema)
        .min(1)
        .max(MOST_PRIMER_NOTES)
        .meta({ description: 'At most 2,000; a MIDI file may have more' }),
      tempoBpm: z
        .number()
        .gte(4)
        .lte(1000)
        .optional()
        .meta({ description: 'Quarter notes a minute: what the beat is. Default 120' }),
    }),
  ])
  .openapi('Primer', { description: 'A piece, as a MIDI file or as notes' });

export type Primer = z.infer<typeof primerSchema>;

/** Everything that can be asked of a composition. */
export const composeRequestSchema = z
  .strictObject({
    seed: z
      .union(
        [
          z
            .int()
            .min(0, SEED_IN_WORDS)
            .max(2 ** 32 - 1, SEED_IN_WORDS),
          seedText,
        ],
        { error: SEED_IN_WORDS },
      )
      .optional()
      .meta({
        description:
          'The same seed, with everything else the same, gives the same piece. A number in 0..4294967295 or any text. ' +
          'Default: a random number, which the answer tells',
      }),
    seconds: length
      .optional()
      .meta({ description: 'Length in seconds. Default: 60 where no other length is given' }),
    bars: z.int().min(1).max(10_000).optional().meta({ description: 'Length in bars' }),
    notes: z.int().min(1).max(1_000_000).optional().meta({ description: 'Length in notes' }),
    temperature: z
      .number()
      .gte(0.01)
      .lte(100)
      .optional()
      .meta({ description: "Below 1 safer, above 1 wilder. Default: the model's own" }),
    topK: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: 'Draw from the k likeliest tokens only. Default: all' }),
    topP: z.number().gt(0).lte(1).optional().meta({
      description: "Draw from the likeliest tokens that reach p together. Default: the model's own",
    }),
    minP: z.number().gte(0).lt(1).optional().meta({
      description: "Drop tokens below this fraction of the likeliest. Default: the model's own",
    }),
    instruments: z.array(instrument).min(1).max(129).optional().meta({
      description: 'Who plays. After a primer: who may go on. Default: the model chooses',
    }),
    labels: z
      .record(z.string().max(200), z.string().min(1).max(200))
      .optional()
      .meta({
        description: 'What the piece is to be like, by the kinds and values that the model lists',
        example: { composer: 'Bach' },
      }),
    pitchRange: z
      .tuple([pitch, pitch])
      .refine(([low, high]) => low <= high, 'expected [lowest, highest]')
      .optional()
      .meta({ description: 'Lowest and highest MIDI pitch; percussion is not bound' }),
    mayEndEarly: z.boolean().optional().meta({
      description: 'Whether the model may end the piece before that length. Default false',
    }),
    primer: primerSchema.optional().meta({ description: 'A piece to continue' }),
    includePrimer: z.boolean().optional().meta({
      description: "Whether the primer's notes are part of the answer. Default true",
    }),
  })
  .openapi('ComposeRequest', { example: { seed: 7, seconds: 30, labels: { composer: 'Bach' } } });

export type ComposeRequest = z.infer<typeof composeRequestSchema>;
