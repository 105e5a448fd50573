// Matrix products.
import { broadcastShapes } from '../shapes.js';
import { GraphError } from '../errors.js';
import type { Call, Kernel } from './kernel.js';
import { broadcastTo, countOf, type NdArray, transposed } from './nd-array.js';

/** [..., M, K] x [..., K, N] -> [..., M, N]; leading axes broadcast, vectors are rows or columns. */
export function matMul(a: NdArray, b: NdArray): NdArray {
  if (a.shape.length === 1) return dropAxis(matMul({ ...a, shape: [1, ...a.shape] }, b), -2);
  if (b.shape.length === 1) return dropAxis(matMul(a, { ...b, shape: [...b.shape, 1] }), -1);
  const [m, k] = a.shape.slice(-2);
  const [inner, n] = b.shape.slice(-2);
  if (k !== inner) {
    throw new GraphError('reference', `[${a.shape.join(', ')}] x [${b.shape.join(', ')}]`);
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)) as number[];
  const left = broadcastTo(a, [...batch, m, k]).data;
  const right = broadcastTo(b, [...batch, k, n]).data;
  const data = new Float64Array(countOf(batch) * m * n);
  for (let matrix = 0; matrix < countOf(batch); matrix++) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let i = 0; i < k; i++) {
          total += left[(matrix * m + row) * k + i] * right[(matrix * k + i) * n + column];
        }
        data[(matrix * m + row) * n + column] = total;
      }
    }
  }
  return { dataType: a.dataType, shape: [...batch, m, n], data };
}

function dropAxis(array: NdArray, fromEnd: number): NdArray {
  return { ...array, shape: array.shape.toSpliced(fromEnd, 1) };
}

/** Exchanges the last two axes. */
export function matrixTransposed(array: NdArray): NdArray {
  const axes = array.shape.map((_, axis) => axis);
  return transposed(array, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
}

function scaled(array: NdArray, factor: number): NdArray {
  return { ...array, data: array.data.map((value) => factor * value) };
}

/** alpha a' · b', each transposed first if the attributes say so. */
function product(call: Call): NdArray {
  const a = call.number('transA', 0) === 1 ? matrixTransposed(call.input(0)) : call.input(0);
  const b = call.number('transB', 0) === 1 ? matrixTransposed(call.input(1)) : call.input(1);
  return scaled(matMul(a, b), call.number('alpha', 1));
}

function gemm(call: Call): NdArray {
  const result = product(call);
  const c = call.optional(2);
  if (c === undefined) return result;
  const added = scaled(broadcastTo(c, result.shape), call.number('beta', 1)).data;
  return { ...result, data: result.data.map((value, index) => value + added[index]) };
}

function fusedMatMul(call: Call): NdArray {
  call.expect('transBatchA', 0);
  call.expect('transBatchB', 0);
  return product(call);
}

/** (a - aZero) · (b - bZero) · aScale · bScale + bias: scales, zero points and bias for each column of b, or one. */
function matMulIntegerToFloat(call: Call): NdArray {
  const lessZero = (array: NdArray, zero: NdArray | undefined): NdArray => {
    const zeros = zero && broadcastTo(zero, array.shape).data;
    return { ...array, data: array.data.map((value, index) => value - (zeros?.[index] ?? 0)) };
  };
  const a = lessZero(call.input(0), call.optional(4));
  const product = matMul(a, lessZero(call.input(1), call.optional(5)));
  const [aScale] = call.input(2).data;
  const bScale = broadcastTo(call.input(3), product.shape).data;
  const bias = call.optional(6) && broadcastTo(call.input(6), product.shape).data;
  const data = product.data.map((sum, i) => sum * aScale * bScale[i] + (bias?.[i] ?? 0));
  return { dataType: 'float32', shape: product.shape, data };
}

export const linearAlgebraKernels: Readonly<Record<string, Kernel>> = {
  Gemm: (call) => [gemm(call)],
  MatMul: (call) => [matMul(call.input(0), call.input(1))],
  'com.microsoft.FusedMatMul': (call) => [fusedMatMul(call)],
  'com.microsoft.MatMulIntegerToFloat': (call) => [matMulIntegerToFloat(call)],
};
