// Rows and columns of matrices that lie row after row in a typed array.

/** Columns from..to-1 of a matrix of `rows` rows; the matrix itself if these are all of them. */
export function columns<T extends Float32Array | Int32Array>(
  matrix: T,
  rows: number,
  from: number,
  to: number,
): T {
  const width = matrix.length / rows;
  if (from === 0 && to === width) return matrix;
  const result = new (matrix.constructor as new (length: number) => T)(rows * (to - from));
  for (let row = 0; row < rows; row++) {
    result.set(matrix.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return result;
}

/** The named rows of a matrix of `total` rows, in their order; the matrix itself if these are all of them. */
export function pickRows<T extends Float32Array | Int32Array>(
  matrix: T,
  rows: readonly number[],
  total: number,
): T {
  if (rows.length === total) return matrix;
  const width = matrix.length / total;
  const result = new (matrix.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => result.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return result;
}
