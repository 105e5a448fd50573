// A TF.js LayersModel as an ONNX model.
import { GraphBuilder, type Model, OPSET, validateModel, type Value } from '@ostinato/graph';
import { PRODUCER_NAME, PRODUCER_VERSION } from '../producer.js';
import { Conversion } from './convert/conversion.js';
import { convertLayer, convertNetwork, fitting } from './convert/convert-layer.js';
import { inputPorts } from './convert/input-ports.js';
import type { ConvertedModel, LayersModel, Network, Port } from './types.js';

export interface ConvertOptions {
  /** Name and value pairs for the ONNX file, such as a licence. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Converts a model: every layer, with its weights in float32, at operator set 18. Inputs and outputs have the names of
 *  the layers, and the batch first. The states of stateful layers become inputs `<layer>.hidden` (and `<layer>.cell`)
 *  and outputs of the same name with `_after`.
 *
 *  Nothing is run: `checkAgainstTfjs` compares the result with TF.js.
 *  @throws {ExportError} `unsupported-layer` or `damaged-model`, naming the layer and the option, and what to do */
export function convertLayersModel(
  model: LayersModel,
  { metadata = new Map() }: ConvertOptions = {},
): ConvertedModel {
  const g = new GraphBuilder(model.name);
  const hasMasks = makesMasks(model.network);
  const conversion = new Conversion(g, model, { hasMasks, convertLayer });
  const inputs = inputPorts(model);
  const values = inputs.map(({ name, dataType, shape }) => g.input(name, dataType, shape));
  const results = convertNetwork(
    conversion,
    model.network,
    values.map((value) => ({ value })),
    { path: '', where: model.where },
  );
  conversion.weights.checkAllUsed();
  const outputs = nameOutputs(
    model.network,
    results.map(({ value }) => value),
    new Set(inputs.map(({ name }) => name)),
  );
  outputs.forEach(({ value, port }) => g.output(value, port.name));
  for (const { next, output } of conversion.states) g.output(next!, output);
  const converted: Model = {
    graph: g.build(),
    opset: OPSET,
    metadata: new Map(metadata),
    producerName: PRODUCER_NAME,
    producerVersion: PRODUCER_VERSION,
  };
  // Names that collide show here; everything else that can be wrong was found at its layer.
  fitting(model.where, () => validateModel(converted));
  return {
    model: converted,
    inputs,
    outputs: outputs.map(({ port }) => port),
    states: conversion.states.map(({ input, output, shape, layer }) => ({
      input,
      output,
      shape,
      layer,
    })),
    layers: [...conversion.layers],
    weightNames: conversion.weights.names,
  };
}

/** The name of the layer; with a number where the model gives several outputs of one, or its own input. */
function nameOutputs(
  { outputs }: Network,
  values: readonly Value[],
  taken: Set<string>,
): { value: Value; port: Port }[] {
  return values.map((value, index) => {
    const { name: layer } = outputs[index].call.layer;
    let name = layer;
    for (let number = 1; taken.has(name); number++) name = `${layer}.${number}`;
    taken.add(name);
    return { value, port: { name, shape: value.shape, dataType: value.dataType } };
  });
}

function makesMasks({ calls }: Network): boolean {
  return calls.some(({ layer }) => {
    const { className, config, network } = layer.wrapped ?? layer;
    if (network) return makesMasks(network);
    return className === 'Masking' || (className === 'Embedding' && config['mask_zero'] === true);
  });
}
