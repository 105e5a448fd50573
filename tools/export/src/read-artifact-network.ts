// The trained network of an artifact, read back from its step graph: for another form of it, or another card, where the
// checkpoint is gone.
import { isReproducible, type VerifiedArtifact } from '@ostinato/core';
import { decodeModel, type Tensor } from '@ostinato/graph';
import { type LstmConfig, lstmParameters, type NamedTensor } from '@ostinato/model';
import { ExportError } from './errors.js';
import type { TrainedModel } from './export-artifact.js';
import { type StoredMatrix, widened } from './graphs/weights.js';

type Network = Required<Pick<TrainedModel, 'parameters' | 'config' | 'stored'>> & {
  /** What the file says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
};

/** Reads parameters by the names that the exporter gives them. Matrices that are stored small are also given as they are,
 *  so that storing them again in the same precision gives the same bytes.
 *  @throws {ExportError} `no-lstm` if the artifact was not exported from a checkpoint of ours */
export function readArtifactNetwork({ manifest, graphs }: VerifiedArtifact): Network {
  const { architecture } = manifest;
  const step = graphs.find(({ kind, precision }) => kind === 'step' && isReproducible(precision));
  if (architecture.kind !== 'lstm' || !step) {
    throw new ExportError(
      'no-lstm',
      `${manifest.name}: expected a model that was exported from a checkpoint, found layers of another origin; export the original again`,
    );
  }
  const config: LstmConfig = { ...architecture, dropout: 0 };
  const { graph, metadata } = decodeModel(step.content);
  const tensorOf = (name: string): Tensor => {
    const tensor = graph.initializers.get(name);
    if (tensor) return tensor;
    throw new ExportError(
      'bad-parameters',
      `${step.file}: expected a constant "${name}", found none; was it exported by Ostinato?`,
    );
  };
  const parameters = new Map<string, NamedTensor>();
  const stored = new Map<string, StoredMatrix>();
  for (const { name, shape } of lstmParameters(config)) {
    if (shape.length === 2) {
      const matrix = matrixOf(tensorOf(name), () => tensorOf(`${name}.scale`));
      stored.set(name, matrix);
      parameters.set(name, { shape: [...matrix.shape], data: widened(matrix) });
    } else {
      // The LSTM operator has a second bias, which is zero; ours is the first half of the two.
      const count = shape.reduce((product, size) => product * size, 1);
      parameters.set(name, { shape, data: float32Of(tensorOf(name)).slice(0, count) });
    }
  }
  return { parameters, config, stored, metadata };
}

function matrixOf(tensor: Tensor, scale: () => Tensor): StoredMatrix {
  const shape = [tensor.shape[0] ?? 0, tensor.shape[1] ?? 0] as const;
  if (tensor.dataType === 'int8') {
    const values = new Int8Array(bufferOf(tensor));
    return { shape, precision: 'int8', values, scales: float32Of(scale()) };
  }
  if (tensor.dataType === 'float16') {
    return { shape, precision: 'f16', values: new Uint16Array(bufferOf(tensor)) };
  }
  return { shape, precision: 'f32', values: float32Of(tensor) };
}

function float32Of(tensor: Tensor): Float32Array {
  if (tensor.dataType === 'float32') return new Float32Array(bufferOf(tensor));
  throw new ExportError('bad-parameters', `expected float32 numbers, found ${tensor.dataType}`);
}

/** A copy: the bytes in a file need not be aligned. */
function bufferOf({ bytes }: Tensor): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
