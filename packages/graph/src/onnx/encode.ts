// A model as the bytes of an ONNX file.
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { getTextEncoding } from '@bufbuild/protobuf/wire';
import { GraphError } from '../errors.js';
import type { Attribute, Graph, Model, Node, Tensor, Value } from '../ir.js';
import { ATTRIBUTE_KINDS } from './attribute-kinds.js';
import { dataTypeCode, irVersionOf, MICROSOFT_DOMAIN } from './data-types.js';
import {
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx_pb.js';

type Init<Schema extends Parameters<typeof create>[0]> = MessageInitShape<Schema>;

/** Encodes a model as an ONNX file. Equal models give equal bytes: what has no order of its own
 *  (initializers, attributes, metadata) is written in order of name. Float attributes are rounded
 *  to 32 bits, which is how ONNX stores them. The meaning is not checked: see `validateModel`.
 *  @throws {GraphError} if the operator set is not supported or an attribute is no ONNX value */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  const opsetImport = [{ domain: '', version: BigInt(model.opset) }];
  if (usesMicrosoftDomain(model.graph)) {
    opsetImport.push({ domain: MICROSOFT_DOMAIN, version: 1n });
  }
  const message = create(ModelProtoSchema, {
    irVersion: BigInt(irVersionOf(model.opset)),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    graph: encodeGraph(model.graph),
    opsetImport,
    metadataProps: sortedByName(model.metadata).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, message);
}

function usesMicrosoftDomain(graph: Graph): boolean {
  return graph.nodes.some(
    (node) =>
      node.domain === MICROSOFT_DOMAIN ||
      [...node.attributes.values()].some(
        (attribute) => attribute.type === 'graph' && usesMicrosoftDomain(attribute.value),
      ),
  );
}

function encodeGraph(graph: Graph): Init<typeof GraphProtoSchema> {
  return {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: sortedByName(graph.initializers).map(([name, tensor]) => ({
      ...encodeTensor(tensor),
      name,
    })),
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
  };
}

function encodeNode(node: Node): Init<typeof NodeProtoSchema> {
  const where = `node "${node.name}" (${node.opType})`;
  return {
    name: node.name,
    opType: node.opType,
    ...(node.domain === '' ? {} : { domain: node.domain }),
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: sortedByName(node.attributes).map(([name, attribute]) => ({
      name,
      ...encodeAttribute(attribute, `${where}, attribute "${name}"`),
    })),
  };
}

function encodeAttribute(attribute: Attribute, where: string): Init<typeof AttributeProtoSchema> {
  switch (attribute.type) {
    case 'int':
      return { type: ATTRIBUTE_KINDS.INT, i: toInt64(attribute.value, where) };
    case 'ints':
      return {
        type: ATTRIBUTE_KINDS.INTS,
        ints: attribute.value.map((item) => toInt64(item, where)),
      };
    case 'float':
      return { type: ATTRIBUTE_KINDS.FLOAT, f: attribute.value };
    case 'floats':
      return { type: ATTRIBUTE_KINDS.FLOATS, floats: [...attribute.value] };
    case 'string':
      return { type: ATTRIBUTE_KINDS.STRING, s: getTextEncoding().encodeUtf8(attribute.value) };
    case 'strings':
      return {
        type: ATTRIBUTE_KINDS.STRINGS,
        strings: attribute.value.map((item) => getTextEncoding().encodeUtf8(item)),
      };
    case 'tensor':
      return { type: ATTRIBUTE_KINDS.TENSOR, t: encodeTensor(attribute.value) };
    case 'graph':
      return { type: ATTRIBUTE_KINDS.GRAPH, g: encodeGraph(attribute.value) };
  }
}

function toInt64(value: number, where: string): bigint {
  if (!Number.isSafeInteger(value)) {
    throw new GraphError('onnx-attribute', `${where}: an integer expected, ${value} found`);
  }
  return BigInt(value);
}

function encodeTensor(tensor: Tensor): Init<typeof TensorProtoSchema> {
  return {
    dims: tensor.shape.map(BigInt),
    dataType: dataTypeCode(tensor.dataType),
    rawData: tensor.bytes,
  };
}

function encodeValue(value: Value): Init<typeof ValueInfoProtoSchema> {
  const dim = value.shape.map((dimension) => ({
    value:
      typeof dimension === 'number'
        ? { case: 'dimValue' as const, value: BigInt(dimension) }
        : { case: 'dimParam' as const, value: dimension },
  }));
  const tensorType = { elemType: dataTypeCode(value.dataType), shape: { dim } };
  return { name: value.name, type: { value: { case: 'tensorType', value: tensorType } } };
}

/** By code unit, so that the order does not depend on the platform's language. */
function sortedByName<Item>(items: ReadonlyMap<string, Item>): [string, Item][] {
  return [...items].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
