import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError } from '../errors.js';
import type { Attribute, Graph } from '../ir.js';
import { modelOf, nodeOf, reluModel, scanModel } from '../testing/sample-models.js';
import { ATTRIBUTE_KINDS } from './attribute-kinds.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import { type GraphProtoSchema, ModelProtoSchema } from './onnx_pb.js';

type GraphInit = MessageInitShape<typeof GraphProtoSchema>;

function fileOf(graph: GraphInit, opset = 18n): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { graph, opsetImport: [{ domain: 'ai.onnx', version: opset }] }),
  );
}

function fileOfNode(node: NonNullable<GraphInit['node']>[number]): Uint8Array {
  return fileOf({ name: 'main', node: [node] });
}

/** Field `number` of a message, holding bytes. */
function delimited(number: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(content).finish();
}

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(GraphError);
    return (error as GraphError).code;
  }
  return 'none';
}

describe('decodeModel', () => {
  it('reads numbers from the typed lists too', () => {
    const model = decodeModel(
      fileOf({
        initializer: [
          { name: 'f', dims: [2n], dataType: 1, floatData: [0.5, -2] },
          { name: 'i', dims: [1n], dataType: 7, int64Data: [-3n] },
          { name: 'b', dims: [2n], dataType: 3, int32Data: [-1, 5] },
          { name: 'h', dims: [1n], dataType: 10, int32Data: [0x3c00] },
        ],
      }),
    );
    const bytes = (name: string) => model.graph.initializers.get(name)!.bytes.slice().buffer;
    expect([...new Float32Array(bytes('f'))]).toEqual([0.5, -2]);
    expect([...new BigInt64Array(bytes('i'))]).toEqual([-3n]);
    expect([...new Int8Array(bytes('b'))]).toEqual([-1, 5]);
    expect([...new Uint16Array(bytes('h'))]).toEqual([0x3c00]);
  });

  it('drops documentation and the types of inner values', () => {
    const file = fileOf({
      name: 'main',
      docString: 'about',
      valueInfo: [{ name: 'inner', docString: 'about' }],
      node: [{ opType: 'Relu', docString: 'about', metadataProps: [{ key: 'a', value: 'b' }] }],
    });
    expect(decodeModel(file).graph.nodes[0].opType).toBe('Relu');
  });

  it('does not copy raw data', () => {
    const bytes = encodeModel(reluModel());
    expect(decodeModel(bytes).graph.initializers.get('bias')!.bytes.buffer).toBe(bytes.buffer);
  });

  it.each([
    [
      'external data',
      fileOf({ initializer: [{ name: 'w', dataType: 1, dataLocation: 1 }] }),
      'main graph, initializer "w": the data is in another file; save the model with its data inside',
    ],
    [
      'an attribute of a kind that the graph cannot hold, by its node',
      fileOfNode({
        name: 'rnn',
        opType: 'LSTM',
        attribute: [{ name: 'activations', type: ATTRIBUTE_KINDS.TENSORS }],
      }),
      'node "rnn" (LSTM), attribute "activations": attributes of kind TENSORS are not supported',
    ],
    [
      'an attribute without a kind, by the place of its nameless node',
      fileOfNode({ opType: 'Add', attribute: [{ name: 'a' }] }),
      'node #0 (Add), attribute "a": attributes of kind 0',
    ],
    [
      'an attribute beyond exact numbers',
      fileOfNode({ opType: 'Add', attribute: [{ name: 'a', type: 2, i: 2n ** 60n }] }),
      'attribute "a": 1152921504606846976 is outside',
    ],
    [
      'one attribute twice',
      fileOfNode({
        opType: 'Add',
        attribute: [
          { name: 'a', type: 2 },
          { name: 'a', type: 2 },
        ],
      }),
      '"a" appears twice',
    ],
    [
      'an unknown domain',
      fileOfNode({ opType: 'Add', domain: 'com.example' }),
      'domain "com.example" is not imported',
    ],
    [
      'a data type that the graph cannot hold',
      fileOf({ initializer: [{ name: 'w', dataType: 11 }] }),
      'initializer "w": data type 11 found',
    ],
    [
      'too few bytes for a shape',
      fileOf({
        initializer: [{ name: 'w', dims: [2n, 3n], dataType: 1, rawData: new Uint8Array(23) }],
      }),
      'initializer "w": 24 bytes of float32 expected for [2, 3], 23 found',
    ],
    [
      'a shape that overflows',
      fileOf({ initializer: [{ name: 'w', dims: [2n ** 40n, 2n ** 40n], dataType: 1 }] }),
      'is no shape',
    ],
    [
      'a negative size',
      fileOf({
        initializer: [{ name: 'w', dims: [-1n, -4n], dataType: 2, rawData: new Uint8Array(4) }],
      }),
      'is no shape',
    ],
    [
      'data given twice',
      fileOf({
        initializer: [{ name: 'w', dataType: 1, rawData: new Uint8Array(4), floatData: [1] }],
      }),
      'raw and typed data found',
    ],
    [
      'an input without a type',
      fileOf({ input: [{ name: 'x' }] }),
      'input "x": a tensor type expected',
    ],
    [
      'an input without a shape',
      fileOf({
        input: [{ name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }],
      }),
      'input "x": no shape found',
    ],
    ['no graph', toBinary(ModelProtoSchema, create(ModelProtoSchema)), 'model: no graph found'],
    [
      'functions',
      new Uint8Array([...encodeModel(reluModel()), ...delimited(25, new Uint8Array(2))]),
      'model: field 25 of the ONNX schema is not supported',
    ],
  ])('refuses %s', (_name, file, message) => {
    expect(() => decodeModel(file)).toThrow(message);
    expect(() => decodeModel(file)).toThrow(GraphError);
  });

  it('holds to its limits', () => {
    const bytes = encodeModel(scanModel());
    expect(codeOf(() => decodeModel(bytes, { maxBytes: bytes.length }))).toBe('none');
    expect(codeOf(() => decodeModel(bytes, { maxBytes: bytes.length - 1 }))).toBe('onnx-limit');
    expect(codeOf(() => decodeModel(bytes, { maxNodes: 5 }))).toBe('none');
    expect(codeOf(() => decodeModel(bytes, { maxNodes: 4 }))).toBe('onnx-limit');
    expect(codeOf(() => decodeModel(bytes, { maxStructureBytes: 500 }))).toBe('onnx-limit');
  });

  it('reads bodies as deep as the limit and no deeper', () => {
    const nested = (depth: number): Graph => {
      const body = (): Attribute => ({ type: 'graph', value: nested(depth - 1) });
      const nodes = depth === 0 ? [] : [nodeOf('Loop', ['', ''], ['y'], { body: body() })];
      return { name: 'body', nodes, inputs: [], outputs: [], initializers: new Map() };
    };
    const file = encodeModel(modelOf(nested(3)));
    expect(codeOf(() => decodeModel(file, { maxNesting: 3 }))).toBe('none');
    expect(codeOf(() => decodeModel(file, { maxNesting: 2 }))).toBe('onnx-limit');
  });

  it.each([
    ['messages', 11],
    ['unknown fields', 15],
  ])('refuses a flood of empty %s before it makes objects of them', (_name, number) => {
    const fields = new Uint8Array(2_000_000);
    for (let index = 0; index < fields.length; index += 2) fields[index] = (number << 3) | 2;
    expect(codeOf(() => decodeModel(delimited(7, fields)))).toBe('onnx-limit');
  });

  it('raises GraphError, and nothing else, for a file cut short', () => {
    const bytes = encodeModel(scanModel());
    for (let length = 0; length < bytes.length; length++) {
      codeOf(() => decodeModel(bytes.subarray(0, length)));
    }
  });

  it('raises GraphError, and nothing else, for a file with flipped bytes', () => {
    const bytes = encodeModel(scanModel());
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = bytes.slice();
        for (const [index, value] of changes) damaged[index] = value;
        codeOf(() => decodeModel(damaged));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
