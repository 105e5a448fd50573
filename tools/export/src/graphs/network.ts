// The trained network as the exporter sees it: its matrices as stored, its biases in float32.
import type { LstmConfig, NamedTensor, NamedTensors } from '@ostinato/model';
import {
  isStoredAsToday,
  type Precision,
  type StoredMatrix,
  storeMatrix,
  widened,
} from './weights.js';

export interface StoredLayer {
  /** [4H, E or H] */
  readonly input: StoredMatrix;
  /** [4H, H] */
  readonly recurrent: StoredMatrix;
  /** [4H] */
  readonly bias: Float32Array;
}

export interface StoredNetwork {
  readonly config: LstmConfig;
  /** [V, E] */
  readonly embedding: StoredMatrix;
  readonly layers: readonly StoredLayer[];
  /** [V, H]; the embedding when the output is tied. */
  readonly output: StoredMatrix;
  /** [V] */
  readonly outputBias: Float32Array;
}

/** Matrices in the form in which a file has them, by name. */
export type StoredMatrices = ReadonlyMap<string, StoredMatrix>;

/** Stores every matrix of a network in the given precision. Biases stay float32: they are small and add up.
 *  @param parameters complete and of the right shapes, see `lstmParameters`
 *  @param stored matrices that need not be stored again where they have that precision, as it is stored today */
export function storeNetwork(
  parameters: NamedTensors,
  config: LstmConfig,
  precision: Precision,
  stored: StoredMatrices = new Map(),
): StoredNetwork {
  const tensor = (name: string): NamedTensor => parameters.get(name)!;
  const matrix = (name: string): StoredMatrix => {
    const known = stored.get(name);
    const isKept = known?.precision === precision && isStoredAsToday(known);
    return isKept ? known : storeMatrix(tensor(name), precision);
  };
  const embedding = matrix('embedding.weight');
  return {
    config,
    embedding,
    layers: Array.from({ length: config.layers }, (_, layer) => ({
      input: matrix(`lstm.${layer}.input.weight`),
      recurrent: matrix(`lstm.${layer}.recurrent.weight`),
      bias: tensor(`lstm.${layer}.bias`).data,
    })),
    output: config.tiedOutput ? embedding : matrix('output.weight'),
    outputBias: tensor('output.bias').data,
  };
}

/** The parameters that a session computes with once it has widened what is stored. */
export function widenedParameters(network: StoredNetwork, original: NamedTensors): NamedTensors {
  const matrices = new Map<string, StoredMatrix>([['embedding.weight', network.embedding]]);
  network.layers.forEach(({ input, recurrent }, layer) => {
    matrices.set(`lstm.${layer}.input.weight`, input);
    matrices.set(`lstm.${layer}.recurrent.weight`, recurrent);
  });
  matrices.set('output.weight', network.output);
  return new Map(
    [...original].map(([name, tensor]): [string, NamedTensor] => {
      const matrix = matrices.get(name);
      return [name, matrix ? { shape: tensor.shape, data: widened(matrix) } : tensor];
    }),
  );
}
