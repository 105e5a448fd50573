// Hostile ONNX files, made by hand: each breaks one rule of loading.
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { GraphError } from '../errors.js';
import type { Attribute, Graph, Model, Node, Value } from '../ir.js';
import { tensorOf } from '../tensors.js';
import { floatValue, modelOf, nodeOf, reluModel } from '../testing/sample-models.js';
import { encodeModel } from './encode.js';
import { inspectModel, type ModelExpectation } from './inspect.js';
import { ModelProtoSchema } from './onnx_pb.js';

/** What `reluModel` takes and gives. */
const expected: ModelExpectation = {
  inputs: [floatValue('x', ['any', 2])],
  outputs: [floatValue('y', ['any', 2])],
  integerProducts: false,
};

const inspect = (model: Model, changes: Partial<ModelExpectation> = {}) =>
  inspectModel(encodeModel(model), { ...expected, ...changes });

/** reluModel with other parts of the graph. */
function changed(change: Partial<Graph>): Model {
  const model = reluModel();
  return { ...model, graph: { ...model.graph, ...change } };
}

/** reluModel with other nodes. */
const modelWith = (...nodes: Node[]): Model => changed({ nodes });

/** The file of reluModel with the given bytes after it: fields of the same message. */
function withField(number: number, content: Uint8Array): Uint8Array {
  const field = new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(content).finish();
  return new Uint8Array([...encodeModel(reluModel()), ...field]);
}

type GraphInit = MessageInitShape<typeof ModelProtoSchema>['graph'];

/** A file with a graph that our encoder would not write. */
function fileOf(graph: GraphInit): Uint8Array {
  const message = { graph, opsetImport: [{ domain: '', version: 18n }] };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, message));
}

const graphAttribute = (value: Graph): Attribute => ({ type: 'graph', value });

/** y = x, in a body that runs `depth` Scans within one another. */
function nestedScan(depth: number, x: string, y: string): Node {
  const inner = { element: `${x}.${depth}`, result: `${y}.${depth}` };
  const body: Graph = {
    name: `body.${depth}`,
    nodes: [
      depth > 1
        ? nestedScan(depth - 1, inner.element, inner.result)
        : nodeOf('Identity', [inner.element], [inner.result]),
    ],
    inputs: [floatValue(inner.element, [2])],
    outputs: [floatValue(inner.result, [2])],
    initializers: new Map(),
  };
  return nodeOf('Scan', [x], [y], {
    body: graphAttribute(body),
    num_scan_inputs: { type: 'int', value: 1 },
  });
}

/** y after ten billion rounds. */
function endlessLoop(): Node {
  const body: Graph = {
    name: 'body',
    nodes: [nodeOf('Identity', ['going'], ['goOn']), nodeOf('Neg', ['before'], ['after'])],
    inputs: [
      { name: 'round', dataType: 'int64', shape: [] },
      { name: 'going', dataType: 'bool', shape: [] },
      floatValue('before', ['any', 2]),
    ],
    outputs: [{ name: 'goOn', dataType: 'bool', shape: [] }, floatValue('after', ['any', 2])],
    initializers: new Map(),
  };
  return nodeOf('Loop', ['count', '', 'x'], ['y'], { body: graphAttribute(body) });
}

const branch: Graph = {
  name: 'branch',
  nodes: [nodeOf('Identity', ['x'], ['z'])],
  inputs: [],
  outputs: [floatValue('z', ['any', 2])],
  initializers: new Map(),
};

const nextOfRelu = (nodes: number): Node[] =>
  Array.from({ length: nodes }, (_, i) => nodeOf('Relu', [i === 0 ? 'x' : `y${i}`], [`y${i + 1}`]));

