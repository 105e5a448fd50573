// The three recurrent cells of TF.js: what they are called in ONNX, and one step of each in plain operators.
// Source: https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-layers/src/layers/recurrent.ts
// Letters: B sequences, H units, G gates.
import type { GraphBuilder, Value } from '@ostinato/graph';
import { activate, type ActivationName } from '../activations.js';

export interface CellActivations {
  readonly activation: ActivationName;
  /** Of the gates. */
  readonly recurrentActivation: ActivationName;
}

export interface Cell {
  readonly operator: 'LSTM' | 'GRU' | 'RNN';
  readonly gates: number;
  readonly stateNames: readonly string[];
  /** Place in TF.js's weights of each gate in ONNX's order. */
  readonly gateOrder: readonly number[];
  /** The operator's activations, in its order. */
  readonly activations: (activations: CellActivations) => ActivationName[];
  /** The next states, the hidden one first.
   *  @param projected x W + b, [B, G H]
   *  @param recurrent [H, G H]
   *  @param states each [B, H] */
  readonly step: (g: GraphBuilder, inputs: StepInputs) => Value[];
}

interface StepInputs extends CellActivations {
  readonly projected: Value;
  readonly recurrent: Value;
  readonly states: readonly Value[];
  readonly units: number;
}

/** Gates in the order i, f, c, o. */
const lstm: Cell = {
  operator: 'LSTM',
  gates: 4,
  stateNames: ['hidden', 'cell'],
  gateOrder: [0, 3, 1, 2],
  activations: ({ activation, recurrentActivation }) => [
    recurrentActivation,
    activation,
    activation,
  ],
  step: (g, { projected, recurrent, states, units, activation, recurrentActivation }) => {
    const [hidden, cell] = states as [Value, Value];
    const sums = g.add(projected, g.matMul(hidden, recurrent)); // [B, 4H]
    const [i, f, c, o] = g.split(sums, [units, units, units, units], 1) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const gate = (sum: Value): Value => activate(g, recurrentActivation, sum);
    const candidate = g.mul(gate(i), activate(g, activation, c));
    const next = g.add(g.mul(gate(f), cell), candidate);
    return [g.mul(gate(o), activate(g, activation, next)), next];
  },
};

/** Gates in the order z, r, h; the reset comes before the product. */
const gru: Cell = {
  operator: 'GRU',
  gates: 3,
  stateNames: ['hidden'],
  gateOrder: [0, 1, 2],
  activations: ({ activation, recurrentActivation }) => [recurrentActivation, activation],
  step: (g, { projected, recurrent, states, units, activation, recurrentActivation }) => {
    const [hidden] = states as [Value];
    const [forGates, forCandidate] = g.split(recurrent, [2 * units, units], 1) as [Value, Value];
    const [gatesIn, candidateIn] = g.split(projected, [2 * units, units], 1) as [Value, Value];
    const sums = g.add(gatesIn, g.matMul(hidden, forGates)); // [B, 2H]
    const [zSum, rSum] = g.split(sums, [units, units], 1) as [Value, Value];
    const z = activate(g, recurrentActivation, zSum);
    const r = activate(g, recurrentActivation, rSum);
    const product = g.matMul(g.mul(r, hidden), forCandidate);
    const candidate = activate(g, activation, g.add(candidateIn, product));
    return [g.add(g.mul(z, hidden), g.mul(g.sub(g.float(1), z), candidate))];
  },
};

const simple: Cell = {
  operator: 'RNN',
  gates: 1,
  stateNames: ['hidden'],
  gateOrder: [0],
  activations: ({ activation }) => [activation],
  step: (g, { projected, recurrent, states, activation }) => {
    const [hidden] = states as [Value];
    return [activate(g, activation, g.add(projected, g.matMul(hidden, recurrent)))];
  },
};

/** By TF.js's class of the layer. */
export const CELLS: ReadonlyMap<string, Cell> = new Map([
  ['LSTM', lstm],
  ['GRU', gru],
  ['SimpleRNN', simple],
]);
