// GraphBuilder: ONNX's operators as methods that know the shapes of what they make.
// Meanings: https://onnx.ai/onnx/operators/ at opset 18.
import { ActivationBuilder } from './activation-builder.js';
import { GraphError } from './errors.js';
import type { Attribute, DataType, Dimension, Graph, Shape, Tensor, Value } from './ir.js';
import { dataTypeCode } from './onnx/data-types.js';
import type { Attributes } from './recorder.js';
import {
  broadcastShapes,
  elementCount,
  fixed,
  formatShape,
  matMulShape,
  normalizeAxis,
  reducedShape,
  sameShape,
} from './shapes.js';

/** The version of the standard operator set that the builder speaks. */
export const OPSET = 18;

export const int = (value: number): Attribute => ({ type: 'int', value });
const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
const graphAttribute = (value: Graph): Attribute => ({ type: 'graph', value });

interface LoopOptions {
  /** Values that go round: given once, changed by the body. */
  readonly carried: readonly Value[];
  /** Builds the body. Gets the iteration number and the carried values, gives the new ones and what to collect. */
  readonly body: (
    body: GraphBuilder,
    iteration: Value,
    carried: Value[],
  ) => { carried: Value[]; collected: Value[] };
}

interface ScanOptions {
  readonly carried: readonly Value[];
  /** Sequences, read along their first axis. */
  readonly sequences: readonly Value[];
  /** From the last element to the first; what is collected is in the order of the sequences all the same. */
  readonly reverse?: boolean;
  readonly body: (
    body: GraphBuilder,
    carried: Value[],
    elements: Value[],
  ) => { carried: Value[]; collected: Value[] };
}

export class GraphBuilder extends ActivationBuilder {
  // Elementwise, with broadcasting.
  add = (a: Value, b: Value): Value => this.#binary('Add', a, b);
  sub = (a: Value, b: Value): Value => this.#binary('Sub', a, b);
  mul = (a: Value, b: Value): Value => this.#binary('Mul', a, b);
  div = (a: Value, b: Value): Value => this.#binary('Div', a, b);
  min = (a: Value, b: Value): Value => this.#binary('Min', a, b);
  max = (a: Value, b: Value): Value => this.#binary('Max', a, b);
  less = (a: Value, b: Value): Value => this.#binary('Less', a, b, 'bool');
  greater = (a: Value, b: Value): Value => this.#binary('Greater', a, b, 'bool');
  greaterOrEqual = (a: Value, b: Value): Value => this.#binary('GreaterOrEqual', a, b, 'bool');
  equal = (a: Value, b: Value): Value => this.#binary('Equal', a, b, 'bool');
  and = (a: Value, b: Value): Value => this.#binary('And', a, b, 'bool');

  // Elementwise, of one value.
  neg = (x: Value): Value => this.#unary('Neg', x);
  exp = (x: Value): Value => this.#unary('Exp', x);
  log = (x: Value): Value => this.#unary('Log', x);
  sqrt = (x: Value): Value => this.#unary('Sqrt', x);
  tanh = (x: Value): Value => this.#unary('Tanh', x);
  sigmoid = (x: Value): Value => this.#unary('Sigmoid', x);
  not = (x: Value): Value => this.#unary('Not', x);
  identity = (x: Value): Value => this.#unary('Identity', x);

  /** A constant of 32-bit floats. */
  float(values: number | readonly number[], shape?: readonly number[]): Value {
    return this.constant('float32', values, shape);
  }

  /** A constant of 64-bit integers, the type of ONNX's sizes and indices. */
  int64(values: number | readonly number[], shape?: readonly number[]): Value {
    return this.constant('int64', values, shape);
  }

  /** Values of `a` where the condition holds, of `b` elsewhere. */
  where(condition: Value, a: Value, b: Value): Value {
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
    return this.#one('Where', [condition, a, b], a.dataType, shape);
  }

  sum(values: readonly Value[]): Value {
    const [first] = values;
    if (!first) throw new GraphError('arity', 'Sum: needs at least one value');
    const shape = values.map((value) => value.shape).reduce((a, b) => broadcastShapes(a, b));
    return this.#one('Sum', values, first.dataType, shape);
  }

  cast(x: Value, dataType: DataType): Value {
    return this.#one('Cast', [x], dataType, x.shape, { to: int(dataTypeCode(dataType)) });
  }

