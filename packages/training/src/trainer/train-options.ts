// The trainer's options in one place: units, ranges and defaults.
import * as z from 'zod';
import { TrainingError } from './training-error.js';

const fraction = z.number().min(0).lt(1);
/** The most steps of a run, and of anything counted in steps. */
const MOST_STEPS = 10_000_000;

/** Schema of the options; what is left out gets its default. The rates suit batches of about 4,000 tokens. */
export const trainOptionsSchema = z.strictObject({
  /** Optimizer steps in all; with the cosine schedule the learning rate falls until the last. */
  steps: z.int().min(1).max(MOST_STEPS).default(3000),
  /** B, streams trained side by side. */
  batch: z.int().min(1).max(4096).default(32),
  /** Streams computed at once; divides `batch`. Fewer take less memory and give the same result but for the order of
   *  sums. Default: `batch`. */
  microBatch: z.int().min(1).max(4096).optional(),
  /** T, tokens of each stream in one step; gradients reach this far back, the state is carried on. */
  windowSteps: z.int().min(1).max(4096).default(128),
  /** Learning rate at the top, after the warm-up. */
  peakLearningRate: z.number().positive().max(1).default(3e-3),
  /** Where the learning rate ends: at the last step of a cosine, or as far as a plateau cuts it. At most the peak, which
   *  is its default where the peak is lower than this. */
  finalLearningRate: z.number().min(0).max(1).default(3e-5),
  /** Steps over which the learning rate rises from 0 to its peak. */
  warmupSteps: z.int().min(0).max(MOST_STEPS).default(100),
  /** What the learning rate does after the warm-up: `cosine` falls along half a cosine until the last step; `plateau`
   *  stays, and is cut whenever the validation loss has not improved for a while; `constant` stays. */
  schedule: z.enum(['cosine', 'plateau', 'constant']).default('cosine'),
  /** Evaluations in a row without a better one before a plateau cuts the rate; counted anew after a cut. */
  plateauPatience: z.int().min(1).max(MOST_STEPS).default(3),
  /** What a cut multiplies the learning rate by. */
  plateauFactor: z.number().positive().lt(1).default(0.5),
  /** Evaluations in a row without a better one after which the run ends; 0: never. */
  earlyStopping: z.int().min(0).max(MOST_STEPS).default(0),
  /** Decoupled weight decay (AdamW), a share of the weight taken off at each step, times the learning rate. */
  weightDecay: z.number().min(0).max(1).default(0.01),
  /** Adam's decay of the first moment. */
  beta1: fraction.default(0.9),
  /** Adam's decay of the second moment. */
  beta2: fraction.default(0.99),
  /** Adam's guard against division by zero. */
  epsilon: z.number().positive().max(1).default(1e-8),
  /** Gradients whose L2 norm is longer are cut to this. */
  clipNorm: z.number().positive().max(1e6).default(1),
  /** Whether one dropout mask holds for a whole window (variational, Gal & Ghahramani 2016) or each step has its own. How
   *  much is dropped belongs to the network: `LstmSizes.dropout`. */
  dropoutMask: z.enum(['window', 'step']).default('window'),
  /** Share of pieces in an epoch whose labels (composer, ensemble) are hidden, so that both ways are learned. */
  labelDropout: z.number().min(0).max(1).default(0.1),
  /** Transpose every piece anew in each epoch, as far as its instruments can play. */
  transpose: z.boolean().default(true),
  /** x: every tempo of a piece times one factor in 1 / (1 + x) to 1 + x, drawn anew in each epoch. */
  tempoStretch: z.number().min(0).max(0.5).default(0),
  /** x: every note of a piece louder or softer by one number of velocity bins in -x..x, drawn anew in each epoch. */
  velocityShift: z.int().min(0).max(8).default(0),
  /** Begin a piece at a bar line drawn anew in each epoch, and play what was before it afterwards. */
  rotateBars: z.boolean().default(false),
  /** Steps between evaluations on the validation split; the last step is always evaluated. */
  evaluationInterval: z.int().min(1).max(MOST_STEPS).default(250),
  /** Steps between checkpoints; the last step and every best evaluation have one too. */
  checkpointInterval: z.int().min(1).max(MOST_STEPS).default(100),
  /** How many of the newest checkpoints stay; the best one stays besides. */
  keepCheckpoints: z.int().min(1).max(10_000).default(2),
  /** Seed of parameters, shuffling, augmentation and dropout; 0..2^32-1. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
});

export type TrainOptions = z.infer<typeof trainOptionsSchema>;

/** What may differ when a run goes on: how long, what is kept, how much memory it takes. Another number of steps gives the
 *  steps to come the learning rates of a run of that length; another micro batch changes the order of sums, and with it
 *  the last bits. */
export const CHANGEABLE_OPTIONS = [
  'steps',
  'earlyStopping',
  'evaluationInterval',
  'checkpointInterval',
  'keepCheckpoints',
  'microBatch',
] as const satisfies readonly (keyof TrainOptions)[];

const changeable: ReadonlySet<string> = new Set(CHANGEABLE_OPTIONS);

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
    throw badOption(issue?.path.join('.') ?? '', issue?.message ?? 'not valid');
  }
  const options = checkTogether(result.data, given, stored);
  for (const [name, before] of Object.entries(stored ?? {})) {
    const now = options[name as keyof TrainOptions];
    if (now !== before && !changeable.has(name)) {
      throw new TrainingError(
        'other-options',
        `training option ${name}: this run has ${String(before)}, asked for ${String(now)}; leave it out to go on, or start a new run`,
      );
    }
  }
  return options;
}

/** What no option can say by itself. */
function checkTogether(
  options: TrainOptions,
  given: TrainOptionsInput,
  stored: TrainOptions | undefined,
): TrainOptions {
  const { batch, microBatch = batch, peakLearningRate, finalLearningRate } = options;
  if (batch % microBatch !== 0) {
    throw badOption(
      'microBatch',
      `expected a divisor of the batch of ${batch}, found ${microBatch}`,
    );
  }
  // A run keeps its rates, and those of earlier releases were not compared.
  if (finalLearningRate <= peakLearningRate || stored !== undefined) return options;
  if (given.finalLearningRate === undefined) {
    return { ...options, finalLearningRate: peakLearningRate };
  }
  throw badOption(
    'finalLearningRate',
    `expected at most the peak of ${peakLearningRate}, found ${finalLearningRate}`,
  );
}

function badOption(name: string, what: string): TrainingError {
  return new TrainingError('bad-option', `training option ${name}: ${what}`);
}
