// The layers of a LayersModel as a graph: Sequential and functional models, models within models, shared layers.
// Format: https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-layers/src/engine/container.ts (fromConfig)
import * as z from 'zod';
import type { Layer, LayerCall, LayerOutput, Network } from '../types.js';
import { inCallOrder } from './call-order.js';
import { checked, damaged, quoted } from './refuse.js';

const MAX_LAYERS = 10_000;
/** A model that is used twice counts twice, and so on within it. */
const MAX_USES = 20_000;
const MAX_NAME_LENGTH = 200;
/** Models within models, wrappers within wrappers. */
const MAX_NESTING = 16;

const FUNCTIONAL_CLASSES: ReadonlySet<string> = new Set(['Functional', 'Model']);
const WRAPPERS: ReadonlySet<string> = new Set(['TimeDistributed', 'Bidirectional']);

const layerName = z.string().min(1).max(MAX_NAME_LENGTH);
const config = z.record(z.string(), z.unknown());
const describedSchema = z.object({ class_name: z.string().min(1).max(MAX_NAME_LENGTH), config });
const sequentialSchema = z.object({
  name: layerName.optional(),
  layers: z.array(describedSchema).min(1).max(MAX_LAYERS),
});

/** Layer, which of its calls, which of its outputs. */
const outputSchema = z.tuple([layerName, z.int().nonnegative(), z.int().nonnegative()]);
/** The same in a call, with what else was passed. */
const inboundSchema = z
  .tuple([layerName, z.int().nonnegative(), z.int().nonnegative()])
  .rest(z.record(z.string(), z.unknown()).nullable());
type Inbound = z.infer<typeof inboundSchema>;
const functionalSchema = z.object({
  name: layerName.optional(),
  layers: z
    .array(
      describedSchema.extend({
        name: layerName,
        inbound_nodes: z.array(z.array(inboundSchema)),
      }),
    )
    .min(1)
    .max(MAX_LAYERS),
  input_layers: z.array(outputSchema).min(1),
  output_layers: z.array(outputSchema).min(1),
});

interface Place {
  readonly where: string;
  readonly nesting: number;
  /** Layers met so far in the whole file. */
  readonly count: { layers: number };
}

/** Builds the graph that a description means.
 *  @param topology `{ class_name, config }` of the model
 *  @param where names the file in messages
 *  @throws {ExportError} `damaged-model` if it is malformed, refers to what is not there, or goes in a circle */
export function parseNetwork(topology: unknown, where: string): Network {
  const place = { where, nesting: 0, count: { layers: 0 } };
  const described = checked(modelSchema, topology, where);
  if (!isModel(described.class_name)) {
    damaged(
      where,
      `a model of class ${quoted(described.class_name)}; expected Sequential or Functional`,
    );
  }
  return networkOf(described.class_name, described.config, place);
}

/** Old files list a Sequential's layers without a name around them. */
const modelSchema = z.object({
  class_name: z.string(),
  config: z.union([config, z.array(z.unknown()).transform((layers) => ({ layers }))]),
});

function isModel(className: string): boolean {
  return className === 'Sequential' || FUNCTIONAL_CLASSES.has(className);
}

function networkOf(className: string, description: unknown, place: Place): Network {
  if (place.nesting > MAX_NESTING) {
    damaged(place.where, `models and wrappers nested deeper than ${MAX_NESTING}`);
  }
  return className === 'Sequential'
    ? sequential(description, place)
    : functional(description, place);
}

function makeLayer(
  className: string,
  layerConfig: Readonly<Record<string, unknown>>,
  name: string,
  place: Place,
): Layer {
  if (++place.count.layers > MAX_LAYERS) damaged(place.where, `more than ${MAX_LAYERS} layers`);
  const where = `${place.where}, layer ${quoted(name)}`;
  const inner = { ...place, nesting: place.nesting + 1 };
  const layer = { name, className, config: layerConfig };
  if (isModel(className)) return { ...layer, network: networkOf(className, layerConfig, inner) };
  if (!WRAPPERS.has(className)) return layer;
  if (inner.nesting > MAX_NESTING) damaged(where, `nested deeper than ${MAX_NESTING}`);
  const described = checked(describedSchema, layerConfig['layer'], `${where}, layer inside`);
  const wrapped = makeLayer(
    described.class_name,
    described.config,
    nameIn(described.config, `${where}, layer inside`),
    inner,
  );
  return { ...layer, wrapped };
}

