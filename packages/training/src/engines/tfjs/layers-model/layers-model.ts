// Networks as TF.js LayersModels: a folder with `model.json` and `weights.bin`, which `tf.loadLayersModel` reads in every
// TF.js, in a page too.
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type LstmConfig,
  lstmParameters,
  ModelError,
  type NamedTensor,
  type NamedTensors,
  validateLstmConfig,
} from '@ostinato/model';
import { z } from 'zod';
import { checkTensors } from '../../../checkpoint/check-tensors.js';
import { syncFolder, temporaryPath, writeFileDurably } from '../../../checkpoint/durable.js';
import { readStoredFile } from '../../../checkpoint/read-stored-file.js';
import { writeFailed } from '../../../checkpoint/write-failed.js';
import { CheckpointError } from '../../../checkpoint/checkpoint-error.js';
import { parameterShapes } from '../../state-tensors.js';
import { fromTensorFlow, toTensorFlow } from '../parameter-layout.js';
import { LayersModelError } from './layers-model-error.js';
import { describeLayers, readLayers, type WeightPlaces, weightPlaces } from './topology.js';

const MODEL_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';
/** A longer model.json is refused unread; ours take 2 KB. */
const MAX_MODEL_BYTES = 2 ** 24;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A network without what training remembers. */
export interface Network {
  readonly config: LstmConfig;
  /** By the names and in the layout of `lstmParameters`. */
  readonly parameters: NamedTensors;
}

/** Writes a network as a LayersModel: token ids [batch, steps] in, logits [batch, steps, vocabulary] out. A tied output
 *  is written as a table of its own.
 *  @param folder must not be there yet
 *  @throws {LayersModelError} `exists` or `write-failed`
 *  @throws {CheckpointError} if the parameters are not those of the configuration */
export async function saveLayersModel(
  folder: string,
  { config, parameters }: Network,
): Promise<void> {
  checkTensors(parameters, parameterShapes(config), 'parameters');
  const untied = untie(config, parameters);
  const weights = [...untiedPlaces(config)].map(([name, { layer, weight }]) => ({
    name: `${layer}/${weight}`,
    ...toTensorFlow(name, untied.get(name)!),
  }));
  const model = {
    format: 'layers-model',
    generatedBy: 'Ostinato',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'ostinato', layers: describeLayers(config) },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  await writeFolder(folder, [
    [WEIGHTS_FILE, Buffer.concat(weights.map(({ data }) => littleEndian(data)))],
    [MODEL_FILE, Buffer.from(`${JSON.stringify(model, null, 2)}\n`)],
  ]);
}

/** Reads a LayersModel of a network that we have: Embedding, LSTM layers of one size (tanh and sigmoid, returning
 *  sequences), Dense over the vocabulary; Dropout may stand between. Written by us, by TF.js or by Keras's converter.
 *  @param folder with `model.json`
 *  @throws {LayersModelError} naming the file or the layer, and what is wrong with it */
export async function loadLayersModel(folder: string): Promise<Network> {
  const where = join(basename(folder), MODEL_FILE);
  const text = await read(folder, MODEL_FILE, MAX_MODEL_BYTES);
  const { layers, groups } = parseModel(text.toString('utf8'), where);
  const { config, places } = readLayers(layers, where);
  try {
    validateLstmConfig(config);
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new LayersModelError('other-network', `${where}: ${cause.message}`, { cause });
  }
  const weights = await readWeights(folder, groups, where);
  return { config, parameters: parametersOf(config, places, weights, where) };
}

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()).max(2),
  // Quantised weights name another type, or how to widen them.
  dtype: z.literal('float32'),
  quantization: z.null().optional(),
});
const groupSchema = z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) });
const layerSchema = z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) });
const sequentialSchema = z.object({
  class_name: z.string(),
  config: z.union([
    z.object({ layers: z.array(layerSchema) }).transform(({ layers }) => layers),
    z.array(layerSchema),
  ]),
});
const modelSchema = z.object({
  modelTopology: z.union([
    z.object({ model_config: sequentialSchema }).transform((topology) => topology.model_config),
    sequentialSchema,
  ]),
  weightsManifest: z.array(groupSchema),
});
type Group = z.infer<typeof groupSchema>;
type Weights = ReadonlyMap<string, NamedTensor>;

function parseModel(text: string, where: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LayersModelError('damaged', `${where}: not JSON`, { cause });
  }
  const kind = z.object({ modelTopology: z.object({ class_name: z.string() }) }).safeParse(value);
  const className = kind.data?.modelTopology.class_name ?? 'Sequential';
  if (className !== 'Sequential') {
    throw new LayersModelError(
      'other-network',
      `${where}: a model of class ${className.slice(0, 60)}, expected Sequential`,
    );
  }
  const result = modelSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new LayersModelError('damaged', `${where}: ${place}: ${issue?.message ?? 'unexpected'}`);
  }
  return { layers: result.data.modelTopology.config, groups: result.data.weightsManifest };
}

