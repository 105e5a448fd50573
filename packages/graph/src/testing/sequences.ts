// Scan and Loop: operators with a body.
import { GraphError } from '../errors.js';
import type { Value } from '../ir.js';
import type { Call, Kernel } from './kernel.js';
import { type NdArray, scalarOf, withShape, zerosOf } from './nd-array.js';
import { concat, cut } from './shape-operators.js';

/** Element `index` of the first axis. */
export function elementAt(array: NdArray, index: number): NdArray {
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

export const sequenceKernels: Readonly<Record<string, Kernel>> = {
  Loop: loop,
  Scan: scan,
};
