// The options of a composition as query parameters, for requests whose body is a file.
import { z } from '@hono/zod-openapi';
import { parseWith } from '../problem/invalid-request.js';
import { ProblemError } from '../problem/problem.js';
import { type ComposeRequest, composeRequestSchema } from './compose-schemas.js';

const { shape } = composeRequestSchema;

const numberText = z
  .string()
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'expected a number')
  .transform(Number);
const number = (from: z.ZodType): z.ZodOptional<typeof numberText> =>
  numberText.optional().openapi({ type: 'number', description: from.meta()?.description ?? '' });
const flag = (from: z.ZodType) =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ type: 'boolean', description: from.meta()?.description ?? '' });

export const labelParameter = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .openapi({
    type: 'array',
    items: { type: 'string' },
    description: 'What the piece is like, as `kind=value`; may be given several times',
    example: ['composer=Bach'],
  });

/** As in the body of `compose`, but for lists: `instruments=violin,cello`, `pitchRange=48,72`, `label=composer=Bach`. */
export const optionQuerySchema = z.strictObject({
  seed: z.string().optional().meta({ description: shape.seed.meta()?.description }),
  seconds: number(shape.seconds),
  bars: number(shape.bars),
  notes: number(shape.notes),
  temperature: number(shape.temperature),
  topK: number(shape.topK),
  topP: number(shape.topP),
  minP: number(shape.minP),
  instruments: z
    .string()
    .transform((text) => text.split(','))
    .optional()
    .openapi({
      type: 'string',
      description: 'Who may go on, with commas: `violin,cello`. Default: everybody',
    }),
  label: labelParameter,
  pitchRange: z
    .string()
    .regex(/^\d{1,3},\d{1,3}$/, 'expected LOWEST,HIGHEST, such as 48,72')
    .transform((text) => text.split(',').map(Number))
    .optional()
    .openapi({ type: 'string', description: 'Lowest and highest MIDI pitch, `48,72`' }),
  mayEndEarly: flag(shape.mayEndEarly),
  includePrimer: flag(shape.includePrimer),
});

/** @throws {ProblemError} `invalid-request` */
export function requestOfQuery({
  label,
  ...rest
}: z.output<typeof optionQuerySchema>): ComposeRequest {
  const labels = labelsOf(label);
  return parseWith(composeRequestSchema, { ...rest, ...(labels && { labels }) });
}

/** `composer=Bach` as `{ composer: 'Bach' }`.
 *  @throws {ProblemError} `invalid-request` */
export function labelsOf(
  label: z.output<typeof labelParameter>,
): Record<string, string> | undefined {
  if (label === undefined) return undefined;
  const pairs = [label].flat().map((text) => {
    const [, kind, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (kind !== undefined) return [kind.trim(), value.trim()] as const;
    throw new ProblemError('invalid-request', 'label: expected kind=value, such as composer=Bach');
  });
  return Object.fromEntries(pairs);
}
