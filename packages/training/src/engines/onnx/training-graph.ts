// The training step and the evaluation of one window as ONNX graphs. A step is one graph, or, in micro batches, the
// gradient of each part and then the update.
import { adamW, clipFactor, globalNorm, gradients, type Model, type Value } from '@ostinato/graph';
import { type LstmConfig, lstmForward } from '@ostinato/model';
import type { GraphBuilder } from '@ostinato/graph';
import type { OptimizerOptions } from '../engine-factory.js';
import { momentNames } from '../state-tensors.js';
import {
  correctCount,
  declareParameters,
  declareWindow,
  finished,
  type GraphForm,
  newBuilder,
  nextName,
  outputState,
  trainingLoss,
  weightedLossSum,
  type WindowOptions,
} from './window-graph.js';

/** Input of the sum of a parameter's gradients over the parts of a batch. */
export const gradientName = (parameter: string): string => `gradient.${parameter}`;

/** One optimizer step: forward, backward, clipping and AdamW. Outputs `loss` (mean nats a target), `correct` (targets that
 *  were the likeliest), `gradientNorm` (before clipping), and the next parameters, moments and carried state. */
export function buildTrainingGraph(options: WindowOptions, optimizer: OptimizerOptions): Model {
  const g = newBuilder('training-step', options);
  const window = declareWindow(g, options);
  const loss = trainingLoss(g, window, options);
  const slopes = gradients(g, loss, [...window.parameters.values()]);
  g.output(loss, 'loss');
  addUpdate(g, window.parameters, slopes, optimizer);
  return finished(g);
}

/** A part of a step: adds the part's gradients to the sums so far. Outputs `loss`, the part's share of the batch's mean,
 *  `correct`, and the next sums and carried state. */
export function buildGradientGraph(options: WindowOptions): Model {
  const g = newBuilder('gradient', options);
  const window = declareWindow(g, options);
  const loss = trainingLoss(g, window, options);
  const slopes = gradients(g, loss, [...window.parameters.values()]);
  g.output(loss, 'loss');
  for (const [index, [name, { shape }]] of [...window.parameters].entries()) {
    const sum = g.input(gradientName(name), 'float32', shape);
    g.output(g.add(sum, slopes[index]), nextName(gradientName(name)));
  }
  return finished(g);
}

/** The end of a step in parts: clipping and AdamW. Outputs `gradientNorm` and the next parameters and moments. */
export function buildUpdateGraph(
  config: LstmConfig,
  optimizer: OptimizerOptions,
  form: GraphForm,
): Model {
  const g = newBuilder('update', form);
  const parameters = declareParameters(g, config);
  const slopes = [...parameters].map(([name, { shape }]) =>
    g.input(gradientName(name), 'float32', shape),
  );
  addUpdate(g, parameters, slopes, optimizer);
  return finished(g);
}

/** Forward only. Outputs `lossSum` (nats) and `correct` over the weighted targets, and the next carried state. */
export function buildEvaluationGraph(options: WindowOptions): Model {
  const { config, form = 'scan' } = options;
  const g = newBuilder('evaluation', options);
  const window = declareWindow(g, options);
  const { logits, state } = lstmForward(g, config, window.parameters, window, { form });
  g.output(weightedLossSum(g, logits, window), 'lossSum');
  g.output(correctCount(g, logits, window), 'correct');
  outputState(g, state);
  return finished(g);
}

function addUpdate(
  g: GraphBuilder,
  parameters: ReadonlyMap<string, Value>,
  slopes: readonly Value[],
  optimizer: OptimizerOptions,
): void {
  const norm = globalNorm(g, slopes);
  g.output(norm, 'gradientNorm');
  const schedule = {
    learningRate: g.input('learningRate', 'float32', []),
    correctedRate: g.input('correctedRate', 'float32', []),
    secondCorrection: g.input('secondCorrection', 'float32', []),
    gradientFactor: clipFactor(g, norm, optimizer.clipNorm),
  };
  for (const [index, [name, parameter]] of [...parameters].entries()) {
    g.scope(`adam/${name}`, () => {
      const moments = momentNames(name);
      const before = {
        parameter,
        first: g.input(moments.first, 'float32', parameter.shape),
        second: g.input(moments.second, 'float32', parameter.shape),
      };
      // Biases are not decayed: they do not make the function rougher.
      const weightDecay = parameter.shape.length > 1 ? optimizer.weightDecay : 0;
      const after = adamW(g, before, slopes[index], schedule, { ...optimizer, weightDecay });
      g.output(after.parameter, nextName(name));
      g.output(after.first, nextName(moments.first));
      g.output(after.second, nextName(moments.second));
    });
  }
}
