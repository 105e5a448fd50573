// What the sequences of a batch carry from window to window. It lives in arrays of ours: it is small, and goes through
// the device once a window.
//
// Letters: B sequences, H hidden units.
import type { LstmConfig, NamedTensor, NamedTensors } from '@ostinato/model';
import { carriedNames } from '../state-tensors.js';
import type { LayerState } from './lstm-layers.js';
import type { Tensor2D, Tf } from './tf.js';
import type { BatchPart } from './window-tensors.js';

export class CarriedState {
  readonly #batch: number;
  readonly #units: number;
  /** [B, H] */
  readonly #layers: readonly { hidden: Float32Array; cell: Float32Array }[];

  /** Starts at zero. */
  constructor({ layers, hiddenSize }: LstmConfig, batch: number) {
    this.#batch = batch;
    this.#units = hiddenSize;
    const zeros = (): Float32Array => new Float32Array(batch * hiddenSize);
    this.#layers = Array.from({ length: layers }, () => ({ hidden: zeros(), cell: zeros() }));
  }

  clear(): void {
    for (const { hidden, cell } of this.#layers) {
      hidden.fill(0);
      cell.fill(0);
    }
  }

  /** Tensors for the sequences of a part, with zeros where a piece begins.
   *  @param keep of the first step, [B]: 0 where a piece begins, else 1 */
  tensors(tf: Tf, { from, count }: BatchPart, keep: Float32Array): LayerState[] {
    const units = this.#units;
    const tensor = (values: Float32Array): Tensor2D => {
      const part = values.slice(from * units, (from + count) * units);
      for (let row = 0; row < count; row++) {
        if (keep[from + row] === 0) part.fill(0, row * units, (row + 1) * units);
      }
      return tf.tensor2d(part, [count, units]);
    };
    return this.#layers.map(({ hidden, cell }) => ({ hidden: tensor(hidden), cell: tensor(cell) }));
  }

  /** Takes over what a part left behind. */
  store({ from }: BatchPart, state: readonly ArrayState[]): void {
    for (const [index, layer] of this.#layers.entries()) {
      layer.hidden.set(state[index]?.hidden ?? [], from * this.#units);
      layer.cell.set(state[index]?.cell ?? [], from * this.#units);
    }
  }

  /** A copy as checkpoints have it, [H, B]. */
  copyOut(): NamedTensors {
    const shape = [this.#units, this.#batch];
    const tensors = new Map<string, NamedTensor>();
    for (const [index, layer] of this.#layers.entries()) {
      const names = carriedNames(index);
      for (const part of ['hidden', 'cell'] as const) {
        const data = transposed(layer[part], this.#batch, this.#units);
        tensors.set(names[part], { shape, data });
      }
    }
    return tensors;
  }

  /** @param tensors complete and of the right shapes, [H, B] */
  copyIn(tensors: NamedTensors): void {
    for (const [index, layer] of this.#layers.entries()) {
      const names = carriedNames(index);
      for (const part of ['hidden', 'cell'] as const) {
        const { data } = tensors.get(names[part])!;
        layer[part].set(transposed(data, this.#units, this.#batch));
      }
    }
  }
}

/** One layer's state in arrays, [b, H]. */
export type ArrayState = Readonly<Record<keyof LayerState, Float32Array>>;

/** Reads the state of a part and frees its tensors. */
export function takeState(state: readonly LayerState[]): ArrayState[] {
  return state.map(({ hidden, cell }) => {
    const arrays = {
      hidden: hidden.dataSync<'float32'>(),
      cell: cell.dataSync<'float32'>(),
    };
    hidden.dispose();
    cell.dispose();
    return arrays;
  });
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return result;
}
