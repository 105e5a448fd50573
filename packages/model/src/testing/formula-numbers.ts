// Numbers by a formula that tools/bench/python/lstm_figures.py repeats, so that figures of PyTorch can be compared
// without shipping the parameters they belong to.
import { type LstmConfig, lstmParameters } from '../lstm-config.js';
import type { NamedTensors } from '../tensor.js';

export interface FormulaNumbers {
  /** The next `count` numbers, in [-scale / 2, scale / 2). */
  values(count: number, scale: number): Float64Array;
  /** The next parameters of a network, in the order of `lstmParameters`, rounded to float32. */
  parameters(config: LstmConfig, scale: number): NamedTensors;
  /** The next window: ids below `vocabularySize` and the ids that follow, both [steps, batch]. */
  window(
    steps: number,
    batch: number,
    vocabularySize: number,
  ): { tokens: Int32Array; targets: Int32Array };
}

/** The n-th number is the n-th multiple of Knuth's 2654435761 modulo 2^32. */
export function formulaNumbers(): FormulaNumbers {
  let drawn = 0;
  const next = (): number => (Math.imul(++drawn, 2654435761) >>> 0) / 2 ** 32;
  const values = (count: number, scale: number): Float64Array =>
    Float64Array.from({ length: count }, () => (next() - 0.5) * scale);
  return {
    values,
    parameters: (config, scale) =>
      new Map(
        lstmParameters(config).map(({ name, shape }) => {
          const count = shape.reduce((product, size) => product * size, 1);
          return [name, { shape, data: Float32Array.from(values(count, scale)) }];
        }),
      ),
    window(steps, batch, vocabularySize) {
      const ids = Int32Array.from({ length: (steps + 1) * batch }, () =>
        Math.floor(next() * vocabularySize),
      );
      return { tokens: ids.subarray(0, steps * batch), targets: ids.subarray(batch) };
    },
  };
}
