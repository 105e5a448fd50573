// DeviceTensors on a WebGPU device. They come and go through sessions that do nothing: in Node, reading a tensor of the
// device directly ends the process.
import { GraphBuilder, type Model } from '@ostinato/graph';
import type { NamedTensor, NamedTensors } from '@ostinato/model';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type DeviceMemory,
  type DeviceTensors,
  nextOf,
  type Results,
  type TensorShapes,
} from './device-tensors.js';
import { finished, nextName } from './window-graph.js';

/** Makes a session on the device.
 *  @param kept outputs that stay there */
export type CreateSession = (model: Model, kept?: Iterable<string>) => Promise<InferenceSession>;

export function gpuMemory(createSession: CreateSession): DeviceMemory {
  return {
    async create(shapes) {
      const model = identities(shapes);
      const upload = await createSession(model, [...shapes.keys()].map(nextName));
      const tensors = new GpuTensors(shapes, upload, await createSession(model));
      await tensors.clear();
      return tensors;
    },
  };
}

class GpuTensors implements DeviceTensors {
  readonly #shapes: TensorShapes;
  readonly #upload: InferenceSession;
  readonly #download: InferenceSession;
  readonly #tensors = new Map<string, Tensor>();

  constructor(shapes: TensorShapes, upload: InferenceSession, download: InferenceSession) {
    this.#shapes = shapes;
    this.#upload = upload;
    this.#download = download;
  }

  feeds(): Record<string, Tensor> {
    return Object.fromEntries(this.#tensors);
  }

  fetches(): Record<string, null> {
    return Object.fromEntries([...this.#shapes.keys()].map((name) => [nextName(name), null]));
  }

  take(results: Results): void {
    for (const name of this.#shapes.keys()) {
      const before = this.#tensors.get(name);
      this.#tensors.set(name, nextOf(results, name));
      before?.dispose();
    }
  }

  async copyOut(): Promise<NamedTensors> {
    const results = await this.#download.run(this.feeds());
    return new Map(
      [...this.#shapes].map(([name, shape]): [string, NamedTensor] => [
        name,
        { shape, data: nextOf(results, name).data as Float32Array },
      ]),
    );
  }

  async copyIn(values: NamedTensors): Promise<void> {
    const feeds = [...this.#shapes].map(([name, shape]): [string, Tensor] => [
      name,
      new Tensor('float32', values.get(name)?.data ?? new Float32Array(), shape),
    ]);
    this.take(await this.#upload.run(Object.fromEntries(feeds)));
  }

  clear(): Promise<void> {
    return this.copyIn(
      new Map(
        [...this.#shapes].map(([name, shape]): [string, NamedTensor] => {
          const count = shape.reduce((product, size) => product * size, 1);
          return [name, { shape, data: new Float32Array(count) }];
        }),
      ),
    );
  }

  async dispose(): Promise<void> {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
    await this.#upload.release();
    await this.#download.release();
  }
}

/** A graph that gives every tensor out as `next.<name>`. */
function identities(shapes: TensorShapes): Model {
  const g = new GraphBuilder('transfer');
  for (const [name, shape] of shapes) g.output(g.input(name, 'float32', shape), nextName(name));
  return finished(g);
}
