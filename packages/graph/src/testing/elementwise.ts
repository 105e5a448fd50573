// Operators that work element by element, with numpy's broadcasting.
import type { DataType } from '../ir.js';
import { broadcastShapes } from '../shapes.js';
import { dataTypeOfCode } from '../onnx/data-types.js';
import type { Kernel } from './kernel.js';
import { broadcastTo, type NdArray } from './nd-array.js';

function map(array: NdArray, apply: (value: number) => number, dataType = array.dataType): NdArray {
  return { dataType, shape: array.shape, data: array.data.map(apply) };
}

/** Stretches arrays to their common shape and combines them. */
function combine(
  arrays: readonly NdArray[],
  apply: (...values: number[]) => number,
  dataType: DataType = arrays[0].dataType,
): NdArray {
  const shape = arrays
    .map((array) => array.shape)
    .reduce<readonly number[]>((a, b) => broadcastShapes(a, b) as number[], []);
  const stretched = arrays.map((array) => broadcastTo(array, shape).data);
  const data = stretched[0].map((_, index) => apply(...stretched.map((values) => values[index])));
  return { dataType, shape, data };
}

/** Gauss's error function to float64: its Taylor series near zero, a continued fraction of the complement further out.
 *  Source: https://dlmf.nist.gov/7.6.E1 and https://dlmf.nist.gov/7.9.E1 */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)));
}

const unary =
  (apply: (value: number) => number): Kernel =>
  (call) => [map(call.input(0), apply)];

const variadic =
  (apply: (a: number, b: number) => number): Kernel =>
  (call) => [call.inputs.reduce((a, b) => combine([a, b], apply))];

const binary =
  (apply: (a: number, b: number) => number): Kernel =>
  (call) => [combine([call.input(0), call.input(1)], apply)];

const comparison =
  (holds: (a: number, b: number) => boolean): Kernel =>
  (call) => [combine([call.input(0), call.input(1)], (a, b) => Number(holds(a, b)), 'bool')];

/** Integers are cut towards zero; numbers that the type cannot hold are no case of the tests. */
const convert: Readonly<Record<DataType, (value: number) => number>> = {
  float32: (value) => value,
  float16: (value) => value,
  int8: Math.trunc,
  uint8: Math.trunc,
  int32: Math.trunc,
  int64: Math.trunc,
  bool: (value) => Number(value !== 0),
};

function divide(a: NdArray, b: NdArray): NdArray {
  const isFloat = a.dataType === 'float32' || a.dataType === 'float16';
  return combine([a, b], (x, y) => (isFloat ? x / y : Math.trunc(x / y)));
}

export const elementwiseKernels: Readonly<Record<string, Kernel>> = {
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => Number(a !== 0 && b !== 0)),
  Cast: (call) => {
    const dataType = dataTypeOfCode(call.number('to', 0), 'Cast');
    return [map(call.input(0), convert[dataType], dataType)];
  },
  Clip: (call) => {
    const least = call.optional(1)?.data[0] ?? Number.NEGATIVE_INFINITY;
    const most = call.optional(2)?.data[0] ?? Number.POSITIVE_INFINITY;
    return [map(call.input(0), (value) => Math.min(Math.max(value, least), most))];
  },
  Div: (call) => [divide(call.input(0), call.input(1))],
  Elu: (call) => {
    const alpha = call.number('alpha', 1);
    return [map(call.input(0), (value) => (value < 0 ? alpha * Math.expm1(value) : value))];
  },
  Equal: comparison((a, b) => a === b),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  HardSigmoid: (call) => {
    const [alpha, beta] = [call.number('alpha', 0.2), call.number('beta', 0.5)];
    return [map(call.input(0), (value) => Math.min(Math.max(alpha * value + beta, 0), 1))];
  },
  Identity: (call) => [call.input(0)],
  LeakyRelu: (call) => {
    const alpha = call.number('alpha', 0.01);
    return [map(call.input(0), (value) => (value < 0 ? alpha * value : value))];
  },
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Log: unary(Math.log),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Mul: binary((a, b) => a * b),
  Neg: unary((value) => -value),
  Not: unary((value) => Number(value === 0)),
  Or: binary((a, b) => Number(a !== 0 || b !== 0)),
  Pow: binary((a, b) => a ** b),
  PRelu: binary((value, slope) => (value < 0 ? slope * value : value)),
  Relu: unary((value) => Math.max(value, 0)),
  Selu: (call) => {
    const [alpha, gamma] = [
      call.number('alpha', 1.673_263_242_354_377_2),
      call.number('gamma', 1.050_700_987_355_480_5),
    ];
    return [map(call.input(0), (value) => gamma * (value > 0 ? value : alpha * Math.expm1(value)))];
  },
  Sigmoid: unary((value) => 1 / (1 + Math.exp(-value))),
  Softplus: unary((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)))),
  Softsign: unary((value) => value / (1 + Math.abs(value))),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Sum: variadic((a, b) => a + b),
  Tanh: unary(Math.tanh),
  ThresholdedRelu: (call) => {
    const theta = call.number('alpha', 1);
    return [map(call.input(0), (value) => (value > theta ? value : 0))];
  },
  Where: (call) => [
    combine(
      [call.input(0), call.input(1), call.input(2)],
      (condition, a, b) => (condition === 0 ? b : a),
      call.input(1).dataType,
    ),
  ],
};
