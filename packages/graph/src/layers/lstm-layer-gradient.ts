// Gradient of the LSTM layer: backward through time with one product per step; the weights' gradient is then a single
// large product over all steps. Letters as in lstm-layer.ts; d... is the gradient of ....
import type { GraphBuilder } from '../builder.js';
import { sideBySide } from '../gradients/matrix-rules.js';
import { type GradientRule, intAttribute, sizesOf } from '../gradients/rule.js';
import type { Value } from '../ir.js';
import { stacked, stepsOf } from './lstm-layer.js';

/** Everything a step backward multiplies with that does not depend on gradients. Made for all steps at once: a few
 *  passes over long arrays are cheaper than many over short ones at every step. */
interface Slopes {
  /** Of the gates' sums: i, f and c by the gradient of the cell, o by that of the hidden state; [T, 4H, B]. */
  readonly sums: Value;
  /** Of the cell by the gradient of the hidden state: o (1 - tanh(c)^2); [T, H, B]. */
  readonly cell: Value;
  /** Of the cell before: f, [T, H, B]. */
  readonly forget: Value;
}

interface Flow {
  readonly dSums: Value; // [4H, B]
  readonly dHidden: Value; // [H, B]
  readonly dCell: Value; // [H, B]
}

export const LSTM_LAYER_GRADIENT: GradientRule = (g, operation, outer) => {
  const [projected, recurrentWeight, hidden, cell, keep] = operation.inputs;
  const [sequence] = operation.outputs;
  if (!projected || !recurrentWeight || !hidden || !cell || !sequence) return [];
  const zeros = g.filled(0, sizesOf(hidden));
  const dSequence = outer[0] ?? g.filled(0, sizesOf(sequence));
  const start = { dHidden: outer[1] ?? zeros, dCell: outer[2] ?? zeros };
  const slopes = slopesOf(g, sequence, cell, operation.saved, keep);
  const sequences = [dSequence, slopes.sums, slopes.cell, slopes.forget];
  if (keep) sequences.push(keep);
  const walk = intAttribute(operation, 'unrolled') ? unrolled : scanned;
  const { dSums, dHidden, dCell } = walk(g, g.transpose(recurrentWeight, [1, 0]), start, sequences);
  const hiddenBefore = sideBySide(g, before(g, hidden, sequence, keep)); // [H, T * B]
  const dWeight = g.gemm(sideBySide(g, dSums), hiddenBefore, undefined, { transB: true });
  return [dSums, dWeight, dHidden, dCell];
};

function slopesOf(
  g: GraphBuilder,
  sequence: Value,
  cell: Value,
  saved: readonly Value[],
  keep: Value | undefined,
): Slopes {
  const [cells, gates, candidate, cellTanh] = saved as [Value, Value, Value, Value];
  const [, H = 0] = sizesOf(sequence);
  const [input, output, forget] = g.split(gates, [H, H, H], 1) as [Value, Value, Value];
  const gateSlopes = g.sub(gates, g.mul(gates, gates)); // sigmoid' = s (1 - s), [T, 3H, B]
  const reached = g.concat([candidate, cellTanh, before(g, cell, cells, keep)], 1);
  const candidateSlope = g.sub(input, g.mul(input, g.mul(candidate, candidate)));
  return {
    sums: g.concat([g.mul(reached, gateSlopes), candidateSlope], 1),
    cell: g.sub(output, g.mul(sequence, cellTanh)), // h = o tanh(c)
    forget,
  };
}

/** A state sequence one step earlier: what each step started from, [T, H, B]. */
function before(g: GraphBuilder, first: Value, states: Value, keep: Value | undefined): Value {
  const [T = 0] = sizesOf(states);
  const head = g.unsqueeze(first, [0]);
  const shifted = T > 1 ? g.concat([head, g.slice(states, 0, T - 1, 0)], 0) : head;
  return keep ? g.mul(shifted, keep) : shifted;
}

type Walk = (
  g: GraphBuilder,
  weightTransposed: Value,
  start: { dHidden: Value; dCell: Value },
  sequences: Value[],
) => Flow;

const scanned: Walk = (g, weightTransposed, { dHidden, dCell }, sequences) => {
  const [lastHidden, lastCell, dSums] = g.scan({
    carried: [dHidden, dCell],
    sequences,
    reverse: true,
    body: (body, [dh, dc], elements) => {
      const flow = backwardStep(body, weightTransposed, dh, dc, elements);
      return { carried: [flow.dHidden, flow.dCell], collected: [flow.dSums] };
    },
  }) as [Value, Value, Value];
  return { dSums, dHidden: lastHidden, dCell: lastCell };
};

const unrolled: Walk = (g, weightTransposed, start, sequences) => {
  let { dHidden, dCell } = start;
  const steps = sequences.map((sequence) => stepsOf(g, sequence));
  const dSums: Value[] = [];
  for (let t = (steps[0]?.length ?? 0) - 1; t >= 0; t--) {
    const elements = steps.map((step) => step[t]);
    const flow = backwardStep(g, weightTransposed, dHidden, dCell, elements);
    ({ dHidden, dCell } = flow);
    dSums.unshift(flow.dSums);
  }
  return { dSums: stacked(g, dSums), dHidden, dCell };
};

function backwardStep(
  g: GraphBuilder,
  weightTransposed: Value,
  dHiddenAfter: Value,
  dCellAfter: Value,
  elements: readonly Value[],
): Flow {
  const [dOutput, sumSlopes, cellSlope, forget, keep] = elements as [
    Value,
    Value,
    Value,
    Value,
    Value?,
  ];
  const dh = g.add(dOutput, dHiddenAfter);
  const dc = g.add(dCellAfter, g.mul(dh, cellSlope));
  const dSums = g.mul(g.concat([dc, dh, dc, dc], 0), sumSlopes); // i, o, f, c
  const dHidden = g.matMul(weightTransposed, dSums); // [H, 4H] x [4H, B]
  const dCell = g.mul(dc, forget);
  if (!keep) return { dSums, dHidden, dCell };
  return { dSums, dHidden: g.mul(dHidden, keep), dCell: g.mul(dCell, keep) };
}
