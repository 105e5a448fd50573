// Shape arithmetic: what ONNX's shape inference would say of the operators that the builder offers.
import { GraphError } from './errors.js';
import type { Dimension, Shape } from './ir.js';

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Number of elements; -1 when a dimension is known only at run time. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const dimension of shape) {
    if (typeof dimension !== 'number') return -1;
    count *= dimension;
  }
  return count;
}

/** The fixed size of a dimension.
 *  @throws {GraphError} if it is known only at run time */
export function fixed(dimension: Dimension | undefined, what: string): number {
  if (typeof dimension !== 'number') {
    throw new GraphError(
      'dynamic-shape',
      `${what}: needs a fixed size, found ${String(dimension)}`,
    );
  }
  return dimension;
}

/** An axis counted from the front; negative ones count from the back. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new GraphError('axis', `axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normalized;
}

/** Numpy's broadcasting, as in https://github.com/onnx/onnx/blob/main/docs/Broadcasting.md. */
export function broadcastShapes(a: Shape, b: Shape): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - rank + a.length] ?? 1;
    const right = b[index - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    if (typeof left === 'string') return right;
    if (typeof right === 'string') return left;
    throw new GraphError('broadcast', `${formatShape(a)} and ${formatShape(b)} do not broadcast`);
  });
}

/** Shape of a matrix product; leading dimensions broadcast. */
export function matMulShape(a: Shape, b: Shape): Dimension[] {
  const inner = a[a.length - 1];
  const other = b[b.length - 2];
  const agree = inner === other || typeof inner === 'string' || typeof other === 'string';
  if (a.length < 2 || b.length < 2 || !agree) {
    throw new GraphError('matmul', `${formatShape(a)} x ${formatShape(b)} is no matrix product`);
  }
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  return [...batch, a[a.length - 2], b[b.length - 1]];
}

/** Shape after a reduction over `axes`. */
export function reducedShape(
  shape: Shape,
  axes: readonly number[],
  keepDims: boolean,
): Dimension[] {
  const dropped = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)));
  if (keepDims) return shape.map((dimension, axis) => (dropped.has(axis) ? 1 : dimension));
  return shape.filter((_, axis) => !dropped.has(axis));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}