function nameIn(layerConfig: Readonly<Record<string, unknown>>, where: string): string {
  return checked(layerName, layerConfig['name'], `${where}, name`);
}

const only = (call: LayerCall): LayerOutput => ({ call, index: 0 });

/** A chain. Its first layer says the shape of the input, unless it is an InputLayer or a model with one. */
function sequential(description: unknown, place: Place): Network {
  const { name = 'sequential', layers } = checked(sequentialSchema, description, place.where);
  const chain = layers.map((described, index) => {
    const where = `${place.where}, layer ${index}`;
    return makeLayer(
      described.class_name,
      described.config,
      nameIn(described.config, where),
      place,
    );
  });
  checkNames(chain, place.where);
  const first = chain[0];
  const input = first.className === 'InputLayer' ? first : inputLayerFor(first, place);
  const calls: LayerCall[] = [{ layer: input, inputs: [] }];
  for (const layer of first === input ? chain.slice(1) : chain) {
    calls.push({ layer, inputs: [only(calls.at(-1)!)] });
  }
  const ends = { inputs: [only(calls[0])], outputs: [only(calls.at(-1)!)] };
  return { name, ...ends, calls, size: sizeOf(calls, place.where) };
}

/** @throws {ExportError} `damaged-model` if the model unfolds to more layers than any has */
function sizeOf(calls: readonly LayerCall[], where: string): number {
  const inside = ({ network, wrapped }: Layer): number =>
    network?.size ?? (wrapped ? 1 + inside(wrapped) : 0);
  const size = calls.reduce((sum, { layer }) => sum + 1 + inside(layer), 0);
  if (size > MAX_USES) damaged(where, `uses layers more than ${MAX_USES} times`);
  return size;
}

/** The InputLayer that TF.js puts before the first layer of a Sequential model. */
function inputLayerFor(first: Layer, place: Place): Layer {
  if (first.network) return first.network.inputs[0].call.layer;
  const { config: own } = first;
  const length = own['input_length'] ?? null;
  const ofEmbedding =
    first.className === 'Embedding' ? [null, ...(Array.isArray(length) ? length : [length])] : null;
  const shape = own['batch_input_shape'] ?? ofEmbedding;
  if (shape === null) {
    damaged(
      place.where,
      `layer ${quoted(first.name)} is the first of a Sequential model, but has no batch_input_shape; ` +
        'build the model with an input shape before it is saved',
    );
  }
  return {
    name: `${first.name}_input`,
    className: 'InputLayer',
    config: { name: `${first.name}_input`, batch_input_shape: shape, dtype: own['dtype'] ?? null },
  };
}

function checkNames(layers: readonly Layer[], where: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) damaged(where, `two layers have the name ${quoted(name)}`);
    names.add(name);
  }
}

/** Keras 3 describes calls in another way, which TF.js cannot load. */
function refuseKeras3(description: unknown, where: string): void {
  const { layers } = z.object({ layers: z.array(z.unknown()) }).safeParse(description).data ?? {};
  const nodes = z.object({ inbound_nodes: z.array(z.object({ args: z.unknown() })).min(1) });
  if (layers?.some((layer) => nodes.safeParse(layer).success)) {
    damaged(
      where,
      'the format of Keras 3, which TF.js cannot load; save with Keras 2 (TF_USE_LEGACY_KERAS=1) and convert again',
    );
  }
}

