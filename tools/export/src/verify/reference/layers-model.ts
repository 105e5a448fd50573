// A TF.js LayersModel on TF.js itself.
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExportError } from '../../errors.js';
import { convertLayersModel } from '../../layers-model/convert-layers-model.js';
import { declaredType, inputPorts } from '../../layers-model/convert/input-ports.js';
import { readLayersModel } from '../../layers-model/read-layers-model.js';
import { loadInTfjs, withTfjs } from '../../layers-model/tfjs.js';
import type { LayersModel } from '../../layers-model/types.js';
import type { NumericTensor, Port, RunnableModel } from '../port.js';
import { numbersOf, refereed, tensorFor } from './tensorflow.js';

/** Loads the model. Its tensors are left to the end of the process.
 *  @param path of model.json, or of its folder
 *  @throws {ExportError} if it is damaged, or TF.js cannot load it */
export async function openLayersModel(path: string): Promise<RunnableModel> {
  const model = await readLayersModel(path);
  const reference = await withTfjs((tfjs) => loadInTfjs(tfjs, model, weightNames(model)));
  const { inputs: sources, outputs: targets } = model.network;
  const inputs = inputPorts(model).map(({ name, shape, indexBelow }, i): Port => ({
    name,
    aliases: [],
    type: declaredType(sources[i].call),
    shape: shape.map((size) => (typeof size === 'number' ? size : null)),
    ...(indexBelow !== undefined && { idCount: indexBelow }),
  }));
  const outputs = targets.map(({ call }, i): Port => ({
    name: uniqueName(
      call.layer.name,
      i,
      targets.map((other) => other.call.layer.name),
    ),
    aliases: [],
    type: 'float32',
    shape: undefined,
  }));
  return {
    signature: { format: 'TF.js LayersModel', inputs, outputs },
    run: (tensors) =>
      refereed(model.where, () =>
        withTfjs(async () => {
          const given = inputs.map((port) => tensorFor(port, tensors.get(port.name)!));
          const [batch] = given[0].shape;
          reference.resetStates(); // every run is of sequences that begin
          const found = reference.predict(given, { batchSize: batch });
          const results: Tensor[] = Array.isArray(found) ? found : [found];
          const numbers = new Map<string, NumericTensor>();
          for (const [i, { name }] of outputs.entries()) {
            numbers.set(name, await numbersOf(name, results[i]));
          }
          return numbers;
        }),
      ),
  };
}

/** TF.js's names of the weights, where the file has other ones. TF.js runs layers that we do not convert; their weights
 *  must have its names already. */
function weightNames(model: LayersModel): ReadonlyMap<string, string> {
  try {
    return convertLayersModel(model).weightNames;
  } catch (error) {
    if (error instanceof ExportError && error.code === 'unsupported-layer') return new Map();
    throw error;
  }
}

/** The name of the layer; with a number where several outputs are of one. */
function uniqueName(name: string, index: number, names: readonly string[]): string {
  const earlier = names.slice(0, index).filter((other) => other === name).length;
  return earlier === 0 ? name : `${name}.${earlier}`;
}
