// LSTM, GRU and RNN: operators of a whole recurrent layer.
// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md#LSTM, #GRU and #RNN
import { GraphError } from '../errors.js';
import type { Call, Kernel } from './kernel.js';
import { matMul, matrixTransposed } from './linear-algebra.js';
import { type NdArray, withShape, zerosOf } from './nd-array.js';
import { elementAt } from './sequences.js';
import { concat } from './shape-operators.js';

type Activation = (value: number) => number;

/** The attributes `activations`, `activation_alpha` and `activation_beta`; only HardSigmoid takes of the latter two. */
function activationsOf(call: Call, defaults: readonly string[]): Activation[] {
  const names = (call.attribute('activations')?.value as readonly string[] | undefined) ?? defaults;
  const alphas = [...(call.list('activation_alpha') ?? [])];
  const betas = [...(call.list('activation_beta') ?? [])];
  return names.map((name): Activation => {
    if (name === 'Sigmoid') return (value) => 1 / (1 + Math.exp(-value));
    if (name === 'Tanh') return Math.tanh;
    if (name === 'Relu') return (value) => Math.max(value, 0);
    if (name !== 'HardSigmoid') throw new GraphError('reference', `unknown activation ${name}`);
    const [alpha, beta] = [alphas.shift() ?? 0.2, betas.shift() ?? 0.5];
    return (value) => Math.min(Math.max(alpha * value + beta, 0), 1);
  });
}

/** The next states, the hidden one first. */
type Step = (x: NdArray, states: readonly NdArray[]) => NdArray[];

interface Layer {
  readonly gates: number;
  /** Of the inputs that hold the states before the first step. */
  readonly initial: readonly number[];
  /** @param weights W [I, G H] and R [H, G H]; `bias` [2 G H] */
  readonly step: (weights: {
    readonly w: NdArray;
    readonly r: NdArray;
    readonly bias: Float64Array;
    readonly hidden: number;
  }) => Step;
}

/** X [T, B, I], W [1, G H, I], R [1, G H, H], bias [1, 2 G H] -> all hidden states [T, 1, B, H], then the last states. */
function run(call: Call, { gates, initial, step }: Layer): NdArray[] {
  call.expect('layout', 0);
  const isReverse = call.text('direction', 'forward') === 'reverse';
  if (!isReverse) call.expect('direction', 'forward');
  if (call.optional(4)) throw new GraphError('reference', 'no sequence lengths are known');
  const x = call.input(0);
  const [steps, batch] = x.shape;
  const w = matrixTransposed(elementAt(call.input(1), 0));
  const r = matrixTransposed(elementAt(call.input(2), 0));
  const hidden = r.shape[0];
  const bias = call.optional(3)?.data ?? new Float64Array(2 * gates * hidden);
  const advance = step({ w, r, bias, hidden });
  let states = initial.map((index) =>
    withShape(call.optional(index) ?? zerosOf('float32', [batch, hidden]), [batch, hidden]),
  );
  const all: NdArray[] = [];
  for (let count = 0; count < steps; count++) {
    states = advance(elementAt(x, isReverse ? steps - 1 - count : count), states);
    all.push(withShape(states[0], [1, 1, batch, hidden]));
  }
  if (isReverse) all.reverse();
  return [concat(all, 0), ...states.map((state) => withShape(state, [1, batch, hidden]))];
}

/** One number for each element of a state, by its column and by where row and column are in [B, G H]. */
function perElement(
  like: NdArray,
  hidden: number,
  make: (column: number, rowStart: (width: number) => number, element: number) => number,
): NdArray {
  const data = like.data.map((_, element) => {
    const row = Math.floor(element / hidden);
    return make(element % hidden, (width) => row * width, element);
  });
  return { ...like, data };
}

function lstm(call: Call): NdArray[] {
  call.expect('input_forget', 0);
  if (call.optional(7)) throw new GraphError('reference', 'no peepholes are known');
  const [f, g, h] = activationsOf(call, ['Sigmoid', 'Tanh', 'Tanh']);
  return run(call, {
    gates: 4,
    initial: [5, 6],
    step:
      ({ w, r, bias, hidden }) =>
      (x, [before, cell]) => {
        const [fromInput, fromState] = [matMul(x, w).data, matMul(before, r).data];
        // Gates are in the order i, o, f, c.
        const gate = (which: number, column: number, at: (width: number) => number): number => {
          const place = which * hidden + column;
          const index = at(4 * hidden) + place;
          return fromInput[index] + fromState[index] + bias[place] + bias[4 * hidden + place];
        };
        const next = perElement(
          cell,
          hidden,
          (column, at, element) =>
            f(gate(2, column, at)) * cell.data[element] +
            f(gate(0, column, at)) * g(gate(3, column, at)),
        );
        const output = perElement(
          cell,
          hidden,
          (column, at, element) => f(gate(1, column, at)) * h(next.data[element]),
        );
        return [output, next];
      },
  });
}

function gru(call: Call): NdArray[] {
  const resetsProduct = call.number('linear_before_reset', 0) === 1;
  const [f, g] = activationsOf(call, ['Sigmoid', 'Tanh']);
  return run(call, {
    gates: 3,
    initial: [5],
    step:
      ({ w, r, bias, hidden }) =>
      (x, [before]) => {
        const fromInput = matMul(x, w).data;
        const fromState = matMul(before, r).data;
        // Gates are in the order z, r, h.
        const input = (which: number, column: number, at: (width: number) => number): number =>
          fromInput[at(3 * hidden) + which * hidden + column] + bias[which * hidden + column];
        const state = (
          product: Float64Array,
          which: number,
          column: number,
          at: (width: number) => number,
        ): number =>
          product[at(3 * hidden) + which * hidden + column] + bias[(3 + which) * hidden + column];
        const gate = (which: number, column: number, at: (width: number) => number): number =>
          f(input(which, column, at) + state(fromState, which, column, at));
        const kept = perElement(before, hidden, (column, at, element) => {
          return gate(1, column, at) * before.data[element];
        });
        const fromKept = matMul(kept, r).data;
        const output = perElement(before, hidden, (column, at, element) => {
          const recurrent = resetsProduct
            ? gate(1, column, at) * state(fromState, 2, column, at)
            : state(fromKept, 2, column, at);
          const z = gate(0, column, at);
          return z * before.data[element] + (1 - z) * g(input(2, column, at) + recurrent);
        });
        return [output];
      },
  });
}

function rnn(call: Call): NdArray[] {
  const [f] = activationsOf(call, ['Tanh']);
  return run(call, {
    gates: 1,
    initial: [5],
    step:
      ({ w, r, bias, hidden }) =>
      (x, [before]) => {
        const [fromInput, fromState] = [matMul(x, w).data, matMul(before, r).data];
        const output = perElement(before, hidden, (column, _at, element) =>
          f(fromInput[element] + fromState[element] + bias[column] + bias[hidden + column]),
        );
        return [output];
      },
  });
}

export const recurrentKernels: Readonly<Record<string, Kernel>> = {
  GRU: gru,
  LSTM: lstm,
  RNN: rnn,
};
