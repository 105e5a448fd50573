// Parts of a batch: some of its sequences. Sequences are columns, the last axis of everything that has them.
import type { NamedTensor, NamedTensors } from '@ostinato/model';
import type { Batch } from '../../data/batch.js';

/** Columns from..from+count-1 of rows of `width` numbers; the array itself where that is all of them. */
export function columnsOf<T extends Float32Array | Int32Array | Uint8Array>(
  array: T,
  width: number,
  from: number,
  count: number,
): T {
  if (count === width) return array;
  const rows = array.length / width;
  const part = new (array.constructor as new (length: number) => T)(rows * count);
  for (let row = 0; row < rows; row++) {
    const start = row * width + from;
    part.set(array.subarray(start, start + count), row * count);
  }
  return part;
}

/** Sequences from..from+count-1 of a batch. */
export function batchPart(batch: Batch, from: number, count: number): Batch {
  const width = batch.batch;
  return {
    steps: batch.steps,
    batch: count,
    tokens: columnsOf(batch.tokens, width, from, count),
    targets: columnsOf(batch.targets, width, from, count),
    weights: columnsOf(batch.weights, width, from, count),
    keep: columnsOf(batch.keep, width, from, count),
  };
}

/** Matrices [rows, width] cut into parts of `count` columns. */
export function splitColumns(tensors: NamedTensors, count: number): NamedTensors[] {
  const parts: Map<string, NamedTensor>[] = [];
  for (const [name, { shape, data }] of tensors) {
    const [rows, width] = shape;
    for (let from = 0; from < width; from += count) {
      const part = { shape: [rows, count], data: columnsOf(data, width, from, count) };
      (parts[from / count] ??= new Map()).set(name, part);
    }
  }
  return parts;
}

/** The reverse of {@link splitColumns}. */
export function joinColumns(parts: readonly NamedTensors[]): NamedTensors {
  const [first] = parts;
  if (parts.length === 1) return first;
  return new Map(
    [...first].map(([name]) => [name, sideBySide(parts.map((part) => part.get(name)!))]),
  );
}

function sideBySide(matrices: readonly NamedTensor[]): NamedTensor {
  const [rows, count] = matrices[0].shape;
  const width = count * matrices.length;
  const data = new Float32Array(rows * width);
  for (const [index, matrix] of matrices.entries()) {
    for (let row = 0; row < rows; row++) {
      const values = matrix.data.subarray(row * count, (row + 1) * count);
      data.set(values, row * width + index * count);
    }
  }
  return { shape: [rows, width], data };
}
