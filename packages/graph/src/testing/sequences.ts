// Scan, Loop and LSTM: operators that go step by step.
import { GraphError } from '../errors.js';
import type { Value } from '../ir.js';
import type { Call, Kernel } from './kernel.js';
import { matMul, matrixTransposed } from './linear-algebra.js';
import { type NdArray, scalarOf, withShape, zerosOf } from './nd-array.js';
import { concat, cut } from './shape-operators.js';

/** Element `index` of the first axis. */
function elementAt(array: NdArray, index: number): NdArray {
  return withShape(cut(array, 0, index, 1), array.shape.slice(1));
}

/** Equal shapes, one after the other along a new first axis. */
function stack(items: readonly NdArray[], declared: Value): NdArray {
  if (items.length === 0) {
    // No step was made, so sizes that are open in the body's declaration are unknown.
    const shape = declared.shape.map((size) => (typeof size === 'number' ? size : 0));
    return zerosOf(declared.dataType, [0, ...shape]);
  }
  return concat(
    items.map((item) => withShape(item, [1, ...item.shape])),
    0,
  );
}

function scan(call: Call): NdArray[] {
  const body = call.graph('body');
  const sequenceCount = call.number('num_scan_inputs', 0);
  const stateCount = call.inputs.length - sequenceCount;
  for (const name of ['scan_input_axes', 'scan_output_axes']) {
    if (call.list(name)?.some((axis) => axis !== 0)) {
      throw new GraphError('reference', `${name}: the reference knows axis 0 only`);
    }
  }
  const readsBackwards = call.list('scan_input_directions') ?? [];
  const writesBackwards = call.list('scan_output_directions') ?? [];
  const sequences = call.inputs.slice(stateCount);
  const steps = sequences[0].shape[0];
  const collected: NdArray[][] = body.outputs.slice(stateCount).map(() => []);
  let states = call.inputs.slice(0, stateCount);
  for (let step = 0; step < steps; step++) {
    const elements = sequences.map((sequence, index) =>
      elementAt(sequence, readsBackwards[index] === 1 ? steps - 1 - step : step),
    );
    const outputs = call.evaluate(body, [...states, ...elements]);
    states = outputs.slice(0, stateCount);
    outputs.slice(stateCount).forEach((output, index) => collected[index].push(output));
  }
  const results = collected.map((items, index) =>
    stack(
      writesBackwards[index] === 1 ? items.toReversed() : items,
      body.outputs[stateCount + index],
    ),
  );
  return [...states, ...results];
}

function loop(call: Call): NdArray[] {
  const body = call.graph('body');
  const most = call.optional(0)?.data[0] ?? Number.POSITIVE_INFINITY;
  let condition = call.optional(1) ?? scalarOf('bool', 1);
  const present = [call.optional(0), call.optional(1)].filter((input) => input !== undefined);
  let carried = call.inputs.slice(present.length);
  const count = carried.length;
  const collected: NdArray[][] = body.outputs.slice(1 + count).map(() => []);
  for (let step = 0; step < most && condition.data[0] !== 0; step++) {
    const outputs = call.evaluate(body, [scalarOf('int64', step), condition, ...carried]);
    [condition] = outputs;
    carried = outputs.slice(1, 1 + count);
    outputs.slice(1 + count).forEach((output, index) => collected[index].push(output));
  }
  const results = collected.map((items, index) => stack(items, body.outputs[1 + count + index]));
  return [...carried, ...results];
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** X [T, B, I], W [1, 4H, I], R [1, 4H, H], bias [1, 8H]; gates in the order i, o, f, c. */
function lstm(call: Call): NdArray[] {
  call.expect('direction', 'forward');
  call.expect('layout', 0);
  call.expect('input_forget', 0);
  if (call.optional(4) || call.optional(7)) {
    throw new GraphError('reference', 'the reference knows no sequence lengths and no peepholes');
  }
  const x = call.input(0);
  const [steps, batch] = x.shape;
  const w = matrixTransposed(elementAt(call.input(1), 0)); // [I, 4H]
  const r = matrixTransposed(elementAt(call.input(2), 0)); // [H, 4H]
  const hidden = r.shape[0];
  const bias = call.optional(3)?.data ?? new Float64Array(8 * hidden);
  const initial = (index: number): NdArray =>
    withShape(call.optional(index) ?? zerosOf('float32', [batch, hidden]), [batch, hidden]);
  let h = initial(5); // [B, H]
  let c = initial(6); // [B, H]
  const all: NdArray[] = [];
  for (let step = 0; step < steps; step++) {
    const fromInput = matMul(elementAt(x, step), w).data; // [B, 4H]
    const fromState = matMul(h, r).data; // [B, 4H]
    const gate = (element: number, which: number): number => {
      const column = which * hidden + (element % hidden);
      const at = Math.floor(element / hidden) * 4 * hidden + column;
      return fromInput[at] + fromState[at] + bias[column] + bias[4 * hidden + column];
    };
    const cell = c.data.map(
      (value, element) =>
        sigmoid(gate(element, 2)) * value + sigmoid(gate(element, 0)) * Math.tanh(gate(element, 3)),
    );
    c = { ...c, data: cell };
    h = {
      ...h,
      data: cell.map((value, element) => sigmoid(gate(element, 1)) * Math.tanh(value)),
    };
    all.push(withShape(h, [1, 1, batch, hidden]));
  }
  const last = [1, batch, hidden];
  return [concat(all, 0), withShape(h, last), withShape(c, last)];
}

export const sequenceKernels: Readonly<Record<string, Kernel>> = {
  LSTM: lstm,
  Loop: loop,
  Scan: scan,
};
