// The training step and the evaluation of one window as ONNX graphs.
//
// Letters: T steps, B sequences, V vocabulary, H hidden units, N = T * B.
import {
  adamW,
  clipFactor,
  globalNorm,
  gradients,
  GraphBuilder,
  type Model,
  OPSET,
  type RecurrenceForm,
  type Value,
} from '@ostinato/graph';
import { type LayerState, type LstmConfig, lstmForward, lstmParameters } from '@ostinato/model';
import type { OptimizerOptions } from '../engine-factory.js';
import { carriedNames, momentNames } from '../state-tensors.js';

export interface TrainingGraphOptions {
  readonly config: LstmConfig;
  /** T */
  readonly steps: number;
  /** B */
  readonly batch: number;
  readonly form?: RecurrenceForm;
}

/** Names of the graphs' inputs and outputs, beside those of state-tensors.ts. `next.` marks what a step leaves behind. */
export const maskName = (layer: number): string => `mask.${layer}`;
export const nextName = (name: string): string => `next.${name}`;

/** One optimizer step: forward, backward, clipping and AdamW. Outputs `loss` (mean nats a target), `gradientNorm`
 *  (before clipping), and the next parameters, moments and carried state. */
export function buildTrainingGraph(
  options: TrainingGraphOptions,
  optimizer: OptimizerOptions,
): Model {
  const { config, steps, batch } = options;
  const g = new GraphBuilder('training-step');
  const window = declareWindow(g, options);
  const dropoutMasks = config.dropout > 0 ? declareMasks(g, config, batch) : undefined;
  const { logits, state } = lstmForward(
    g,
    config,
    window.parameters,
    { ...window, ...(dropoutMasks && { dropoutMasks }) },
    options,
  );
  const picked = targetLogProbabilities(g, logits, window.targets);
  const weights = g.reshape(window.weights, [steps * batch, 1]);
  const count = g.max(g.reduceSum(weights, [0, 1]), g.float(1));
  const loss = g.neg(g.div(g.reduceSum(g.mul(picked, weights), [0, 1]), count));
  const names = [...window.parameters.keys()];
  const slopes = gradients(g, loss, [...window.parameters.values()]);
  const norm = globalNorm(g, slopes);
  g.output(loss, 'loss');
  g.output(norm, 'gradientNorm');
  outputState(g, state);
  const schedule = {
    learningRate: g.input('learningRate', 'float32', []),
    correctedRate: g.input('correctedRate', 'float32', []),
    secondCorrection: g.input('secondCorrection', 'float32', []),
    gradientFactor: clipFactor(g, norm, optimizer.clipNorm),
  };
  for (const [index, name] of names.entries()) {
    g.scope(`adam/${name}`, () => {
      const parameter = window.parameters.get(name) as Value;
      const moments = momentNames(name);
      const before = {
        parameter,
        first: g.input(moments.first, 'float32', parameter.shape),
        second: g.input(moments.second, 'float32', parameter.shape),
      };
      // Biases are not decayed: they do not make the function rougher.
      const weightDecay = parameter.shape.length > 1 ? optimizer.weightDecay : 0;
      const after = adamW(g, before, slopes[index], schedule, {
        ...optimizer,
        weightDecay,
      });
      g.output(after.parameter, nextName(name));
      g.output(after.first, nextName(moments.first));
      g.output(after.second, nextName(moments.second));
    });
  }
  return model(g);
}

/** Forward only. Outputs `lossSum` (nats) and `correct` over the weighted targets, and the next carried state. */
export function buildEvaluationGraph(options: TrainingGraphOptions): Model {
  const { config, steps, batch } = options;
  const g = new GraphBuilder('evaluation');
  const window = declareWindow(g, options);
  const { logits, state } = lstmForward(g, config, window.parameters, window, options);
  const weights = g.reshape(window.weights, [steps * batch, 1]);
  const picked = targetLogProbabilities(g, logits, window.targets);
  const targets = g.cast(g.reshape(window.targets, [steps * batch]), 'int64');
  const hits = g.cast(g.equal(g.argMax(logits, 1), targets), 'float32'); // [N]
  const flatWeights = g.reshape(window.weights, [steps * batch]);
  g.output(g.neg(g.reduceSum(g.mul(picked, weights), [0, 1])), 'lossSum');
  g.output(g.reduceSum(g.mul(hits, flatWeights), [0]), 'correct');
  outputState(g, state);
  return model(g);
}

function declareWindow(g: GraphBuilder, { config, steps, batch }: TrainingGraphOptions) {
  const { hiddenSize, layers } = config;
  const state: LayerState[] = Array.from({ length: layers }, (_, layer) => {
    const names = carriedNames(layer);
    return {
      hidden: g.input(names.hidden, 'float32', [hiddenSize, batch]),
      cell: g.input(names.cell, 'float32', [hiddenSize, batch]),
    };
  });
  return {
    tokens: g.input('tokens', 'int32', [steps, batch]),
    targets: g.input('targets', 'int32', [steps, batch]),
    weights: g.input('weights', 'float32', [steps, batch]),
    keep: g.input('keep', 'float32', [steps, 1, batch]),
    state,
    parameters: new Map(
      lstmParameters(config).map(({ name, shape }) => [name, g.input(name, 'float32', shape)]),
    ),
  };
}

/** Masks arrive as bytes, 1 to keep and 0 to drop, and are scaled so that the mean stays (inverted dropout). One mask
 *  holds for a whole window: noise that changes from step to step disturbs what a recurrent network remembers
 *  (Gal & Ghahramani 2016). */
function declareMasks(g: GraphBuilder, config: LstmConfig, batch: number): Value[] {
  const scale = g.float(1 / (1 - config.dropout));
  return Array.from({ length: config.layers }, (_, layer) => {
    const mask = g.input(maskName(layer), 'uint8', [1, config.hiddenSize, batch]);
    return g.mul(g.cast(mask, 'float32'), scale);
  });
}

/** log p(target), [N, 1]. */
function targetLogProbabilities(g: GraphBuilder, logits: Value, targets: Value): Value {
  const [rows] = logits.shape as number[];
  const indices = g.reshape(targets, [rows, 1]);
  return g.gatherElements(g.logSoftmax(logits, 1), indices, 1);
}

function outputState(g: GraphBuilder, state: readonly LayerState[]): void {
  for (const [layer, { hidden, cell }] of state.entries()) {
    const names = carriedNames(layer);
    g.output(hidden, nextName(names.hidden));
    g.output(cell, nextName(names.cell));
  }
}

function model(g: GraphBuilder): Model {
  return {
    graph: g.build(),
    opset: OPSET,
    metadata: new Map(),
    producerName: 'ostinato',
    producerVersion: '1',
  };
}
