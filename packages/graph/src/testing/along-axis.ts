// Operators that work along axes: reductions, softmax, running sums, the largest elements.
import { normalizeAxis } from '../shapes.js';
import type { Call, Kernel } from './kernel.js';
import { countOf, type NdArray, transposed, withShape } from './nd-array.js';

/** Replaces every lane along `axis` by what `make` makes of it: `length` numbers. */
function mapLanes(
  array: NdArray,
  axis: number,
  length: number,
  make: (lane: Float64Array) => ArrayLike<number>,
): NdArray {
  const size = array.shape[axis];
  const inner = countOf(array.shape.slice(axis + 1));
  const outer = countOf(array.shape.slice(0, axis));
  const data = new Float64Array(outer * length * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const lane = Float64Array.from(
        { length: size },
        (_, k) => array.data[(o * size + k) * inner + i],
      );
      const result = make(lane);
      for (let k = 0; k < length; k++) data[(o * length + k) * inner + i] = result[k];
    }
  }
  return { dataType: array.dataType, shape: array.shape.with(axis, length), data };
}

const least = (lane: Float64Array): number => lane.reduce((a, b) => Math.min(a, b));
const most = (lane: Float64Array): number => lane.reduce((a, b) => Math.max(a, b));
const sum = (lane: Float64Array): number => lane.reduce((total, value) => total + value, 0);

/** Axes come as an input; without them, all are reduced, or each element on its own. */
function reduce(call: Call, apply: (lane: Float64Array) => number): NdArray {
  const array = call.input(0);
  const rank = array.shape.length;
  const given = call.optional(1)?.data.length ? call.numbers(1) : undefined;
  const all = array.shape.map((_, axis) => axis);
  const ofNone = call.number('noop_with_empty_axes', 0) === 1 ? [] : all;
  const axes = given?.map((axis) => normalizeAxis(axis, rank)) ?? ofNone;
  const kept = all.filter((axis) => !axes.includes(axis));
  const keptShape = kept.map((axis) => array.shape[axis]);
  const lanes = countOf(axes.map((axis) => array.shape[axis]));
  const matrix = withShape(transposed(array, [...kept, ...axes]), [countOf(keptShape), lanes]);
  const result = mapLanes(matrix, 1, 1, (lane) => [apply(lane)]);
  const keepsAxes = call.number('keepdims', 1) === 1;
  return withShape(
    result,
    keepsAxes ? array.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : keptShape,
  );
}

const reduction =
  (apply: (lane: Float64Array) => number): Kernel =>
  (call) => [reduce(call, apply)];

/** Along the axis of the attribute `axis`, lanes keep their length. */
const lanewise =
  (defaultAxis: number, make: (lane: Float64Array) => ArrayLike<number>): Kernel =>
  (call) => {
    const array = call.input(0);
    const axis = normalizeAxis(call.number('axis', defaultAxis), array.shape.length);
    return [mapLanes(array, axis, array.shape[axis], make)];
  };

function logSoftmax(lane: Float64Array): Float64Array {
  const peak = most(lane);
  const logSum = peak + Math.log(sum(lane.map((value) => Math.exp(value - peak))));
  return lane.map((value) => value - logSum);
}

function cumulativeSum(lane: Float64Array, exclusive: boolean, reverse: boolean): Float64Array {
  const ordered = reverse ? lane.toReversed() : lane;
  let total = 0;
  const sums = ordered.map((value) => {
    const before = total;
    total += value;
    return exclusive ? before : total;
  });
  return reverse ? sums.reverse() : sums;
}

/** Places of the elements from the largest (or the smallest); of equal ones the first comes first. */
function ranking(lane: Float64Array, largest: boolean): number[] {
  const sign = largest ? -1 : 1;
  return [...lane.keys()].sort((a, b) => sign * (lane[a] - lane[b]) || a - b);
}

function argMax(call: Call): NdArray {
  const isLast = call.number('select_last_index', 0) === 1;
  const array = call.input(0);
  const axis = normalizeAxis(call.number('axis', 0), array.shape.length);
  const result = mapLanes(array, axis, 1, (lane) => {
    const [first] = ranking(lane, true);
    return [isLast ? lane.lastIndexOf(lane[first]) : first];
  });
  const shape = call.number('keepdims', 1) === 1 ? result.shape : result.shape.toSpliced(axis, 1);
  return { ...result, dataType: 'int64', shape };
}

function topK(call: Call): NdArray[] {
  call.expect('sorted', 1);
  const array = call.input(0);
  const [count] = call.numbers(1);
  const axis = normalizeAxis(call.number('axis', -1), array.shape.length);
  const largest = call.number('largest', 1) === 1;
  const places = mapLanes(array, axis, count, (lane) => ranking(lane, largest));
  const values = mapLanes(array, axis, count, (lane) =>
    ranking(lane, largest).map((place) => lane[place]),
  );
  return [values, { ...places, dataType: 'int64' }];
}

export const alongAxisKernels: Readonly<Record<string, Kernel>> = {
  ArgMax: (call) => [argMax(call)],
  CumSum: (call) => {
    const array = call.input(0);
    const axis = normalizeAxis(call.numbers(1)[0], array.shape.length);
    const exclusive = call.number('exclusive', 0) === 1;
    const reverse = call.number('reverse', 0) === 1;
    const size = array.shape[axis];
    return [mapLanes(array, axis, size, (lane) => cumulativeSum(lane, exclusive, reverse))];
  },
  LogSoftmax: lanewise(-1, logSoftmax),
  ReduceMax: reduction(most),
  ReduceMean: reduction((lane) => sum(lane) / lane.length),
  ReduceMin: reduction(least),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((lane) => sum(lane.map((value) => value * value))),
  Softmax: lanewise(-1, (lane) => logSoftmax(lane).map(Math.exp)),
  TopK: topK,
};
