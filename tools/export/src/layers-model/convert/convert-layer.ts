// One use of a layer, of whatever class; and models, which are layers too.
import { GraphError } from '@ostinato/graph';
import { ExportError } from '../../errors.js';
import { quoted } from '../read/refuse.js';
import type { Layer, LayerCall, LayerOutput, Network } from '../types.js';
import type { Conversion, Place } from './conversion.js';
import type { Signal } from './layer-use.js';
import { LAYER_CONVERTERS } from './registry.js';

/** Numbers in one tensor for each element of the batch, as far as sizes are known; TF.js must hold it for the check. */
const MAX_ELEMENTS = 2 ** 26;

/** Converts one use of a layer.
 *  @returns its outputs
 *  @throws {ExportError} `unsupported-layer` or `damaged-model`, naming the layer */
export function convertLayer(
  conversion: Conversion,
  layer: Layer,
  inputs: readonly Signal[],
  { scope, path }: Place,
): Signal[] {
  const { g, model } = conversion;
  const name = `${path}${layer.name}`;
  const where = `${model.where}, layer ${quoted(name)} (${layer.className.slice(0, 60)})`;
  conversion.layers.add(name);
  const { network } = layer;
  if (network) {
    // A model drops the masks that reach it.
    const values = inputs.map(({ value }) => ({ value }));
    return g.scope(layer.name, () =>
      convertNetwork(conversion, network, values, { path: `${name}/`, where }),
    );
  }
  const convert = LAYER_CONVERTERS.get(layer.className);
  if (!convert) {
    throw new ExportError(
      'unsupported-layer',
      `${where}: layers of this class are not converted; ` +
        `replace it before the model is saved, by ${[...LAYER_CONVERTERS.keys()].join(', ')}`,
    );
  }
  const [first, ...rest] = inputs;
  if (!first) throw new ExportError('damaged-model', `${where}: has no input`);
  const use = { conversion, g, layer, inputs: [first, ...rest] as const, scope, path, where };
  const outputs = fitting(where, () => g.scope(layer.name, () => convert(use)));
  for (const { value } of outputs) checkSize(value.shape, where);
  return outputs;
}

/** Says of a graph that cannot be built what in the file is to blame.
 *  @throws {ExportError} `damaged-model` */
export function fitting<Result>(where: string, build: () => Result): Result {
  try {
    return build();
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause;
    throw new ExportError(
      'damaged-model',
      `${where}: does not fit what is around it: ${cause.message}`,
      { cause },
    );
  }
}

/** Converts all layers of a model.
 *  @param inputs what goes into it, in its order
 *  @returns what comes out of it */
export function convertNetwork(
  conversion: Conversion,
  network: Network,
  inputs: readonly Signal[],
  { path, where }: { readonly path: string; readonly where: string },
): Signal[] {
  if (inputs.length !== network.inputs.length) {
    throw new ExportError(
      'damaged-model',
      `${where}: expected ${network.inputs.length} inputs, found ${inputs.length}`,
    );
  }
  const signals = new Map<LayerCall, readonly Signal[]>(
    network.inputs.map(({ call }, index) => [call, [inputs[index]]]),
  );
  const read = ({ call, index }: LayerOutput): Signal => {
    const signal = signals.get(call)?.[index];
    if (signal) return signal;
    throw new ExportError(
      'damaged-model',
      `${where}: layer ${quoted(call.layer.name)} has no output ${index}`,
    );
  };
  for (const call of network.calls) {
    if (signals.has(call)) continue;
    const scope = [call.layer.name];
    signals.set(call, convertLayer(conversion, call.layer, call.inputs.map(read), { scope, path }));
  }
  return network.outputs.map(read);
}

/** @throws {ExportError} `unsupported-layer` if a tensor is larger than any that can be checked */
export function checkSize(shape: readonly (number | string)[], where: string): void {
  const elements = shape.reduce<number>(
    (product, size) => (typeof size === 'number' ? product * size : product),
    1,
  );
  if (elements <= MAX_ELEMENTS) return;
  throw new ExportError(
    'unsupported-layer',
    `${where}: gives [${shape.join(', ')}]; at most ${MAX_ELEMENTS} numbers for each sequence are converted`,
  );
}
