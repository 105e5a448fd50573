// A model from the bytes of an ONNX file that may come from anywhere.
import { GraphError } from '../errors.js';
import type { Attribute, Dimension, Graph, Model, Node, Value } from '../ir.js';
import { ATTRIBUTE_KINDS, attributeKindName } from './attribute-kinds.js';
import { dataTypeOfCode, MICROSOFT_DOMAIN } from './data-types.js';
import { decodeTensor } from './decode-tensor.js';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorShapeProto_Dimension,
  ValueInfoProto,
} from './onnx_pb.js';
import { readModelMessage } from './read-message.js';

const MIB = 2 ** 20;

export interface DecodeLimits {
  /** Size of the file; default 1 GiB. */
  readonly maxBytes?: number;
  /** Everything but raw tensor data, plus 32 bytes for each protobuf message; default 8 MiB (a training
   *  step of 12,000 nodes takes 1.6 MiB). */
  readonly maxStructureBytes?: number;
  /** Nodes of the graph and all its subgraphs; default 50,000. */
  readonly maxNodes?: number;
  /** Subgraphs within subgraphs; default 4. */
  readonly maxNesting?: number;
}

/** Decodes an ONNX file. What the in-memory form cannot hold (external data, functions, sparse
 *  tensors, attributes that are lists of tensors, values without a shape ...) is refused, never
 *  dropped; documentation strings and inferred types of inner values are dropped. The meaning of
 *  the graph is not checked: call `validateModel` on the result.
 *  @returns a model whose tensors share the memory of `bytes` where the file holds raw data; such
 *    a tensor need not be aligned to its element size
 *  @throws {GraphError} naming the graph, node or value at fault */
export function decodeModel(
  bytes: Uint8Array,
  {
    maxBytes = 1024 * MIB,
    maxStructureBytes = 8 * MIB,
    maxNodes = 50_000,
    maxNesting = 4,
  }: DecodeLimits = {},
): Model {
  if (bytes.length > maxBytes) {
    fail('onnx-limit', 'ONNX model', `at most ${maxBytes} bytes expected, ${bytes.length} found`);
  }
  const message = readModelMessage(bytes, { maxStructureBytes, maxNodes, maxNesting });
  refuseUnknown(message, 'model');
  if (message.graph === undefined) fail('onnx-malformed', 'model', 'no graph found');
  const versions = decodeOpsets(message);
  return {
    graph: decodeGraph(message.graph, versions, 'main graph'),
    opset: versions.get('')!,
    metadata: uniqueMap(
      message.metadataProps.map(({ key, value }) => [key, value]),
      'model, metadata',
    ),
    producerName: message.producerName,
    producerVersion: message.producerVersion,
  };
}

type Versions = ReadonlyMap<string, number>;

/** Version of each imported operator set by domain. */
function decodeOpsets(message: ModelProto): Versions {
  const versions = uniqueMap(
    message.opsetImport.map((entry) => {
      refuseUnknown(entry, 'model, operator set');
      return [standardDomain(entry.domain), toNumber(entry.version, 'model, operator set')];
    }),
    'model, operator sets',
  );
  if (!versions.has('')) fail('onnx-opset', 'model', 'no version of the standard operator set');
  const microsoft = versions.get(MICROSOFT_DOMAIN) ?? 1;
  if (microsoft !== 1) {
    fail('onnx-opset', 'model', `${MICROSOFT_DOMAIN} version 1 expected, ${microsoft} found`);
  }
  return versions;
}

