// A TF.js GraphModel (a TensorFlow SavedModel, converted) on TF.js itself.
import { type io, type NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import type { NumericTensor, Port, RunnableModel } from '../port.js';
import { VerifyError } from '../verify-error.js';
import { checkTopology, type GraphSignature, signatureOf } from './graph-topology.js';
import { idRanges } from './id-ranges.js';
import type { GraphModelFile } from './graph-model-file.js';
import { numbersOf, refereed, startTensorFlow, tensorFor } from './tensorflow.js';

/** Loads the model. Its tensors are left to the end of the process.
 *  @throws {VerifyError} if it is damaged, or TF.js cannot run it */
export async function openGraphModel(file: GraphModelFile): Promise<RunnableModel> {
  const { where, json, specs, bytes } = file;
  const nodes = checkTopology(file);
  const signature = signatureOf(file);
  await startTensorFlow();
  const artifacts = {
    ...json,
    // The converter reads the versions, and does nothing with them.
    modelTopology: { versions: {}, ...json.modelTopology },
    weightSpecs: specs,
    weightData: bytes.buffer,
  } as unknown as io.ModelArtifacts; // it has been checked; the types know no field that is there and undefined
  const model = await refereed(where, () =>
    loadGraphModel({ load: () => Promise.resolve(artifacts) }),
  );
  const inputs = inputsOf(where, model, signature, idRanges(nodes, specs));
  const outputs = outputsOf(model, signature);
  return {
    signature: { format: 'TF.js GraphModel', inputs, outputs },
    run: (tensors) =>
      refereed(where, async () => {
        const feeds = Object.fromEntries(
          inputs.map((port) => [port.name, tensorFor(port, tensors.get(port.name)!)]),
        );
        const results = await execute(
          model,
          feeds,
          outputs.map(({ name }) => name),
        );
        const numbers = new Map<string, NumericTensor>();
        for (const [i, { name }] of outputs.entries()) {
          numbers.set(name, await numbersOf(name, results[i]));
        }
        return numbers;
      }),
  };
}

/** At once where that is possible; loops, branches and lists of tensors need the other way. There, TF.js 4.22 disposes of
 *  tensors that a later loop still reads (an LSTM and a GRU of Keras in one model), so until the end nothing is. */
async function execute(
  model: GraphModel,
  feeds: NamedTensorMap,
  outputs: string[],
): Promise<Tensor[]> {
  let results: Tensor | Tensor[];
  try {
    results = model.execute(feeds, outputs);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('executeAsync'))) throw error;
    const { dispose } = Tensor.prototype;
    Tensor.prototype.dispose = () => {};
    try {
      results = await model.executeAsync(feeds, outputs);
    } finally {
      Tensor.prototype.dispose = dispose;
    }
  }
  return Array.isArray(results) ? results : [results];
}

/** What the caller gives: not the resources that the model holds itself. */
function inputsOf(
  name: string,
  model: GraphModel,
  signature: GraphSignature,
  ranges: ReadonlyMap<string, number>,
): Port[] {
  const isOwn = (key: string) => (signature.inputs?.[key]?.resourceId ?? undefined) !== undefined;
  return model.inputs.flatMap(({ name: node, dtype, shape }, i): Port[] => {
    const key = model.inputNodes[i];
    if (isOwn(key)) return [];
    if (!['float32', 'int32', 'bool'].includes(dtype)) {
      throw new VerifyError(
        'reference-failed',
        `${name}: input ${key} is ${dtype}; only numbers and booleans can be compared`,
      );
    }
    const idCount = ranges.get(node);
    return [
      {
        name: key,
        aliases: key === node ? [] : [node],
        type: dtype,
        shape: (shape as readonly number[] | undefined)?.map((size) => (size < 0 ? null : size)),
        ...(idCount !== undefined && { idCount }),
      },
    ];
  });
}

/** By the signature; a graph without one gives every node that nothing else takes. */
function outputsOf(model: GraphModel, { outputs }: GraphSignature): Port[] {
  const entries = Object.entries(outputs ?? {});
  if (entries.length === 0) {
    return model.outputNodes.map((name) => ({
      name,
      aliases: [],
      type: undefined,
      shape: undefined,
    }));
  }
  return entries.map(([key, { name }]) => ({
    name: key,
    aliases: name === undefined || name === key ? [] : [name],
    type: undefined,
    shape: undefined,
  }));
}