async function readWeights(
  folder: string,
  groups: readonly Group[],
  where: string,
): Promise<Weights> {
  const tensors = new Map<string, NamedTensor>();
  for (const { paths, weights } of groups) {
    const lengths = weights.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const expected = FLOAT_BYTES * lengths.reduce((a, b) => a + b, 0);
    const parts: Buffer[] = [];
    for (const path of paths) {
      if (path !== basename(path) || path.includes('\\') || path === '..') {
        throw new LayersModelError(
          'damaged',
          `${where}: weights in ${JSON.stringify(path.slice(0, 60))}, expected a file beside it`,
        );
      }
      parts.push(await read(folder, path, expected));
    }
    const bytes = Buffer.concat(parts);
    if (bytes.length !== expected) {
      throw new LayersModelError(
        'damaged',
        `${where}: its weights take ${expected} bytes, ${paths.join(' + ')} has ${bytes.length}`,
      );
    }
    let start = 0;
    for (const [index, { name, shape }] of weights.entries()) {
      const end = start + FLOAT_BYTES * (lengths[index] ?? 0);
      tensors.set(name, { shape, data: floats(bytes.subarray(start, end)) });
      start = end;
    }
  }
  return tensors;
}

function parametersOf(
  config: LstmConfig,
  places: WeightPlaces,
  weights: Weights,
  where: string,
): NamedTensors {
  const parameters = new Map<string, NamedTensor>();
  for (const { name, shape } of lstmParameters(config)) {
    const { layer, weight } = places.get(name)!;
    // Keras's converter names the cell of a layer too: lstm/lstm_cell/kernel.
    const [found, another] = [...weights].filter(
      ([key]) => key.startsWith(`${layer}/`) && key.endsWith(`/${weight}`),
    );
    const problem = (text: string): LayersModelError =>
      new LayersModelError('damaged', `${where}: layer ${JSON.stringify(layer)} ${text}`);
    if (!found) throw problem(`has no weight "${weight}"`);
    if (another) throw problem(`has two weights "${weight}": ${found[0]} and ${another[0]}`);
    const [, tensor] = found;
    const expected = shape.length === 2 && name !== 'embedding.weight' ? shape.toReversed() : shape;
    if (tensor.shape.join() !== expected.join()) {
      const [wanted, is] = [expected, tensor.shape].map((sizes) => `[${sizes.join(', ')}]`);
      throw problem(`needs "${weight}" of shape ${wanted}, found ${is}`);
    }
    parameters.set(name, fromTensorFlow(name, shape, tensor.data));
  }
  return parameters;
}

/** The places of the parameters in the files that we write. */
function untiedPlaces({ layers }: LstmConfig): WeightPlaces {
  const names = Array.from({ length: layers }, (_, layer) => `lstm_${layer}`);
  return weightPlaces('embedding', names, 'output');
}

function untie({ tiedOutput }: LstmConfig, parameters: NamedTensors): NamedTensors {
  if (!tiedOutput) return parameters;
  return new Map([...parameters, ['output.weight', parameters.get('embedding.weight')!]]);
}

async function read(folder: string, file: string, limit: number): Promise<Buffer> {
  try {
    return await readStoredFile(join(folder, file), { where: join(basename(folder), file), limit });
  } catch (cause) {
    if (cause instanceof CheckpointError) {
      throw new LayersModelError(cause.code, cause.message, { cause });
    }
    throw cause;
  }
}

/** Writes a folder under a temporary name and renames it, so that it is whole or not there. */
async function writeFolder(
  folder: string,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (there) {
    throw new LayersModelError(
      'exists',
      `${folder}: there is something already; choose another folder or move it away`,
    );
  }
  const temporary = temporaryPath(folder);
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    for (const [name, bytes] of files) await writeFileDurably(join(temporary, name), bytes);
    await syncFolder(temporary);
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    const failure = writeFailed(dirname(folder), basename(folder), cause, 'try again');
    throw new LayersModelError('write-failed', failure.message, { cause });
  }
}

/** The file's byte order, whatever the machine's. */
function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * FLOAT_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [index, value] of values.entries()) view.setFloat32(index * FLOAT_BYTES, value, true);
  return bytes;
}

function floats(bytes: Buffer): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, index) =>
    view.getFloat32(index * FLOAT_BYTES, true),
  );
}
