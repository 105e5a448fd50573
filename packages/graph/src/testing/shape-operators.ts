// Operators that move, cut and repeat elements without computing with them.
import { GraphError } from '../errors.js';
import { broadcastShapes, normalizeAxis } from '../shapes.js';
import type { Call, Kernel } from './kernel.js';
import {
  arrayOfTensor,
  broadcastTo,
  countOf,
  type NdArray,
  scalarOf,
  strided,
  stridesOf,
  transposed,
  vectorOf,
  withShape,
} from './nd-array.js';

/** The part [start, start + size) of an axis. */
export function cut(array: NdArray, axis: number, start: number, size: number): NdArray {
  const strides = stridesOf(array.shape);
  return strided(array, array.shape.with(axis, size), strides, start * strides[axis]);
}

export function concat(arrays: readonly NdArray[], axis: number): NdArray {
  const [first] = arrays;
  const inner = countOf(first.shape.slice(axis + 1));
  const outer = countOf(first.shape.slice(0, axis));
  const total = arrays.reduce((size, array) => size + array.shape[axis], 0);
  const data = new Float64Array(outer * total * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const array of arrays) {
      const length = array.shape[axis] * inner;
      data.set(array.data.subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return { dataType: first.dataType, shape: first.shape.with(axis, total), data };
}

function split(call: Call): NdArray[] {
  const array = call.input(0);
  const axis = normalizeAxis(call.number('axis', 0), array.shape.length);
  const count = call.number('num_outputs', call.outputCount);
  const even = Math.ceil(array.shape[axis] / count);
  const sizes =
    call.optional(1) === undefined
      ? Array.from({ length: count }, (_, part) => Math.min(even, array.shape[axis] - part * even))
      : call.numbers(1);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return cut(array, axis, start - size, size);
  });
}

function slice(call: Call): NdArray {
  const array = call.input(0);
  const [starts, ends] = [call.numbers(1), call.numbers(2)];
  const axes = call.optional(3) === undefined ? starts.map((_, index) => index) : call.numbers(3);
  const steps = call.optional(4) === undefined ? starts.map(() => 1) : call.numbers(4);
  const shape = [...array.shape];
  const strides = stridesOf(array.shape);
  let offset = 0;
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, shape.length);
    const size = array.shape[axis];
    const step = steps[index];
    // Forwards a place lies in 0..size, backwards in -1..size-1: one past the end either way.
    const place = (at: number, least: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, least), size + (step > 0 ? 0 : -1));
    const start = place(starts[index], 0);
    const end = place(ends[index], step > 0 ? 0 : -1);
    shape[axis] = Math.max(0, Math.ceil((end - start) / step));
    offset += start * strides[axis];
    strides[axis] *= step;
  });
  return strided(array, shape, strides, offset);
}

function reshape(call: Call): NdArray {
  const array = call.input(0);
  const keepsZero = call.number('allowzero', 0) === 1;
  const asked = call
    .numbers(1)
    .map((size, axis) => (size === 0 && !keepsZero ? array.shape[axis] : size));
  const known = countOf(asked.filter((size) => size !== -1));
  return withShape(
    array,
    asked.map((size) => (size === -1 ? array.data.length / known : size)),
  );
}

function squeeze(call: Call): NdArray {
  const array = call.input(0);
  const rank = array.shape.length;
  const ones = array.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const given = call.optional(1) && call.numbers(1).map((axis) => normalizeAxis(axis, rank));
  const axes = given ?? ones;
  return withShape(
    array,
    array.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueeze(call: Call): NdArray {
  const array = call.input(0);
  const rank = array.shape.length + call.numbers(1).length;
  const axes = call.numbers(1).map((axis) => normalizeAxis(axis, rank));
  const sizes = array.shape.values();
  const shape = Array.from({ length: rank }, (_, axis) =>
    axes.includes(axis) ? 1 : sizes.next().value!,
  );
  return withShape(array, shape);
}

function constant(call: Call): NdArray {
  const tensor = call.attribute('value');
  if (tensor?.type === 'tensor') return arrayOfTensor(tensor.value);
  for (const [name, dataType] of [
    ['value_float', 'float32'],
    ['value_floats', 'float32'],
    ['value_int', 'int64'],
    ['value_ints', 'int64'],
  ] as const) {
    const value = call.attribute(name)?.value as number | readonly number[] | undefined;
    if (typeof value === 'number') return scalarOf(dataType, value);
    if (value !== undefined) return vectorOf(dataType, value);
  }
  throw new GraphError('reference', 'a constant without a value');
}

function constantOfShape(call: Call): NdArray {
  const value = call.attribute('value');
  const element = value?.type === 'tensor' ? arrayOfTensor(value.value) : scalarOf('float32', 0);
  return broadcastTo(withShape(element, []), call.numbers(0));
}

function range(call: Call): NdArray {
  const [start, limit, delta] = [0, 1, 2].map((index) => call.input(index).data[0]);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const values = Array.from({ length: count }, (_, index) => start + index * delta);
  return vectorOf(call.input(0).dataType, values);
}

export const shapeKernels: Readonly<Record<string, Kernel>> = {
  Concat: (call) => {
    const axis = normalizeAxis(call.number('axis', 0), call.input(0).shape.length);
    return [concat(call.inputs, axis)];
  },
  Constant: (call) => [constant(call)],
  ConstantOfShape: (call) => [constantOfShape(call)],
  Expand: (call) => {
    const shape = broadcastShapes(call.input(0).shape, call.numbers(1)) as number[];
    return [broadcastTo(call.input(0), shape)];
  },
  Range: (call) => [range(call)],
  Reshape: (call) => [reshape(call)],
  Shape: (call) => {
    const { shape } = call.input(0);
    const part = shape.slice(call.number('start', 0), call.number('end', shape.length));
    return [vectorOf('int64', part)];
  },
  Slice: (call) => [slice(call)],
  Split: split,
  Squeeze: (call) => [squeeze(call)],
  Transpose: (call) => {
    const array = call.input(0);
    const reversed = array.shape.map((_, axis) => array.shape.length - 1 - axis);
    return [transposed(array, call.list('perm') ?? reversed)];
  },
  Unsqueeze: (call) => [unsqueeze(call)],
};
