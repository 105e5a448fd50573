// The inputs of the converted graph: their shapes, and which of them are token ids.
import type { DataType, Dimension } from '@ostinato/graph';
import * as z from 'zod';
import type { InputPort, Layer, LayerCall, LayersModel, Network } from '../types.js';
import { checkSize } from './convert-layer.js';
import { parseConfig } from './layer-use.js';

const NO_DENSE_TENSOR = 'TF.js runs dense tensors only; save the model without it';
const inputSchema = z.object({
  batch_input_shape: z
    .array(z.int().positive().nullable(), {
      error: 'expected the sizes of a batch; Keras 3 has another format, save with Keras 2',
    })
    .min(1)
    .max(8),
  dtype: z.enum(['float32', 'int32', 'bool']).nullish(),
  sparse: z.literal(false, { error: NO_DENSE_TENSOR }).nullish(),
  ragged: z.literal(false, { error: NO_DENSE_TENSOR }).nullish(),
});

/** Layers that hand numbers on as they are, so an input may go through them to an Embedding. */
const MOVERS: ReadonlySet<string> = new Set([
  'Concatenate',
  'Dropout',
  'Flatten',
  'Permute',
  'RepeatVector',
  'Reshape',
]);

interface Readers {
  /** Entries of the smallest table that is read with this input; none if no Embedding reads it. */
  below: number;
  /** Whether anything else reads it. */
  others: boolean;
}

/** The inputs in the order of the model. An input that only Embeddings read has ONNX's type of indices, whatever TF.js
 *  calls it. Sizes that are open are named: `B` for the batch, then `<input>_length`, `<input>_2` ...
 *  @throws {ExportError} `unsupported-layer` naming an input that no tensor can be given to */
export function inputPorts({ network, where }: LayersModel): InputPort[] {
  const readers = findReaders(network);
  return network.inputs.map(({ call }) => {
    const { name } = call.layer;
    const here = `${where}, input ${JSON.stringify(name)}`;
    const config = parseConfig(inputSchema, call.layer, here);
    const { below, others } = readers.get(call)!;
    const hasTokens = Number.isFinite(below);
    const dataType: DataType = hasTokens && !others ? 'int64' : (config.dtype ?? 'float32');
    const shape = config.batch_input_shape.map((size, axis) => size ?? openName(name, axis));
    checkSize(shape, here);
    return { name, shape, dataType, ...(hasTokens ? { indexBelow: below } : {}) };
  });
}

function openName(input: string, axis: number): Dimension {
  if (axis === 0) return 'B';
  return axis === 1 ? `${input}_length` : `${input}_${axis}`;
}

/** What TF.js calls the type of an input.
 *  @param call of an InputLayer */
export function declaredType({ layer }: LayerCall): 'float32' | 'int32' | 'bool' {
  return inputSchema.parse(layer.config).dtype ?? 'float32';
}

function findReaders(network: Network): Map<LayerCall, Readers> {
  const readers = new Map(
    network.inputs.map(({ call }) => [call, { below: Infinity, others: false }]),
  );
  const sources = network.inputs.map(({ call }) => new Set([call]));
  for (const source of follow(network, sources, readers).flatMap((set) => [...set])) {
    readers.get(source)!.others = true;
  }
  return readers;
}

type Sources = ReadonlySet<LayerCall>;

/** Follows inputs through a model.
 *  @returns for each output, the inputs that reach it unchanged */
function follow(
  network: Network,
  inputs: readonly Sources[],
  readers: ReadonlyMap<LayerCall, Readers>,
): Sources[] {
  const reaching = new Map<LayerCall, readonly Sources[]>(
    network.inputs.map(({ call }, index) => [call, [inputs[index] ?? new Set()]]),
  );
  for (const call of network.calls) {
    if (reaching.has(call)) continue;
    const read = call.inputs.map(
      (input): Sources => reaching.get(input.call)?.[input.index] ?? new Set(),
    );
    reaching.set(call, passOn(call.layer, read, readers));
  }
  return network.outputs.map(({ call, index }) => reaching.get(call)?.[index] ?? new Set());
}

function passOn(
  layer: Layer,
  read: readonly Sources[],
  readers: ReadonlyMap<LayerCall, Readers>,
): Sources[] {
  if (layer.network) return follow(layer.network, read, readers);
  const all = new Set(read.flatMap((sources) => [...sources]));
  if (MOVERS.has(layer.className)) return [all];
  const inner = layer.className === 'TimeDistributed' ? (layer.wrapped ?? layer) : layer;
  if (inner.network) return follow(inner.network, read, readers);
  const entries = inner.className === 'Embedding' ? Number(inner.config['input_dim']) : undefined;
  for (const source of all) {
    const reader = readers.get(source)!;
    if (entries === undefined) reader.others = true;
    else reader.below = Math.min(reader.below, entries);
  }
  return [];
}
