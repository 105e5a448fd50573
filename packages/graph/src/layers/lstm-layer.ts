// The LSTM layer as one operation (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
//   i, o, f = sigmoid, c~ = tanh of the rows of x_t + R h_{t-1};  c_t = f c_{t-1} + i c~;  h_t = o tanh(c_t)
// Letters: T steps, B sequences, H hidden units. Gates are stacked in ONNX's order i, o, f, c.
// Activations are feature-major ([features, B] at each step): see matrix-rules.ts for why.
import type { GraphBuilder } from '../builder.js';
import { int } from '../builder.js';
import type { Value } from '../ir.js';
import { fixed } from '../shapes.js';

/** `scan` is small and fastest on CPUs; `unrolled` has no control flow, which GPU providers need. */
export type RecurrenceForm = 'scan' | 'unrolled';

export interface LstmLayerInputs {
  /** W x + b of every step, [T, 4H, B]. */
  readonly projected: Value;
  /** R, [4H, H]. */
  readonly recurrentWeight: Value;
  /** State before the first step, [H, B]. */
  readonly hidden: Value;
  readonly cell: Value;
  /** 0 where a sequence starts anew at a step (its state is forgotten before it), else 1; [T, 1, B]. */
  readonly keep?: Value | undefined;
}

export interface LstmLayerOutputs {
  /** Hidden state after every step, [T, H, B]. */
  readonly sequence: Value;
  /** State after the last step, [H, B]. */
  readonly hidden: Value;
  readonly cell: Value;
}

/** What one step computes. The gradient needs all of it. */
interface Step {
  readonly hidden: Value; // [H, B]
  readonly cell: Value; // [H, B]
  readonly gates: Value; // i, o, f after the sigmoid, [3H, B]
  readonly candidate: Value; // c~, [H, B]
  readonly cellTanh: Value; // [H, B]
}

/** Adds one LSTM layer. */
export function lstmLayer(
  g: GraphBuilder,
  inputs: LstmLayerInputs,
  { form = 'scan' }: { form?: RecurrenceForm } = {},
): LstmLayerOutputs {
  const { projected, recurrentWeight, hidden, cell, keep } = inputs;
  const operands = [projected, recurrentWeight, hidden, cell, keep];
  const attributes = { unrolled: int(form === 'unrolled' ? 1 : 0) };
  const [sequence, lastHidden, lastCell] = g.composite('LstmLayer', operands, attributes, () =>
    form === 'scan' ? scanned(g, inputs) : unrolled(g, inputs),
  );
  return { sequence: sequence, hidden: lastHidden, cell: lastCell };
}

/** One step; every product is [4H, H] x [H, B]. */
function lstmStep(
  g: GraphBuilder,
  projected: Value,
  recurrentWeight: Value,
  hidden: Value,
  cell: Value,
): Step {
  const H = fixed(hidden.shape[0], 'LSTM');
  const sums = g.gemm(recurrentWeight, hidden, projected); // [4H, B]
  const [gateSums, candidateSum] = g.split(sums, [3 * H, H], 0) as [Value, Value];
  const gates = g.sigmoid(gateSums);
  const candidate = g.tanh(candidateSum);
  const [input, output, forget] = g.split(gates, [H, H, H], 0) as [Value, Value, Value];
  const nextCell = g.add(g.mul(forget, cell), g.mul(input, candidate));
  const cellTanh = g.tanh(nextCell);
  return { hidden: g.mul(output, cellTanh), cell: nextCell, gates, candidate, cellTanh };
}

type Recurrence = { outputs: Value[]; saved: Value[] };

function scanned(g: GraphBuilder, inputs: LstmLayerInputs): Recurrence {
  const { projected, recurrentWeight, hidden, cell, keep } = inputs;
  const [lastHidden, lastCell, ...collected] = g.scan({
    carried: [hidden, cell],
    sequences: keep ? [projected, keep] : [projected],
    body: (body, [h, c], [x, k]) => {
      const [before, cellBefore] = [forgotten(body, h, k), forgotten(body, c, k)];
      const step = lstmStep(body, x, recurrentWeight, before, cellBefore);
      return {
        carried: [step.hidden, step.cell],
        collected: [step.hidden, step.cell, step.gates, step.candidate, step.cellTanh],
      };
    },
  });
  const [sequence, ...saved] = collected;
  return { outputs: [sequence, lastHidden, lastCell] as Value[], saved };
}

function unrolled(g: GraphBuilder, inputs: LstmLayerInputs): Recurrence {
  const { projected, recurrentWeight, keep } = inputs;
  let { hidden, cell } = inputs;
  const xs = stepsOf(g, projected);
  const keeps = keep && stepsOf(g, keep);
  const steps = xs.map((x, t) => {
    const before = forgotten(g, hidden, keeps?.[t]);
    const step = lstmStep(g, x, recurrentWeight, before, forgotten(g, cell, keeps?.[t]));
    ({ hidden, cell } = step);
    return step;
  });
  const stack = (pick: (step: Step) => Value) => stacked(g, steps.map(pick));
  return {
    outputs: [stack((step) => step.hidden), hidden, cell],
    saved: [
      stack((step) => step.cell),
      stack((step) => step.gates),
      stack((step) => step.candidate),
      stack((step) => step.cellTanh),
    ],
  };
}

function forgotten(g: GraphBuilder, state: Value, keep: Value | undefined): Value {
  return keep ? g.mul(state, keep) : state;
}

/** The steps of a sequence [T, F, B] as T values [F, B]. */
export function stepsOf(g: GraphBuilder, sequence: Value): Value[] {
  const T = fixed(sequence.shape[0], 'LSTM');
  return g.split(sequence, Array<number>(T).fill(1), 0).map((step) => g.squeeze(step, [0]));
}

export function stacked(g: GraphBuilder, steps: readonly Value[]): Value {
  return g.concat(
    steps.map((step) => g.unsqueeze(step, [0])),
    0,
  );
}
