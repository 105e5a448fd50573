// The likelihood of a piece as JSON.
import { z } from '@hono/zod-openapi';
import type { GridLoss } from '@ostinato/core';
import type { PieceLikelihood } from '../evaluation/evaluate-piece.js';
import { describeLoss, gridLossSchema } from './composition-schemas.js';

const likelihoodShape = {
  tokens: z.int().meta({ description: 'Tokens that were predicted' }),
  notes: z.int().meta({ description: 'Notes among them' }),
  logLikelihood: z.number().meta({ description: 'Natural logarithm of their probability' }),
};

export const evaluationSchema = z
  .object({
    model: z.string(),
    ...likelihoodShape,
    natsPerToken: z
      .number()
      .meta({ description: 'Mean cross-entropy of a token; lower is likelier' }),
    natsPerNote: z.number().meta({
      description:
        'The cross-entropy of all tokens, shared out over the notes; can be compared between models',
    }),
    perplexity: z.number().meta({ description: 'e to the power of natsPerToken' }),
    head: z
      .object(likelihoodShape)
      .meta({ description: 'What is said before the first bar: labels and instruments' }),
    bars: z
      .array(z.object(likelihoodShape))
      .meta({ description: 'Each bar, given everything before it' }),
    loss: gridLossSchema.meta({ description: 'What of the piece the model could not say' }),
  })
  .openapi('Evaluation');

export type Evaluation = z.infer<typeof evaluationSchema>;

export function describeEvaluation(
  model: string,
  likelihood: PieceLikelihood,
  loss: GridLoss,
): Evaluation {
  const { tokens, notes, logLikelihood, head, bars } = likelihood;
  const natsPerToken = -logLikelihood / tokens;
  return {
    model,
    tokens,
    notes,
    logLikelihood,
    natsPerToken,
    natsPerNote: -logLikelihood / notes,
    perplexity: Math.exp(natsPerToken),
    head,
    bars: [...bars],
    loss: describeLoss(loss),
  };
}
