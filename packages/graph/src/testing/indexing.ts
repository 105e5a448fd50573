// Operators that read and write at indices, and the rounding and widening of numbers.
import { GraphError } from '../errors.js';
import { normalizeAxis } from '../shapes.js';
import type { Call, Kernel } from './kernel.js';
import { broadcastTo, countOf, type NdArray, strided, stridesOf, withShape } from './nd-array.js';

/** An index counted from the front. */
function wrapped(index: number, size: number): number {
  const place = index < 0 ? index + size : index;
  if (place < 0 || place >= size) throw new GraphError('reference', `index ${index} of ${size}`);
  return place;
}

function gather(call: Call): NdArray {
  const [data, indices] = [call.input(0), call.input(1)];
  const axis = normalizeAxis(call.number('axis', 0), data.shape.length);
  const inner = countOf(data.shape.slice(axis + 1));
  const outer = countOf(data.shape.slice(0, axis));
  const size = data.shape[axis];
  const result = new Float64Array(outer * indices.data.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices.data) {
      const start = (o * size + wrapped(index, size)) * inner;
      result.set(data.data.subarray(start, start + inner), at);
      at += inner;
    }
  }
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return { dataType: data.dataType, shape, data: result };
}

/** Where in `data` each element of `indices` points: its own place, but `axis` by the index. */
function targets(data: NdArray, indices: NdArray, axis: number): Float64Array {
  const strides = stridesOf(data.shape);
  const places = { ...data, data: data.data.map((_, place) => place) };
  const atZero = strided(places, indices.shape, strides.with(axis, 0)).data;
  return indices.data.map(
    (index, element) => atZero[element] + wrapped(index, data.shape[axis]) * strides[axis],
  );
}

function gatherElements(call: Call): NdArray {
  const [data, indices] = [call.input(0), call.input(1)];
  const axis = normalizeAxis(call.number('axis', 0), data.shape.length);
  const values = targets(data, indices, axis).map((place) => data.data[place]);
  return { dataType: data.dataType, shape: indices.shape, data: values };
}

function scatterElements(call: Call): NdArray {
  const [data, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  const axis = normalizeAxis(call.number('axis', 0), data.shape.length);
  const reduction = call.text('reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add') {
    throw new GraphError('reference', `reduction: none or add expected, ${reduction} found`);
  }
  const result = data.data.slice();
  targets(data, indices, axis).forEach((place, element) => {
    const update = updates.data[element];
    result[place] = reduction === 'add' ? result[place] + update : update;
  });
  return { ...data, data: result };
}

/** Indices outside the depth give a row of the `off` value. */
function oneHot(call: Call): NdArray {
  const indices = call.input(0);
  const depth = call.input(1).data[0];
  const [off, on] = call.input(2).data;
  const axis = normalizeAxis(call.number('axis', -1), indices.shape.length + 1);
  const inner = countOf(indices.shape.slice(axis));
  const shape = indices.shape.toSpliced(axis, 0, depth);
  const data = new Float64Array(countOf(shape)).fill(off);
  indices.data.forEach((index, element) => {
    const place = index < 0 ? index + depth : index;
    const outer = Math.floor(element / inner);
    if (place >= 0 && place < depth) data[(outer * depth + place) * inner + (element % inner)] = on;
  });
  return { dataType: call.input(2).dataType, shape, data };
}

/** Scale and zero point of each element: one of each for all, or one for each place of an axis. */
function quantisation(call: Call): { scales: Float64Array; zeros: Float64Array | undefined } {
  const [{ shape }, scale, zeroPoint] = [call.input(0), call.input(1), call.optional(2)];
  const axis = scale.shape.length === 0 ? 0 : normalizeAxis(call.number('axis', 1), shape.length);
  const stretch = (values: NdArray): Float64Array => {
    if (values.data.length === 1) return broadcastTo(withShape(values, []), shape).data;
    const places = shape.map((_, at) => (at === axis ? values.data.length : 1));
    return broadcastTo(withShape(values, places), shape).data;
  };
  return { scales: stretch(scale), zeros: zeroPoint && stretch(zeroPoint) };
}

/** (x - zeroPoint) * scale. */
function dequantizeLinear(call: Call): NdArray {
  const array = call.input(0);
  const { scales, zeros } = quantisation(call);
  const data = array.data.map((value, index) => (value - (zeros?.[index] ?? 0)) * scales[index]);
  return { dataType: call.input(1).dataType, shape: array.shape, data };
}

/** The integer nearest to x / scale, ties to even, plus zeroPoint, within the type of the zero point. */
function quantizeLinear(call: Call): NdArray {
  const array = call.input(0);
  const { scales, zeros } = quantisation(call);
  const dataType = call.optional(2)?.dataType ?? 'uint8';
  const [least, most] = dataType === 'int8' ? [-128, 127] : [0, 255];
  const data = array.data.map((value, index) => {
    const quotient = value / scales[index];
    const below = Math.floor(quotient);
    const isTie = quotient - below === 0.5;
    const nearest = isTie ? below + Math.abs(below % 2) : Math.round(quotient);
    return Math.min(most, Math.max(least, nearest + (zeros?.[index] ?? 0)));
  });
  return { dataType, shape: array.shape, data };
}

export const indexingKernels: Readonly<Record<string, Kernel>> = {
  DequantizeLinear: (call) => [dequantizeLinear(call)],
  Gather: (call) => [gather(call)],
  GatherElements: (call) => [gatherElements(call)],
  OneHot: (call) => [oneHot(call)],
  QuantizeLinear: (call) => [quantizeLinear(call)],
  ScatterElements: (call) => [scatterElements(call)],
};
