// Named float32 buffers that a session reads and writes in place.
import type { NamedTensor, NamedTensors } from '@ostinato/model';
import { Tensor } from 'onnxruntime-node';
import { checkTensors } from '../../checkpoint/check-tensors.js';

/** Buffers by name. ONNX Runtime's tensors look at the same memory. */
export interface TensorBuffers {
  readonly tensors: ReadonlyMap<string, Tensor>;
  copyOut(): NamedTensors;
  /** @throws {CheckpointError} if a tensor is missing, unknown or of another shape */
  copyIn(values: NamedTensors, what: string): void;
  clear(): void;
}

export function createTensorBuffers(shapes: ReadonlyMap<string, readonly number[]>): TensorBuffers {
  const arrays = new Map<string, Float32Array>();
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const array = new Float32Array(shape.reduce((product, size) => product * size, 1));
    arrays.set(name, array);
    tensors.set(name, new Tensor('float32', array, shape));
  }
  return {
    tensors,
    copyOut: () =>
      new Map(
        [...arrays].map(([name, data]): [string, NamedTensor] => [
          name,
          { shape: shapes.get(name) ?? [], data: data.slice() },
        ]),
      ),
    copyIn(values, what) {
      checkTensors(values, shapes, what);
      for (const [name, array] of arrays) array.set(values.get(name)?.data ?? []);
    },
    clear() {
      for (const array of arrays.values()) array.fill(0);
    },
  };
}
