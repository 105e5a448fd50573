// A recurrent layer as a Scan over plain operators: with any activation, and with masks.
// Letters: T steps, B sequences, I features, H units, G gates.
import type { GraphBuilder, Value } from '@ostinato/graph';
import { parameter } from '../../convert/conversion.js';
import type { RecurrentRun, RunInputs } from './run.js';

/** Where a step does not count, the states stay, and the output is the hidden state that stayed: what TF.js does. */
export function runAsScan(inputs: RunInputs): RecurrentRun {
  const { use, cell, activations, x, units, usesBias, isReverse, mask } = inputs;
  const { g } = use;
  const columns = cell.gates * units;
  const kernel = parameter(use, 'kernel', [x.shape[2] as number, columns]);
  const recurrent = parameter(use, 'recurrent_kernel', [units, columns]);
  const product = g.matMul(g.transpose(x, [1, 0, 2]), kernel);
  const projected = usesBias ? g.add(product, parameter(use, 'bias', [columns])) : product;
  const counts = mask && g.unsqueeze(g.transpose(mask, [1, 0]), [2]); // [T, B, 1]
  const initial = inputs.initial ?? cell.stateNames.map(() => zeroState(g, x, units));
  if (x.shape[1] === 1 && !counts) {
    // One step needs no loop; a token inside a loop of its own is faster without.
    const only = g.squeeze(projected, [0]);
    const states = cell.step(g, {
      ...activations,
      projected: only,
      recurrent,
      states: initial,
      units,
    });
    return { sequence: () => g.unsqueeze(states[0], [1]), states };
  }
  const results = g.scan({
    carried: initial,
    sequences: counts ? [projected, counts] : [projected],
    reverse: isReverse,
    body: (body, states, [step, isCounted]) => {
      const next = cell.step(body, { ...activations, projected: step, recurrent, states, units });
      const kept = isCounted
        ? next.map((state, index) => body.where(isCounted, state, states[index]))
        : next;
      return { carried: kept, collected: [kept[0]] };
    },
  });
  const sequence = results.at(-1)!; // [T, B, H]
  return { sequence: () => g.transpose(sequence, [1, 0, 2]), states: results.slice(0, -1) };
}

/** Zeros [B, H], as many sequences as `x` has. */
function zeroState(g: GraphBuilder, x: Value, units: number): Value {
  const [batch] = x.shape;
  const sizes = g.concat([g.sizesOf(x, 0, 1), g.int64([units])], 0);
  return g.expandTo(g.float([0], [1, 1]), sizes, [batch, units]);
}
