// TensorFlow's own operations through the native addon, which knows far more of them than TF.js has words for.
import type { Tensor, Tf } from './tf.js';

export interface TensorFlowOperations {
  /** @param inputs x [T, B, I], cs_prev and h_prev [B, H], w [I + H, 4H], wci, wcf and wco [H], b [4H]
   *  @returns i, cs, f, o, ci, co, h, each [T, B, H] */
  blockLstm(steps: number, inputs: readonly Tensor[]): Tensor[];
  /** @param inputs those of `blockLstm`, its outputs, and the gradients of cs and h
   *  @returns gradients of all inputs in their order */
  blockLstmGradient(steps: number, inputs: readonly Tensor[]): Tensor[];
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** What we use of the backend object of @tensorflow/tfjs-node 4.22.0, beyond what TF.js declares. */
export interface NodeBackend {
  /** False where only CPUs are at hand. */
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_INT64: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    createTensor(shape: number[], type: number, values: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): unknown[];
  };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: unknown): Tensor;
}

/** @throws {Error} if the backend in use is not that of @tensorflow/tfjs-node */
export function nodeBackend(tf: Tf): NodeBackend {
  const backend = tf.backend() as unknown as Partial<NodeBackend>;
  if (!backend.binding || !backend.getInputTensorIds || !backend.createOutputTensor) {
    throw new Error(
      'the package has another inside than 4.22.0, for which this engine was written',
    );
  }
  return backend as NodeBackend;
}

export function createTensorFlowOperations(backend: NodeBackend): TensorFlowOperations {
  const { binding } = backend;
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const noPeepholes = { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false };
  const noClipping = { name: 'cell_clip', type: binding.TF_ATTR_FLOAT, value: 0 };

  /** `executeMultipleOutputs` with an int64 scalar before the inputs. That function would do it too, but never frees the
   *  scalar: TF.js has no int64 tensor that it could dispose. */
  const execute = (
    name: string,
    attributes: Attribute[],
    steps: number,
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[] => {
    const length = binding.createTensor([], binding.TF_INT64, Int32Array.of(steps, 0)); // low half, high half
    try {
      const ids = [length, ...backend.getInputTensorIds(inputs)];
      return binding
        .executeOp(name, attributes, ids, outputs)
        .map((metadata) => backend.createOutputTensor(metadata));
    } finally {
      binding.deleteTensor(length);
    }
  };
  return {
    blockLstm: (steps, inputs) =>
      execute('BlockLSTMV2', [type, noPeepholes, noClipping], steps, inputs, 7),
    blockLstmGradient: (steps, inputs) =>
      execute('BlockLSTMGradV2', [type, noPeepholes], steps, inputs, 8),
  };
}
