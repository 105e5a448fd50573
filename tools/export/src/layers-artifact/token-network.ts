// A LayersModel as a model of the next token: whether it is one, and the same network for any step of a sequence.
import { ExportError } from '../errors.js';
import type { Layer, LayerCall, LayersModel, Network } from '../layers-model/types.js';
import { CAUSAL_LAYERS, type Flow, whyNotCausal } from './causal-layers.js';
import { findLogits, type LogitsEnd, type LogitsForm } from './find-logits.js';
import { refuseLayer } from './refuse-layer.js';

export interface TokenNetwork {
  /** Takes ids [B, T] or one-hot tokens [B, T, V], gives logits [B, T, V]; every recurrent layer keeps its state from one
   *  call to the next. */
  readonly network: Network;
  /** V */
  readonly vocabularySize: number;
  readonly takes: 'ids' | 'one-hot';
  /** What the model in the file gives, and whether at every step or at the last one alone. */
  readonly gives: LogitsForm;
  readonly everyStep: boolean;
  /** The length of the sequences that the model in the file takes; null if any will do. */
  readonly steps: number | null;
  /** Class names of its layers, in order. */
  readonly layerNames: readonly string[];
}

/** Reads a model as one of the next token.
 *  @throws {ExportError} `not-next-token`, naming the layer, why it cannot be, and what to do */
export function tokenNetwork({ network, where }: LayersModel): TokenNetwork {
  const { inputs, outputs } = network;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new ExportError(
      'not-next-token',
      `${where}: a model of the next token has one input and one output, found ${inputs.length} and ${outputs.length}; ` +
        'without a tokenizer it is exported as plain ONNX',
    );
  }
  const end = findLogits(network, where);
  const { calls, flows } = atEveryStep(network, end, where);
  const vocabularySize = end.dense.config['units'] as number;
  checkTokens(network, vocabularySize, where);
  const takes = flows.get(inputs[0].call) === 'ids' ? 'ids' : 'one-hot';
  const shape = inputs[0].call.layer.config['batch_input_shape'] as (number | null)[];
  const last = calls.get(end.call)!;
  return {
    network: {
      name: network.name,
      inputs: [{ call: calls.get(inputs[0].call)!, index: 0 }],
      calls: [...calls.values()],
      outputs: [{ call: last, index: 0 }],
      size: network.size,
    },
    vocabularySize,
    takes,
    gives: end.form,
    everyStep: flows.get(end.call) === 'every-step',
    steps: shape[1] ?? null,
    layerNames: network.calls
      .map(({ layer }) => layer.className)
      .filter((name) => name !== 'InputLayer'),
  };
}

/** The calls up to the logits, with every layer changed to give numbers at every step; and what each gave before. */
function atEveryStep(
  network: Network,
  end: LogitsEnd,
  where: string,
): { calls: ReadonlyMap<LayerCall, LayerCall>; flows: ReadonlyMap<LayerCall, Flow> } {
  const flows = new Map<LayerCall, Flow>();
  const calls = new Map<LayerCall, LayerCall>();
  const met = new Set<Layer>();
  for (const call of network.calls) {
    const { layer } = call;
    if (met.has(layer)) refuseLayer(where, layer, 'is used in two places');
    met.add(layer);
    if (call.inputs.some(({ index }) => index > 0)) {
      refuseLayer(where, layer, 'reads the state of another layer');
    }
    const rule = CAUSAL_LAYERS.get(layer.className);
    if (!rule) refuseLayer(where, layer, whyNotCausal(layer));
    const inputs = call.inputs.map((input) => flows.get(input.call)!);
    const { flow, config = {} } = rule({ where, layer, inputs });
    flows.set(call, flow);
    calls.set(call, {
      layer: changed(layer, config, end.dense),
      inputs: call.inputs.map(({ call: before, index }) => ({ call: calls.get(before)!, index })),
    });
    if (call === end.call) break; // what follows takes the logits alone
  }
  return { calls, flows };
}

function changed(layer: Layer, config: Readonly<Record<string, unknown>>, dense: Layer): Layer {
  const linear = { activation: 'linear' };
  if (layer === dense) return { ...layer, config: { ...layer.config, ...config, ...linear } };
  if (layer.wrapped === dense) {
    return { ...layer, wrapped: { ...dense, config: { ...dense.config, ...linear } } };
  }
  return { ...layer, config: { ...layer.config, ...config } };
}

/** What goes in must be the tokens that come out. */
function checkTokens(network: Network, vocabularySize: number, where: string): void {
  for (const { layer } of network.calls) {
    const { config, className } = layer;
    const shape = config['batch_input_shape'];
    const count =
      className === 'Embedding'
        ? config['input_dim']
        : className === 'InputLayer' && Array.isArray(shape) && shape.length === 3
          ? (shape[2] as unknown)
          : vocabularySize;
    if (count === vocabularySize) continue;
    refuseLayer(
      where,
      layer,
      `takes ${String(count)} tokens, and the last layer gives ${vocabularySize}`,
    );
  }
}
