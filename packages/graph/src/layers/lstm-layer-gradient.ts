// Gradient of the LSTM layer: backward through time with one product per step; the weights' gradient is then a single
// large product over all steps. Letters as in lstm-layer.ts; d... is the gradient of ....
import type { GraphBuilder } from '../builder.js';
import { sideBySide } from '../gradients/matrix-rules.js';
import { type GradientRule, intAttribute, sizesOf } from '../gradients/rule.js';
import type { Value } from '../ir.js';
import { stacked, stepsOf } from './lstm-layer.js';

/** What one step of the forward pass left behind. */
interface Saved {
  readonly gates: Value; // [3H, B]
  readonly candidate: Value; // [H, B]
  readonly cellTanh: Value; // [H, B]
  readonly cellBefore: Value; // the cell the step started from, after `keep`; [H, B]
}

interface Flow {
  readonly dSums: Value; // [4H, B]
  readonly dHidden: Value; // [H, B]
  readonly dCell: Value; // [H, B]
}

export const LSTM_LAYER_GRADIENT: GradientRule = (g, operation, outer) => {
  const [projected, recurrentWeight, hidden, cell, keep] = operation.inputs;
  const [sequence] = operation.outputs;
  const [cells, gates, candidates, cellTanhs] = operation.saved;
  if (!projected || !recurrentWeight || !hidden || !cell || !sequence || !cells) return [];
  if (!gates || !candidates || !cellTanhs) return [];
  const zeros = g.filled(0, sizesOf(hidden));
  const dSequence = outer[0] ?? g.filled(0, sizesOf(sequence));
  const start = { dHidden: outer[1] ?? zeros, dCell: outer[2] ?? zeros };
  const sequences = [dSequence, gates, candidates, cellTanhs, before(g, cell, cells, keep)];
  if (keep) sequences.push(keep);
  const walk = intAttribute(operation, 'unrolled') ? unrolled : scanned;
  const { dSums, dHidden, dCell } = walk(g, g.transpose(recurrentWeight, [1, 0]), start, sequences);
  const hiddenBefore = sideBySide(g, before(g, hidden, sequence, keep)); // [H, T * B]
  const dWeight = g.gemm(sideBySide(g, dSums), hiddenBefore, undefined, { transB: true });
  return [dSums, dWeight, dHidden, dCell];
};

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
  [dOutput, gates, candidate, cellTanh, cellBefore, keep]: Value[],
): Flow {
  const saved = { gates, candidate, cellTanh, cellBefore } as Saved;
  const dh = g.add(dOutput, dHiddenAfter);
  const { dSums, dCell } = throughCell(g, saved, dh, dCellAfter);
  const dHidden = g.matMul(weightTransposed, dSums); // [H, 4H] x [4H, B]
  if (!keep) return { dSums, dHidden, dCell };
  return { dSums, dHidden: g.mul(dHidden, keep), dCell: g.mul(dCell, keep) };
}

/** From the gradient of h_t and c_t to that of the gates' sums and of c_{t-1}. */
function throughCell(g: GraphBuilder, saved: Saved, dh: Value, dCellAfter: Value) {
  const { gates, candidate, cellTanh, cellBefore } = saved;
  const [H = 0] = sizesOf(dh);
  const [input, output, forget] = g.split(gates, [H, H, H], 0) as [Value, Value, Value];
  const dTanh = g.mul(dh, output);
  const dc = g.add(dCellAfter, g.sub(dTanh, g.mul(dTanh, g.mul(cellTanh, cellTanh))));
  const dGates = g.concat([g.mul(dc, candidate), g.mul(dh, cellTanh), g.mul(dc, cellBefore)], 0);
  const weighted = g.mul(dGates, gates); // sigmoid' = s (1 - s)
  const dGateSums = g.sub(weighted, g.mul(weighted, gates));
  const dCandidate = g.mul(dc, input);
  const dCandidateSum = g.sub(dCandidate, g.mul(dCandidate, g.mul(candidate, candidate)));
  return { dSums: g.concat([dGateSums, dCandidateSum], 0), dCell: g.mul(dc, forget) };
}
