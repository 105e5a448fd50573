// What every graph of the engine has in common: a window's inputs, the network's loss on it, the state that it leaves.
//
// Letters: T steps, B sequences of a run, V vocabulary, H hidden units, N = T * B.
import {
  ElementaryGraphBuilder,
  GraphBuilder,
  type Model,
  OPSET,
  type RecurrenceForm,
  type Value,
} from '@ostinato/graph';
import { type LayerState, type LstmConfig, lstmForward, lstmParameters } from '@ostinato/model';
import { carriedNames } from '../state-tensors.js';

/** How a graph is written for a provider. */
export interface GraphForm {
  /** Default `scan`. */
  readonly form?: RecurrenceForm | undefined;
  /** `elementary` keeps to operators that the WebGPU provider has. Default `all`. */
  readonly operators?: 'all' | 'elementary' | undefined;
}

export interface WindowOptions extends GraphForm {
  readonly config: LstmConfig;
  /** T */
  readonly steps: number;
  /** B, the sequences that one run computes. */
  readonly batch: number;
  /** See `EngineRequest`. */
  readonly dropoutMask?: 'window' | 'step' | undefined;
}

/** Names of the graphs' inputs and outputs, beside those of state-tensors.ts. `next.` marks what a run leaves behind. */
export const maskName = (layer: number): string => `mask.${layer}`;
export const nextName = (name: string): string => `next.${name}`;

export function newBuilder(name: string, { operators }: GraphForm): GraphBuilder {
  return operators === 'elementary' ? new ElementaryGraphBuilder(name) : new GraphBuilder(name);
}

/** Shape of one layer's dropout mask. */
export function maskShape({ config, steps, batch, dropoutMask }: WindowOptions): number[] {
  return [dropoutMask === 'step' ? steps : 1, config.hiddenSize, batch];
}

/** Inputs of one window: ids, weights, where pieces begin, the carried state, the parameters. */
export interface Window {
  readonly tokens: Value; // [T, B]
  readonly targets: Value; // [T, B]
  readonly weights: Value; // [T, B]
  readonly keep: Value; // [T, 1, B]
  readonly state: readonly LayerState[];
  readonly parameters: ReadonlyMap<string, Value>;
}

export function declareWindow(g: GraphBuilder, { config, steps, batch }: WindowOptions): Window {
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
    parameters: declareParameters(g, config),
  };
}

export function declareParameters(g: GraphBuilder, config: LstmConfig): Map<string, Value> {
  return new Map(
    lstmParameters(config).map(({ name, shape }) => [name, g.input(name, 'float32', shape)]),
  );
}

/** The network's mean loss on a window, nats a target, with dropout. The state that it leaves goes out, and as `correct`
 *  the weighted targets that were the likeliest. */
export function trainingLoss(g: GraphBuilder, window: Window, options: WindowOptions): Value {
  const { config, form = 'scan' } = options;
  const dropoutMasks = config.dropout > 0 ? declareMasks(g, options) : undefined;
  const inputs = { ...window, ...(dropoutMasks && { dropoutMasks }) };
  const { logits, state } = lstmForward(g, config, window.parameters, inputs, { form });
  outputState(g, state);
  g.output(correctCount(g, logits, window), 'correct');
  return g.div(weightedLossSum(g, logits, window), g.input('targetCount', 'float32', []));
}

/** Sum of the cross-entropy over the weighted targets, nats.
 *  @param logits [N, V] */
export function weightedLossSum(g: GraphBuilder, logits: Value, window: Window): Value {
  const [rows] = logits.shape as number[];
  const indices = g.reshape(window.targets, [rows, 1]);
  const picked = g.gatherElements(g.logSoftmax(logits, 1), indices, 1); // log p(target), [N, 1]
  const weights = g.reshape(window.weights, [rows, 1]);
  return g.neg(g.reduceSum(g.mul(picked, weights), [0, 1]));
}

/** Sum of the weights of the targets that were the likeliest.
 *  @param logits [N, V] */
export function correctCount(g: GraphBuilder, logits: Value, window: Window): Value {
  const [rows] = logits.shape as number[];
  const guesses = g.argMax(logits, 1); // [N]
  const targets = g.cast(g.reshape(window.targets, [rows]), guesses.dataType);
  const hits = g.cast(g.equal(guesses, targets), 'float32');
  return g.reduceSum(g.mul(hits, g.reshape(window.weights, [rows])), [0]);
}

export function outputState(g: GraphBuilder, state: readonly LayerState[]): void {
  for (const [layer, { hidden, cell }] of state.entries()) {
    const names = carriedNames(layer);
    g.output(hidden, nextName(names.hidden));
    g.output(cell, nextName(names.cell));
  }
}

export function finished(g: GraphBuilder): Model {
  return {
    graph: g.build(),
    opset: OPSET,
    metadata: new Map(),
    producerName: 'ostinato',
    producerVersion: '1',
  };
}

/** Masks arrive as bytes, 1 to keep and 0 to drop, and are scaled so that the mean stays (inverted dropout). */
function declareMasks(g: GraphBuilder, options: WindowOptions): Value[] {
  const { dropout, layers } = options.config;
  const scale = g.float(1 / (1 - dropout));
  return Array.from({ length: layers }, (_, layer) => {
    const mask = g.input(maskName(layer), 'uint8', maskShape(options));
    return g.mul(g.cast(mask, 'float32'), scale);
  });
}