function functional(description: unknown, place: Place): Network {
  refuseKeras3(description, place.where);
  const model = checked(functionalSchema, description, place.where);
  const layers = model.layers.map((described) => ({
    layer: makeLayer(described.class_name, described.config, described.name, place),
    nodes: described.inbound_nodes,
  }));
  checkNames(
    layers.map(({ layer }) => layer),
    place.where,
  );
  const calls = connect(layers, place.where);
  const find =
    (what: string) =>
    ([name, node, index]: readonly [string, number, number]) =>
      findOutput(calls, [name, node, index], `${place.where}, ${what}`);
  const inputs = model.input_layers.map(find('input_layers'));
  const outputs = model.output_layers.map(find('output_layers'));
  const stranger = inputs.find(({ call }) => call.layer.className !== 'InputLayer');
  if (stranger) damaged(place.where, `input ${quoted(stranger.call.layer.name)} is no InputLayer`);
  checkOrder(calls, place.where);
  const needed = inCallOrder(
    outputs.map(({ call }) => call),
    readBy,
    place.where,
  );
  const unfed = needed.find(
    (call) => call.inputs.length === 0 && !inputs.some((input) => input.call === call),
  );
  if (unfed) {
    damaged(place.where, `layer ${quoted(unfed.layer.name)} has no inputs, and is no input itself`);
  }
  const size = sizeOf(needed, place.where);
  return { name: model.name ?? 'model', inputs, calls: needed, outputs, size };
}

/** Calls of every layer by its name. The first call of a model counts as its second: TF.js gives every model one for
 *  itself. */
type Calls = ReadonlyMap<string, { readonly first: number; readonly calls: readonly LayerCall[] }>;

function connect(
  layers: readonly { readonly layer: Layer; readonly nodes: readonly (readonly Inbound[])[] }[],
  where: string,
): Calls {
  const growing = new Map(
    layers.map(({ layer, nodes }) => {
      const isInput = layer.className === 'InputLayer';
      const count = isInput ? 1 : nodes.length;
      const inputs = Array.from({ length: count }, (): LayerOutput[] => []);
      const calls = inputs.map((list): LayerCall => ({ layer, inputs: list }));
      return [layer.name, { first: layer.network ? 1 : 0, calls, inputs }];
    }),
  );
  for (const { layer, nodes } of layers) {
    const here = `${where}, layer ${quoted(layer.name)}`;
    if (layer.className === 'InputLayer' && nodes.length > 0)
      damaged(here, 'an InputLayer has no inputs');
    nodes.forEach((node, index) => {
      if (node.length === 0) damaged(here, 'is called without inputs');
      for (const [name, call, output, passed] of node) {
        checkPassed(passed ?? {}, here);
        growing
          .get(layer.name)!
          .inputs[index].push(findOutput(growing, [name, call, output], here));
      }
    });
  }
  return growing;
}

const readBy = (call: LayerCall): LayerCall[] => call.inputs.map((input) => input.call);

/** Every call must be possible once those before it are made, the calls of each layer in their order. TF.js waits for
 *  ever for one that is not. */
function checkOrder(calls: Calls, where: string): void {
  const ofLayers = [...calls.values()].map((entry) => entry.calls);
  const previous = new Map(
    ofLayers.flatMap((list) => list.slice(1).map((call, index) => [call, list[index]] as const)),
  );
  const before = (call: LayerCall): LayerCall[] => {
    const earlier = previous.get(call);
    return earlier ? [...readBy(call), earlier] : readBy(call);
  };
  inCallOrder(ofLayers.flat(), before, where);
}

/** What a call passes beside its inputs. TF.js ignores it at inference, Keras would not. */
function checkPassed(passed: Readonly<Record<string, unknown>>, where: string): void {
  for (const [name, value] of Object.entries(passed)) {
    if (value === null || (name === 'training' && value === false)) continue;
    damaged(
      where,
      `is called with ${quoted(name)} = ${quoted(value)}; pass tensors as inputs of the layer, and nothing else`,
    );
  }
}

function findOutput(
  calls: Calls,
  [name, node, index]: readonly [string, number, number],
  where: string,
): LayerOutput {
  const found = calls.get(name);
  if (!found) damaged(where, `reads layer ${quoted(name)}, which is not there`);
  const call = found.calls[node - found.first];
  if (!call) {
    const last = found.first + found.calls.length - 1;
    damaged(
      where,
      `reads call ${node} of layer ${quoted(name)}, which has calls ${found.first} to ${last}`,
    );
  }
  return { call, index };
}
