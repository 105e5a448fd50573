// The LSTM language model's forward graph: token ids to logits. Training, evaluation and the exporter's reference all
// use this one.
//
// Letters: T steps, B sequences, V vocabulary, E embedding, H hidden units.
import {
  embeddingColumns,
  type GraphBuilder,
  GraphError,
  lstmLayer,
  type RecurrenceForm,
  sideBySide,
  type Value,
} from '@ostinato/graph';
import type { LstmConfig } from './lstm-config.js';

/** What one layer carries from token to token. */
export interface LayerState {
  readonly hidden: Value; // [H, B]
  readonly cell: Value; // [H, B]
}

export interface LstmForwardInputs {
  /** Ids 0..V-1, int32, [T, B]. */
  readonly tokens: Value;
  /** State before the first token, one for each layer. */
  readonly state: readonly LayerState[];
  /** 0 where a piece begins and the state is forgotten, else 1; [T, 1, B]. */
  readonly keep?: Value | undefined;
  /** While training: for each layer's output a mask of 0 and 1 / (1 - p), [T or 1, H, B]. */
  readonly dropoutMasks?: readonly Value[];
}

export interface LstmForwardOutputs {
  /** Unnormalised, [T * B, V]: row t * B + b belongs to step t of sequence b. */
  readonly logits: Value;
  readonly state: readonly LayerState[];
}

/** Adds the network to a graph.
 *  @param parameters values by the names of `lstmParameters` */
export function lstmForward(
  g: GraphBuilder,
  config: LstmConfig,
  parameters: ReadonlyMap<string, Value>,
  { tokens, state, keep, dropoutMasks }: LstmForwardInputs,
  { form = 'scan' }: { form?: RecurrenceForm } = {},
): LstmForwardOutputs {
  const named = (name: string): Value => {
    const value = parameters.get(name);
    if (!value) throw new GraphError('parameter', `parameter ${name} is missing`);
    return value;
  };
  const after: LayerState[] = [];
  let sequence: Value | undefined; // [T, H, B]
  for (const [layer, { hidden, cell }] of state.entries()) {
    const output = g.scope(`lstm.${layer}`, () => {
      const weight = named(`lstm.${layer}.input.weight`);
      const bias = g.unsqueeze(named(`lstm.${layer}.bias`), [1]); // [4H, 1]
      const projected = sequence
        ? g.add(g.matMul(weight, sequence), bias) // [4H, H] x [T, H, B]
        : embeddedTokens(g, named('embedding.weight'), weight, bias, tokens);
      const recurrentWeight = named(`lstm.${layer}.recurrent.weight`);
      return lstmLayer(g, { projected, recurrentWeight, hidden, cell, keep }, { form });
    });
    after.push({ hidden: output.hidden, cell: output.cell });
    const mask = dropoutMasks?.[layer];
    sequence = mask ? g.mul(output.sequence, mask) : output.sequence;
  }
  if (!sequence) throw new GraphError('parameter', 'the network needs at least one layer');
  const last = sequence;
  const weight = named(config.tiedOutput ? 'embedding.weight' : 'output.weight');
  const logits = g.scope('output', () =>
    g.gemm(sideBySide(g, last), weight, named('output.bias'), { transA: true, transB: true }),
  );
  return { logits, state: after };
}

/** The first layer sees tokens, so its product with the embedding is made once for each id instead of once for each
 *  token, and looked up: [4H, E] x [E, V] -> [4H, V] -> [T, 4H, B]. */
function embeddedTokens(
  g: GraphBuilder,
  embedding: Value,
  weight: Value,
  bias: Value,
  tokens: Value,
): Value {
  const table = g.add(g.gemm(weight, embedding, undefined, { transB: true }), bias);
  return embeddingColumns(g, table, tokens);
}
