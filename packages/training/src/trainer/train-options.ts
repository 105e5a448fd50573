// The trainer's options in one place: units, ranges and defaults.
import * as z from 'zod';
import { TrainingError } from './training-error.js';

const fraction = z.number().min(0).lt(1);

/** Schema of the options; what is left out gets its default. The rates suit batches of about 4,000 tokens. */
export const trainOptionsSchema = z.strictObject({
  /** Optimizer steps in all; the learning rate falls until the last. */
  steps: z.int().min(1).default(3000),
  /** B, streams trained side by side. */
  batch: z.int().min(1).max(4096).default(32),
  /** T, tokens of each stream in one step; gradients reach this far back, the state is carried on. */
  windowSteps: z.int().min(1).max(4096).default(128),
  /** Learning rate at the top, after the warm-up. */
  peakLearningRate: z.number().positive().max(1).default(3e-3),
  /** Learning rate at the last step. */
  finalLearningRate: z.number().min(0).max(1).default(3e-5),
  /** Steps over which the learning rate rises from 0 to its peak. */
  warmupSteps: z.int().min(0).default(100),
  /** Decoupled weight decay (AdamW), a share of the weight taken off at each step, times the learning rate. */
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** Adam's decay of the first moment. */
  beta1: fraction.default(0.9),
  /** Adam's decay of the second moment. */
  beta2: fraction.default(0.99),
  /** Adam's guard against division by zero. */
  epsilon: z.number().positive().default(1e-8),
  /** Gradients whose L2 norm is longer are cut to this. */
  clipNorm: z.number().positive().default(1),
  /** Share of pieces in an epoch whose labels (composer, ensemble) are hidden, so that both ways are learned. */
  labelDropout: z.number().min(0).max(1).default(0.1),
  /** Transpose every piece anew in each epoch, as far as the pitch range allows. */
  transpose: z.boolean().default(true),
  /** Steps between evaluations on the validation split; the last step is always evaluated. */
  evaluationInterval: z.int().min(1).default(250),
  /** Steps between checkpoints; the last step and every best evaluation have one too. */
  checkpointInterval: z.int().min(1).default(100),
  /** How many of the newest checkpoints stay; the best one stays besides. */
  keepCheckpoints: z.int().min(1).default(2),
  /** Seed of parameters, shuffling, augmentation and dropout; 0..2^32-1. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
});

export type TrainOptions = z.infer<typeof trainOptionsSchema>;

/** What may differ when a run goes on: how long, and what is kept. Another number of steps gives the steps to come the
 *  learning rates of a run of that length. */
const CHANGEABLE: ReadonlySet<string> = new Set<keyof TrainOptions>([
  'steps',
  'evaluationInterval',
  'checkpointInterval',
  'keepCheckpoints',
]);

/** Options given by a caller; an undefined one counts as left out. */
export type TrainOptionsInput = {
  readonly [K in keyof TrainOptions]?: TrainOptions[K] | undefined;
};

/** Checks options and fills in defaults; those of the run that goes on, if one is given.
 *  @throws {TrainingError} `bad-option` naming the option and its range, or `other-options` if it cannot change now */
export function resolveTrainOptions(given: TrainOptionsInput, stored?: TrainOptions): TrainOptions {
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  const result = trainOptionsSchema.safeParse({ ...stored, ...Object.fromEntries(named) });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new TrainingError(
      'bad-option',
      `training option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
    );
  }
  const options = result.data;
  for (const [name, before] of Object.entries(stored ?? {})) {
    const now = options[name as keyof TrainOptions];
    if (now !== before && !CHANGEABLE.has(name)) {
      throw new TrainingError(
        'other-options',
        `training option ${name}: this run has ${String(before)}, asked for ${String(now)}; leave it out to go on, or start a new run`,
      );
    }
  }
  return options;
}