describe('inspectModel', () => {
  it('gives the model of a file that is as expected, without a copy of its data', () => {
    const bytes = encodeModel(reluModel());
    const model = inspectModel(bytes, expected);
    expect(model.opset).toBe(18);
    expect(model.metadata.get('licence')).toBe('Apache-2.0');
    expect(model.graph.initializers.get('bias')?.bytes.buffer).toBe(bytes.buffer);
  });

  it('accepts a Scan, and a Scan in a Scan', () => {
    for (const depth of [1, 2]) {
      expect(() => inspect(modelWith(nestedScan(depth, 'x', 'y')))).not.toThrow();
    }
  });

  it.each<[string, Model, string]>([
    [
      'a Loop, whose number of rounds the file decides',
      changed({
        nodes: [endlessLoop()],
        initializers: new Map([['count', tensorOf('int64', [1e10], [])]]),
      }),
      'node "y" (Loop): the operator is not on the list',
    ],
    [
      'an If',
      modelWith(
        nodeOf('If', ['x'], ['y'], {
          then_branch: graphAttribute(branch),
          else_branch: graphAttribute({ ...branch, name: 'other' }),
        }),
      ),
      'node "y" (If): the operator is not on the list',
    ],
    [
      'an operator that reads files or runs code',
      modelWith(nodeOf('PyOp', ['x'], ['y'])),
      'node "y" (PyOp): the operator is not on the list',
    ],
    [
      'a body where no body belongs',
      modelWith(nodeOf('Relu', ['x'], ['y'], { body: graphAttribute(branch) })),
      'the operator has no attribute "body"',
    ],
    [
      'a Loop hidden in a Scan',
      modelWith(hideInScan(endlessLoop())),
      'node "y" (Loop): the operator is not on the list',
    ],
    ['Scans nested too deep', modelWith(nestedScan(3, 'x', 'y')), 'nested deeper than 2'],
    ['too many nodes', modelWith(...nextOfRelu(10_001)), 'more than 10000 nodes'],
    [
      'too much structure',
      { ...reluModel(), metadata: new Map([['padding', 'x'.repeat(5e6)]]) },
      'more than 4194304 bytes of structure',
    ],
    [
      'integer products in a reproducible form',
      modelWith(nodeOf('DynamicQuantizeMatMul', ['x', 'bias', 'bias'], ['y'], {}, 'com.microsoft')),
      'the operator is not on the list',
    ],
  ])('refuses %s', (_, model, message) => {
    expect(() => inspect(model)).toThrow(message);
    expect(() => inspect(model)).toThrow(GraphError);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'data in another file',
      fileOf({
        name: 'main',
        initializer: [
          {
            name: 'w',
            dims: [2n],
            dataType: 1,
            dataLocation: 1,
            externalData: [{ key: 'location', value: '../../etc/passwd' }],
          },
        ],
      }),
      'initializer "w": the data is in another file',
    ],
    [
      'data in another file, in a node',
      fileOf({
        name: 'main',
        node: [
          {
            opType: 'Constant',
            output: ['c'],
            attribute: [{ name: 'value', type: 4, t: { dataType: 1, dataLocation: 1 } }],
          },
        ],
      }),
      'attribute "value": the data is in another file',
    ],
    [
      'functions of its own',
      withField(25, Uint8Array.of(10, 1, 102)),
      'field 25 of the ONNX schema',
    ],
    ['training parts', withField(20, new Uint8Array(2)), 'field 20 of the ONNX schema'],
    [
      'a domain of its own',
      fileOf({ name: 'main', node: [{ opType: 'Relu', domain: 'com.example' }] }),
      'domain "com.example" is not imported',
    ],
    ['what is no ONNX file', new TextEncoder().encode('{"not": "onnx"}'), 'no valid protobuf'],
    ['an empty file', new Uint8Array(0), 'no graph found'],
  ])('refuses %s', (_, file, message) => {
    expect(() => inspectModel(file, expected)).toThrow(message);
    expect(() => inspectModel(file, expected)).toThrow(GraphError);
  });

  it.each<[string, Partial<ModelExpectation>, string]>([
    [
      'without an input',
      { inputs: [...expected.inputs, floatValue('state', [3])] },
      'input "state" expected, not found',
    ],
    ['with an input more', { inputs: [] }, 'input "x" found, not expected'],
    ['without an output', { outputs: [floatValue('z', [])] }, 'output "z" expected, not found'],
    ['with an output more', { outputs: [] }, 'output "y" found, not expected'],
    [
      'of another size',
      { inputs: [floatValue('x', ['any', 3])] },
      'input "x": float32 [any, 3] expected, float32 [rows, 2] found',
    ],
    [
      'with a size where any is expected',
      { inputs: [floatValue('x', ['any', 'other'])] },
      'float32 [rows, 2] found',
    ],
    ['of another rank', { inputs: [floatValue('x', [2])] }, 'float32 [rows, 2] found'],
    [
      'of another type',
      { inputs: [{ name: 'x', dataType: 'int64', shape: ['any', 2] } satisfies Value] },
      'int64 [any, 2] expected, float32 [rows, 2] found',
    ],
  ])('refuses a model %s', (_, changes, message) => {
    expect(() => inspect(reluModel(), changes)).toThrow(message);
  });

  it('accepts integer products where they are declared', () => {
    const model = modelOf({
      nodes: [
        nodeOf('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
        nodeOf(
          'MatMulIntegerToFloat',
          ['q', 'w', 'scale', 'scale', 'zero'],
          ['y'],
          {},
          'com.microsoft',
        ),
      ],
      inputs: [floatValue('x', ['rows', 2])],
      outputs: [floatValue('y', ['rows', 2])],
      initializers: new Map([
        ['scale', tensorOf('float32', [1], [])],
        ['zero', tensorOf('uint8', [128], [])],
        ['w', tensorOf('int8', [1, 0, 0, 1], [2, 2])],
      ]),
    });
    expect(() => inspect(model)).toThrow(
      'node "q" (QuantizeLinear): the operator is not on the list',
    );
    expect(() => inspect(model, { integerProducts: true })).not.toThrow();
  });
});

/** A node in the body of a Scan over x. */
function hideInScan(node: Node): Node {
  const body: Graph = {
    name: 'outer',
    nodes: [node, nodeOf('Identity', ['row'], ['rowAfter'])],
    inputs: [floatValue('row', [2])],
    outputs: [floatValue('rowAfter', [2])],
    initializers: new Map([['count', tensorOf('int64', [1e10], [])]]),
  };
  return nodeOf('Scan', ['x'], ['hidden'], {
    body: graphAttribute(body),
    num_scan_inputs: { type: 'int', value: 1 },
  });
}
