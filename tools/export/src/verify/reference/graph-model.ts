// A TF.js GraphModel (a TensorFlow SavedModel, converted) on TF.js itself.
import type { io, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { basename } from 'node:path';
import type { NumericTensor, Port, RunnableModel } from '../port.js';
import { VerifyError } from '../verify-error.js';
import { checkTopology, type GraphSignature, signatureOf } from './graph-topology.js';
import { idRanges } from './id-ranges.js';
import { type ModelFile, readWeights } from './model-file.js';
import { numbersOf, refereed, startTensorFlow, tensorFor } from './tensorflow.js';

/** Loads the model. Its tensors are left to the end of the process.
 *  @throws {VerifyError} if it is damaged, or TF.js cannot run it */
export async function openGraphModel(path: string, file: ModelFile): Promise<RunnableModel> {
  const name = basename(path);
  const { specs, data } = await readWeights(path, file);
  const nodes = checkTopology(name, file, specs);
  const signature = signatureOf(name, file);
  await startTensorFlow();
  const artifacts = {
    ...file,
    // The converter reads the versions, and does nothing with them.
    modelTopology: { versions: {}, ...file.modelTopology },
    weightSpecs: specs,
    weightData: data,
  } as unknown as io.ModelArtifacts; // it has been checked; the types know no field that is there and undefined
  const model = await refereed(path, () =>
    loadGraphModel({ load: () => Promise.resolve(artifacts) }),
  );
  const inputs = inputsOf(name, model, signature, idRanges(nodes, specs));
  const outputs = outputsOf(model, signature);
  return {
    signature: { format: 'TF.js GraphModel', inputs, outputs },
    run: (tensors) =>
      refereed(path, async () => {
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

/** At once where that is possible; loops, branches and lists of tensors need the other way. */
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
    results = await model.executeAsync(feeds, outputs);
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
