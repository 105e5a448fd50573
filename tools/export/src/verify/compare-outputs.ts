// How far two runtimes are apart in one output.
import { type NumericTensor } from './port.js';
import { formatShape } from './port.js';
import { VerifyError } from './verify-error.js';

export interface Difference {
  /** Of two numbers in the same place; infinite where one is no finite number and the other is another. */
  readonly largest: number;
  readonly mean: number;
  /** The largest magnitude of a finite number of the reference. */
  readonly largestValue: number;
  /** Numbers that were compared. */
  readonly count: number;
  /** Places where both have the same infinity, or no number. They say nothing of the rest. */
  readonly notFinite: number;
}

/** Compares an output.
 *  @param name for messages
 *  @throws {VerifyError} `no-match` if the shapes differ */
export function compareOutput(
  name: string,
  reference: NumericTensor,
  onnx: NumericTensor,
): Difference {
  const [expected, found] = [reference.shape, onnx.shape].map(formatShape);
  if (expected !== found) {
    throw new VerifyError(
      'no-match',
      `output ${name}: shape ${expected} by the reference, ${found} by the ONNX file`,
    );
  }
  let largest = 0;
  let sum = 0;
  let largestValue = 0;
  let notFinite = 0;
  reference.values.forEach((value, i) => {
    const other = onnx.values[i];
    if (Object.is(value, other) && !Number.isFinite(value)) {
      notFinite++;
      return;
    }
    const distance = Math.abs(value - other);
    const difference = Number.isNaN(distance) ? Infinity : distance;
    largest = Math.max(largest, difference);
    sum += difference;
    if (Number.isFinite(value)) largestValue = Math.max(largestValue, Math.abs(value));
  });
  const count = reference.values.length - notFinite;
  return { largest, mean: count === 0 ? 0 : sum / count, largestValue, count, notFinite };
}

/** Puts the differences of several runs together. */
export function joinDifferences(differences: readonly Difference[]): Difference {
  const total = (pick: (one: Difference) => number) =>
    differences.reduce((sum, one) => sum + pick(one), 0);
  const count = total((one) => one.count);
  return {
    largest: Math.max(...differences.map((one) => one.largest)),
    mean: count === 0 ? 0 : total((one) => one.mean * one.count) / count,
    largestValue: Math.max(...differences.map((one) => one.largestValue)),
    count,
    notFinite: total((one) => one.notFinite),
  };
}
