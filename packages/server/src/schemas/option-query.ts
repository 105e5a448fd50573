// The options of a composition as query parameters, for requests whose body is a file, and for those that have none.
import { z } from '@hono/zod-openapi';
import { parseWith } from '../problem/invalid-request.js';
import { ProblemError } from '../problem/problem.js';
import { composeRequestSchema } from './compose-schemas.js';

const { shape } = composeRequestSchema;
const descriptionOf = (schema: z.ZodType): string => schema.meta()?.description ?? '';

const numberText = z
  .string()
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'expected a number')
  .transform(Number);

/** A number in an address, described as the field of a body is. */
export function numberParameter(field: z.ZodType): z.ZodOptional<typeof numberText> {
  return numberText.optional().openapi({ type: 'number', description: descriptionOf(field) });
}

const flag = (field: z.ZodType) =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ type: 'boolean', description: descriptionOf(field) });

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
  seed: z
    .string()
    .optional()
    .meta({ description: descriptionOf(shape.seed) }),
  seconds: numberParameter(shape.seconds),
  bars: numberParameter(shape.bars),
  notes: numberParameter(shape.notes),
  temperature: numberParameter(shape.temperature),
  topK: numberParameter(shape.topK),
  topP: numberParameter(shape.topP),
  minP: numberParameter(shape.minP),
  instruments: z
    .string()
    .transform((text) => text.split(','))
    .optional()
    .openapi({
      type: 'string',
      description: `${descriptionOf(shape.instruments)}. With commas: \`violin,cello\``,
    }),
  label: labelParameter,
  pitchRange: z
    .string()
    .regex(/^\d{1,3},\d{1,3}$/, 'expected LOWEST,HIGHEST, such as 48,72')
    .transform((text) => text.split(',').map(Number))
    .optional()
    .openapi({
      type: 'string',
      description: `${descriptionOf(shape.pitchRange)}. With a comma: \`48,72\``,
    }),
  mayEndEarly: flag(shape.mayEndEarly),
  includePrimer: flag(shape.includePrimer),
});

/** What a body would say.
 *  @param schema of such a body
 *  @throws {ProblemError} `invalid-request` */
export function requestOfQuery<Request extends z.ZodType>(
  schema: Request,
  { label, ...rest }: { readonly label?: z.output<typeof labelParameter> },
): z.output<Request> {
  const labels = labelsOf(label);
  return parseWith(schema, { ...rest, ...(labels && { labels }) });
}

/** `composer=Bach` as `{ composer: 'Bach' }`.
 *  @throws {ProblemError} `invalid-request` */
export function labelsOf(
  label: z.output<typeof labelParameter>,
): Record<string, string> | undefined {
  if (label === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const text of [label].flat()) {
    const [, kind, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (kind === undefined || labels.has(kind)) {
      const detail = 'label: expected kind=value, such as composer=Bach, once for each kind';
      throw new ProblemError('invalid-request', detail);
    }
    labels.set(kind, value);
  }
  return Object.fromEntries(labels);
}