  matMul(a: Value, b: Value): Value {
    return this.#one('MatMul', [a, b], a.dataType, matMulShape(a.shape, b.shape));
  }

  /** a' · b' (+ c), matrices, each transposed first if asked. */
  gemm(
    a: Value,
    b: Value,
    c?: Value,
    { transA = false, transB = false }: { transA?: boolean; transB?: boolean } = {},
  ): Value {
    const left = transA ? [...a.shape].reverse() : a.shape;
    const right = transB ? [...b.shape].reverse() : b.shape;
    return this.#one('Gemm', c ? [a, b, c] : [a, b], a.dataType, matMulShape(left, right), {
      transA: transA ? int(1) : undefined,
      transB: transB ? int(1) : undefined,
    });
  }

  /** Slices of `data` along `axis` at the given indices. */
  gather(data: Value, indices: Value, axis = 0): Value {
    const at = normalizeAxis(axis, data.shape.length);
    const shape = [...data.shape.slice(0, at), ...indices.shape, ...data.shape.slice(at + 1)];
    return this.#one('Gather', [data, indices], data.dataType, shape, { axis: int(at) });
  }

  /** One element per index, along `axis`. */
  gatherElements(data: Value, indices: Value, axis: number): Value {
    const at = normalizeAxis(axis, data.shape.length);
    return this.#one('GatherElements', [data, indices], data.dataType, indices.shape, {
      axis: int(at),
    });
  }

  /** `data` with `updates` added at the indices along `axis`. */
  scatterAdd(data: Value, indices: Value, updates: Value, axis: number): Value {
    return this.#one('ScatterElements', [data, indices, updates], data.dataType, data.shape, {
      axis: int(normalizeAxis(axis, data.shape.length)),
      reduction: { type: 'string', value: 'add' },
    });
  }

  /** 1 at the index, 0 elsewhere, along a new axis of `depth` places. */
  oneHot(indices: Value, depth: number, axis: number): Value {
    const at = normalizeAxis(axis, indices.shape.length + 1);
    const shape = [...indices.shape.slice(0, at), depth, ...indices.shape.slice(at)];
    const inputs = [this.cast(indices, 'int64'), this.int64([depth]), this.float([0, 1])];
    return this.#one('OneHot', inputs, 'float32', shape, { axis: int(at) });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis]);
    return this.#one('Transpose', [x], x.dataType, shape, { perm: ints(permutation) });
  }

  /** The same elements in another shape. Zero keeps a dimension, -1 is worked out at run time; where the result
   *  cannot be told from the numbers, say it in `shape`. */
  reshape(x: Value, dimensions: readonly number[], shape?: Shape): Value {
    const result = shape ?? reshaped(x.shape, dimensions);
    if (sameShape(result, x.shape)) return x;
    return this.#one('Reshape', [x, this.int64(dimensions)], x.dataType, result);
  }

  /** The same elements in a shape that is computed at run time.
   *  @param dimensions 64-bit integers, shape [rank]
   *  @param shape what is known of it beforehand */
  reshapeTo(x: Value, dimensions: Value, shape: Shape): Value {
    return this.#one('Reshape', [x, dimensions], x.dataType, shape);
  }

  /** Sizes of the axes start..end-1, 64-bit integers. */
  sizesOf(x: Value, start: number, end: number): Value {
    const attributes = { start: int(start), end: int(end) };
    return this.#one('Shape', [x], 'int64', [end - start], attributes);
  }

  squeeze(x: Value, axes: readonly number[]): Value {
    const shape = reducedShape(x.shape, axes, false);
    return this.#one('Squeeze', [x, this.int64(axes)], x.dataType, shape);
  }

  /** Inserts axes of size one; they count in the result. */
  unsqueeze(x: Value, axes: readonly number[]): Value {
    const rank = x.shape.length + axes.length;
    const inserted = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, axis) =>
      inserted.has(axis) ? 1 : (rest.shift() as Dimension),
    );
    return this.#one('Unsqueeze', [x, this.int64(axes)], x.dataType, shape);
  }

  /** One after another along `axis`. Where sizes are known only at run time, name their sum in `size`. */
  concat(values: readonly Value[], axis: number, size?: Dimension): Value {
    const [first] = values;
    if (!first) throw new GraphError('arity', 'Concat: needs at least one value');
    const at = normalizeAxis(axis, first.shape.length);
    const total = size ?? values.reduce((sum, value) => sum + fixed(value.shape[at], 'Concat'), 0);
    const shape = first.shape.map((dimension, index) => (index === at ? total : dimension));
    return this.#one('Concat', values, first.dataType, shape, { axis: int(at) });
  }

  /** Parts of the given sizes along `axis`. */
  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    const at = normalizeAxis(axis, x.shape.length);
    return this.node({
      opType: 'Split',
      inputs: [x, this.int64(sizes)],
      outputs: sizes.map((size) => ({
        dataType: x.dataType,
        shape: x.shape.map((dimension, index) => (index === at ? size : dimension)),
      })),
      attributes: { axis: int(at) },
    });
  }

  /** Elements start..end-1 along `axis`. */
  slice(x: Value, start: number, end: number, axis: number): Value {
    const at = normalizeAxis(axis, x.shape.length);
    const shape = x.shape.map((dimension, index) => (index === at ? end - start : dimension));
    const inputs = [x, this.int64([start]), this.int64([end]), this.int64([at])];
    return this.#one('Slice', inputs, x.dataType, shape);
  }

  /** The elements in the opposite order along `axis`. */
  reverse(x: Value, axis: number): Value {
    const at = normalizeAxis(axis, x.shape.length);
    const beforeFirst = -(2 ** 31); // any number below the first place, counted from the end
    const range = [[-1], [beforeFirst], [at], [-1]].map((values) => this.int64(values));
    return this.#one('Slice', [x, ...range], x.dataType, x.shape);
  }

  /** A tensor of one value. */
  filled(value: number, shape: readonly number[]): Value {
    const tensor: Tensor = {
      dataType: 'float32',
      shape: [1],
      bytes: new Uint8Array(Float32Array.of(value).buffer),
    };
    return this.#one('ConstantOfShape', [this.int64(shape)], 'float32', shape, {
      value: { type: 'tensor', value: tensor },
    });
  }

  expand(x: Value, shape: readonly number[]): Value {
    const result = broadcastShapes(x.shape, shape);
    if (sameShape(result, x.shape)) return x;
    return this.#one('Expand', [x, this.int64(shape)], x.dataType, result);
  }

  /** Repeats axes of size one to a shape that is computed at run time.
   *  @param dimensions 64-bit integers, shape [rank]
   *  @param shape what is known of it beforehand */
  expandTo(x: Value, dimensions: Value, shape: Shape): Value {
    return this.#one('Expand', [x, dimensions], x.dataType, shape);
  }

  reduceSum(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce('ReduceSum', x, axes, keepDims);
  }

  reduceMean(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce('ReduceMean', x, axes, keepDims);
  }

  reduceMax(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce('ReduceMax', x, axes, keepDims);
  }

  /** Sum of the squares of all elements, a scalar. */
  sumOfSquares(x: Value): Value {
    return this.#one('ReduceSumSquare', [x], x.dataType, [], { keepdims: int(0) });
  }

  softmax(x: Value, axis: number): Value {
    return this.#one('Softmax', [x], x.dataType, x.shape, {
      axis: int(normalizeAxis(axis, x.shape.length)),
    });
  }

  logSoftmax(x: Value, axis: number): Value {
    return this.#one('LogSoftmax', [x], x.dataType, x.shape, {
      axis: int(normalizeAxis(axis, x.shape.length)),
    });
  }

  /** Index of the largest element along `axis`, the first of equals; that axis goes. */
  argMax(x: Value, axis: number): Value {
    return this.#one('ArgMax', [x], 'int64', reducedShape(x.shape, [axis], false), {
      axis: int(normalizeAxis(axis, x.shape.length)),
      keepdims: int(0),
    });
  }

  /** The `count` largest elements along the last axis in descending order, and their indices; of equals the lower
   *  index comes first. */
  topK(x: Value, count: number): { values: Value; indices: Value } {
    const shape = [...x.shape.slice(0, -1), count];
    const [values, indices] = this.node({
      opType: 'TopK',
      inputs: [x, this.int64([count])],
      outputs: [
        { dataType: x.dataType, shape },
        { dataType: 'int64', shape },
      ],
    });
    return { values: values, indices: indices };
  }

  /** Running sums along an axis.
   *  @param reverse from the end on: each place gets the sum of what stands there and behind it */
  cumSum(x: Value, axis: number, { reverse = false }: { reverse?: boolean } = {}): Value {
    return this.#one('CumSum', [x, this.int64(axis)], x.dataType, x.shape, {
      reverse: reverse ? int(1) : undefined,
    });
  }

  /** (x - 0) · scale, one scale for each place along `axis`: stored integers widened to floats. */
  dequantize(x: Value, scale: Value, axis: number): Value {
    return this.#one('DequantizeLinear', [x, scale], 'float32', x.shape, { axis: int(axis) });
  }

  /** Runs a body `count` times.
   *  @param count scalar of 64-bit integer
   *  @param collectedLength the name or size of the axis along which collected values are stacked */
  loop(count: Value, collectedLength: Dimension, { carried, body }: LoopOptions): Value[] {
    const inner = new GraphBuilder('loop', this);
    const iteration = inner.input('iteration', 'int64', []);
    const condition = inner.input('condition', 'bool', []);
    const states = carried.map((value) => inner.input('carried', value.dataType, value.shape));
    const result = body(inner, iteration, states);
    inner.output(inner.identity(condition));
    for (const value of [...result.carried, ...result.collected]) inner.output(value);
    const stacked = result.collected.map(({ dataType, shape }) => ({
      dataType,
      shape: [collectedLength, ...shape],
    }));
    return this.node({
      opType: 'Loop',
      inputs: [count, this.constant('bool', 1), ...carried],
      outputs: [...carried, ...stacked],
      attributes: { body: graphAttribute(inner.build()) },
    });
  }

  /** Runs a body over the elements of sequences. Gives the carried values at the end, then the collected sequences. */
  scan({ carried, sequences, reverse = false, body }: ScanOptions): Value[] {
    const inner = new GraphBuilder('scan', this);
    const states = carried.map((value) => inner.input('carried', value.dataType, value.shape));
    const elements = sequences.map((value) =>
      inner.input('element', value.dataType, value.shape.slice(1)),
    );
    const result = body(inner, states, elements);
    for (const value of [...result.carried, ...result.collected]) inner.output(value);
    const length = sequences[0]?.shape[0] ?? 0;
    const directions = (count: number) => (reverse ? ints(Array(count).fill(1)) : undefined);
    return this.node({
      opType: 'Scan',
      inputs: [...carried, ...sequences],
      outputs: [
        ...carried,
        ...result.collected.map(({ dataType, shape }) => ({ dataType, shape: [length, ...shape] })),
      ],
      attributes: {
        body: graphAttribute(inner.build()),
        num_scan_inputs: int(sequences.length),
        scan_input_directions: directions(sequences.length),
        scan_output_directions: directions(result.collected.length),
      },
    });
  }

  #reduce(opType: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
    const shape = reducedShape(x.shape, axes, keepDims);
    const attributes = { keepdims: int(keepDims ? 1 : 0) };
    return this.#one(opType, [x, this.int64(axes)], x.dataType, shape, attributes);
  }

  #unary(opType: string, x: Value): Value {
    return this.#one(opType, [x], x.dataType, x.shape);
  }

  #binary(opType: string, a: Value, b: Value, dataType = a.dataType): Value {
    if (a.dataType !== b.dataType) {
      throw new GraphError(
        'data-type',
        `${opType}: ${a.name} is ${a.dataType}, ${b.name} is ${b.dataType}; cast one of them`,
      );
    }
    return this.#one(opType, [a, b], dataType, broadcastShapes(a.shape, b.shape));
  }

  #one(
    opType: string,
    inputs: readonly (Value | undefined)[],
    dataType: DataType,
    shape: Shape,
    attributes: Attributes = {},
  ): Value {
    const [value] = this.node({ opType, inputs, outputs: [{ dataType, shape }], attributes });
    return value;
  }
}

function reshaped(from: Shape, dimensions: readonly number[]): Dimension[] {
  const shape = dimensions.map((size, axis) => (size === 0 ? (from[axis] ?? 0) : size));
  const unknown = shape.indexOf(-1);
  const count = elementCount(from);
  const rest = shape.reduce<number>(
    (product, size) => (size === -1 ? product : product * fixed(size, 'Reshape')),
    1,
  );
  if (unknown >= 0) shape[unknown] = count / rest;
  const fits = Number.isInteger(count / rest) && (unknown >= 0 || count === rest);
  if (count < 0 || !fits) {
    const wanted = `[${dimensions.join(', ')}]`;
    throw new GraphError('reshape', `${formatShape(from)} does not reshape to ${wanted}`);
  }
  return shape;
}