/** 'ai.onnx' is another name of the standard domain. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function decodeGraph(message: GraphProto, versions: Versions, where: string): Graph {
  refuseUnknown(message, where);
  return {
    name: message.name,
    nodes: message.node.map((node, index) => decodeNode(node, index, versions, where)),
    inputs: message.input.map((value) => decodeValue(value, `${where}, input`)),
    outputs: message.output.map((value) => decodeValue(value, `${where}, output`)),
    initializers: uniqueMap(
      message.initializer.map((tensor) => {
        const here = `${where}, initializer "${tensor.name}"`;
        refuseUnknown(tensor, here);
        return [tensor.name, decodeTensor(tensor, here)];
      }),
      `${where}, initializers`,
    ),
  };
}

function decodeNode(message: NodeProto, index: number, versions: Versions, graph: string): Node {
  const name = message.name === '' ? `#${index}` : `"${message.name}"`;
  const where = `${graph}, node ${name} (${message.opType})`;
  refuseUnknown(message, where);
  const domain = standardDomain(message.domain);
  if (!versions.has(domain)) fail('onnx-opset', where, `domain "${domain}" is not imported`);
  return {
    name: message.name,
    opType: message.opType,
    domain,
    inputs: message.input,
    outputs: message.output,
    attributes: uniqueMap(
      message.attribute.map((attribute) => {
        const here = `${where}, attribute "${attribute.name}"`;
        return [attribute.name, decodeAttribute(attribute, versions, here)];
      }),
      `${where}, attributes`,
    ),
  };
}

function decodeAttribute(message: AttributeProto, versions: Versions, where: string): Attribute {
  const attribute = decodeAttributeValue(message, versions, where);
  refuseUnknown(message, where);
  return attribute;
}

function decodeAttributeValue(
  message: AttributeProto,
  versions: Versions,
  where: string,
): Attribute {
  switch (message.type) {
    case ATTRIBUTE_KINDS.INT:
      return { type: 'int', value: toNumber(message.i, where) };
    case ATTRIBUTE_KINDS.INTS:
      return { type: 'ints', value: message.ints.map((item) => toNumber(item, where)) };
    case ATTRIBUTE_KINDS.FLOAT:
      return { type: 'float', value: message.f };
    case ATTRIBUTE_KINDS.FLOATS:
      return { type: 'floats', value: message.floats };
    case ATTRIBUTE_KINDS.STRING:
      return { type: 'string', value: decodeText(message.s, where) };
    case ATTRIBUTE_KINDS.STRINGS:
      return { type: 'strings', value: message.strings.map((item) => decodeText(item, where)) };
    case ATTRIBUTE_KINDS.TENSOR:
      if (message.t === undefined) return fail('onnx-malformed', where, 'no tensor found');
      refuseUnknown(message.t, where);
      return { type: 'tensor', value: decodeTensor(message.t, where) };
    case ATTRIBUTE_KINDS.GRAPH:
      if (message.g === undefined) return fail('onnx-malformed', where, 'no graph found');
      return { type: 'graph', value: decodeGraph(message.g, versions, where) };
    default:
      return fail(
        'onnx-unsupported',
        where,
        `attributes of kind ${attributeKindName(message.type)} are not supported`,
      );
  }
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GraphError('onnx-malformed', `${where}: no valid UTF-8`, { cause });
  }
}

function decodeValue(message: ValueInfoProto, list: string): Value {
  const where = `${list} "${message.name}"`;
  refuseUnknown(message, where);
  if (message.type !== undefined) refuseUnknown(message.type, `${where}, type`);
  if (message.type?.value.case !== 'tensorType') {
    return fail('onnx-unsupported', where, 'a tensor type expected, none found');
  }
  const tensor = message.type.value.value;
  refuseUnknown(tensor, `${where}, type`);
  if (tensor.shape === undefined) {
    return fail('onnx-unsupported', where, 'no shape found; give sizes, or names to open ones');
  }
  refuseUnknown(tensor.shape, `${where}, shape`);
  return {
    name: message.name,
    dataType: dataTypeOfCode(tensor.elemType, where),
    shape: tensor.shape.dim.map((dimension) => decodeDimension(dimension, where)),
  };
}

function decodeDimension(message: TensorShapeProto_Dimension, where: string): Dimension {
  refuseUnknown(message, `${where}, shape`);
  const { value } = message;
  if (value.case === 'dimParam' && value.value !== '') return value.value;
  if (value.case === 'dimValue' && value.value >= 0n) return toNumber(value.value, where);
  return fail('onnx-unsupported', where, 'a dimension has neither a size nor a name');
}

function toNumber(value: bigint, where: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    fail('onnx-unsupported', where, `${value} is outside the range of exact numbers`);
  }
  return number;
}

function uniqueMap<Item>(entries: [string, Item][], where: string): Map<string, Item> {
  const map = new Map<string, Item>();
  for (const [name, item] of entries) {
    if (map.has(name)) fail('onnx-malformed', where, `"${name}" appears twice`);
    map.set(name, item);
  }
  return map;
}

/** A field that the schema leaves out may change the meaning of the model, so it is an error. */
function refuseUnknown(
  message: { $unknown?: readonly { readonly no: number }[] | undefined },
  where: string,
): void {
  const field = message.$unknown?.[0];
  if (field !== undefined) {
    fail('onnx-unsupported', where, `field ${field.no} of the ONNX schema is not supported`);
  }
}

function fail(code: string, where: string, problem: string): never {
  throw new GraphError(code, `${where}: ${problem}`);
}
