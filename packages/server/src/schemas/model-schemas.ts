// What the app says of a model.
import { z } from '@hono/zod-openapi';
import { instrumentSlug } from '@ostinato/core';
import type { ServedModel } from '../app-options.js';

export const modelSchema = z
  .object({
    name: z.string().meta({ description: 'What the model is called here' }),
    ready: z.boolean(),
    instruments: z.array(z.string()).meta({ description: 'Who can play' }),
  })
  .openapi('Model');

export function describeModel(
  name: string,
  { model, tokenizer }: ServedModel,
): z.infer<typeof modelSchema> {
  return {
    name,
    ready: model.status?.().ready ?? true,
    instruments: tokenizer.instruments.map(instrumentSlug),
  };
}
