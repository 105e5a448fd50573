// DeviceTensors in the memory of this process: a session reads and writes them in place. For the CPU and CUDA providers
// (onnxruntime-node keeps no tensor on a CUDA device).
import type { NamedTensor } from '@ostinato/model';
import { Tensor } from 'onnxruntime-node';
import {
  type DeviceMemory,
  type DeviceTensors,
  nextOf,
  type TensorShapes,
} from './device-tensors.js';
import { nextName } from './window-graph.js';

export const HOST_MEMORY: DeviceMemory = {
  // eslint-disable-next-line @typescript-eslint/require-await -- other memories need the time
  create: async (shapes, { inPlace = false } = {}) => createHostTensors(shapes, inPlace),
};

function createHostTensors(shapes: TensorShapes, inPlace: boolean): DeviceTensors {
  const arrays = new Map<string, Float32Array>();
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const array = new Float32Array(shape.reduce((product, size) => product * size, 1));
    arrays.set(name, array);
    tensors.set(name, new Tensor('float32', array, shape));
  }
  return {
    feeds: () => Object.fromEntries(tensors),
    fetches: () =>
      Object.fromEntries(
        [...tensors].map(([name, tensor]) => [nextName(name), inPlace ? tensor : null]),
      ),
    take(results) {
      if (inPlace) return; // there already
      for (const [name, array] of arrays) array.set(nextOf(results, name).data as Float32Array);
    },
    copyOut: () =>
      Promise.resolve(
        new Map(
          [...arrays].map(([name, data]): [string, NamedTensor] => [
            name,
            { shape: shapes.get(name) ?? [], data: data.slice() },
          ]),
        ),
      ),
    copyIn(values) {
      for (const [name, array] of arrays) array.set(values.get(name)?.data ?? []);
      return Promise.resolve();
    },
    clear() {
      for (const array of arrays.values()) array.fill(0);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  };
}
