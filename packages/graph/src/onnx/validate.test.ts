import { describe, expect, it } from 'vitest';
import type { Graph, Model, Node, Tensor } from '../ir.js';
import { tensorOf } from '../tensors.js';
import { floatValue, modelOf, nodeOf, reluModel, scanModel } from '../testing/sample-models.js';
import { validateModel } from './validate.js';

/** reluModel with other parts. */
function changed(change: Partial<Graph>): Model {
  const model = reluModel();
  return { ...model, graph: { ...model.graph, ...change } };
}

/** scanModel with another Scan node. */
function changedScan(change: (node: Node, body: Graph) => Node): Model {
  const model = scanModel();
  const [scan, ...rest] = model.graph.nodes;
  const body = scan.attributes.get('body')?.value as Graph;
  return { ...model, graph: { ...model.graph, nodes: [change(scan, body), ...rest] } };
}

function withBody(node: Node, body: Graph): Node {
  return {
    ...node,
    attributes: new Map([...node.attributes, ['body', { type: 'graph', value: body }]]),
  };
}

function loopModel(body: Partial<Graph>): Model {
  return modelOf({
    nodes: [
      nodeOf('Loop', ['count', '', 'start'], ['last', 'all'], {
        body: {
          type: 'graph',
          value: {
            name: 'body',
            nodes: [
              nodeOf('Identity', ['going'], ['goOn']),
              nodeOf('Neg', ['state'], ['next']),
              nodeOf('Identity', ['next'], ['item']),
            ],
            inputs: [
              { name: 'step', dataType: 'int64', shape: [] },
              { name: 'going', dataType: 'bool', shape: [] },
              floatValue('state', [1]),
            ],
            outputs: [
              { name: 'goOn', dataType: 'bool', shape: [] },
              floatValue('next', [1]),
              floatValue('item', [1]),
            ],
            initializers: new Map(),
            ...body,
          },
        },
      }),
    ],
    inputs: [{ name: 'count', dataType: 'int64', shape: [] }],
    outputs: [floatValue('last', [1]), floatValue('all', ['count', 1])],
    initializers: new Map([['start', tensorOf('float32', [1], [1])]]),
  });
}

const short: Tensor = { dataType: 'float32', shape: [2], bytes: new Uint8Array(7) };

describe('validateModel', () => {
  it.each([
    ['a plain model', reluModel()],
    ['a Scan', scanModel()],
    ['a Loop that leaves its condition out', loopModel({})],
  ])('accepts %s', (_name, model) => {
    expect(() => validateModel(model)).not.toThrow();
  });

  it.each([
    [
      'a value that nobody makes',
      changed({ nodes: [nodeOf('Relu', ['z'], ['y'])] }),
      'main graph, node "y" (Relu): input 0 "z" is not defined before this node',
    ],
    [
      'nodes out of order',
      changed({ nodes: [nodeOf('Relu', ['sum'], ['y']), nodeOf('Add', ['x', 'bias'], ['sum'])] }),
      'node "y" (Relu): input 0 "sum" is not defined before this node',
    ],
    [
      'a node that feeds itself',
      changed({ nodes: [nodeOf('Relu', ['y'], ['y'])] }),
      '"y" is not defined',
    ],
    [
      'a name given to two values',
      changed({ nodes: [nodeOf('Relu', ['x'], ['y']), nodeOf('Neg', ['x'], ['y'])] }),
      'node "y" (Neg), outputs: the name "y" is taken',
    ],
    [
      'a name given to an input and a constant',
      changed({ initializers: new Map([['x', tensorOf('float32', [1], [])]]) }),
      'main graph, initializers: the name "x" is taken',
    ],
    [
      'an output that nobody makes',
      changed({ outputs: [floatValue('z', [])] }),
      'output "z": no node',
    ],
    [
      'an output given twice',
      changed({ outputs: [floatValue('y', []), floatValue('y', [])] }),
      'output "y": given twice',
    ],
    ['no output', changed({ outputs: [] }), 'a graph needs an output'],
    ['a graph without a name', changed({ name: '' }), 'main graph: a graph needs a name'],
    [
      'a dimension without a name',
      changed({ inputs: [floatValue('x', [''])] }),
      'input "x": a size or',
    ],
    [
      'a constant of the wrong size',
      changed({ initializers: new Map([['bias', short]]) }),
      'initializer "bias": float32 [2] has 8 bytes, 7 found',
    ],
    [
      'a constant of the wrong size in an attribute',
      changed({
        nodes: [nodeOf('Constant', [], ['y'], { value: { type: 'tensor', value: short } })],
      }),
      'attribute "value": float32 [2] has 8 bytes, 7 found',
    ],
    [
      'an operator that is not on the list',
      changed({ nodes: [nodeOf('Conv', ['x', 'x'], ['y'])] }),
      'node "y" (Conv): the operator is not on the list',
    ],
    [
      'an operator of an unknown domain',
      changed({ nodes: [nodeOf('Relu', ['x'], ['y'], {}, 'com.example')] }),
      'node "y" (com.example.Relu): the domain "com.example" is not known',
    ],
    [
      'too few inputs',
      changed({ nodes: [nodeOf('Add', ['x'], ['y'])] }),
      'node "y" (Add): 2 inputs expected, 1 found',
    ],
    [
      'a needed input left out',
      changed({ nodes: [nodeOf('Add', ['x', ''], ['y'])] }),
      'node "y" (Add): input 1 is missing',
    ],
    [
      'too many outputs',
      changed({ nodes: [nodeOf('Relu', ['x'], ['y', 'z'])] }),
      'node "y" (Relu): 1 outputs expected, 2 found',
    ],
    [
      'a node without outputs',
      changed({ nodes: [nodeOf('Split', ['x'], [''])] }),
      'no output has a name',
    ],
    [
      'an unknown attribute',
      changed({ nodes: [nodeOf('Relu', ['x'], ['y'], { axis: { type: 'int', value: 1 } })] }),
      'the operator has no attribute "axis"',
    ],
    [
      'an attribute of the wrong kind',
      changed({ nodes: [nodeOf('Softmax', ['x'], ['y'], { axis: { type: 'float', value: 1 } })] }),
      'attribute "axis": int expected, float found',
    ],
    [
      'a missing attribute',
      changed({ nodes: [nodeOf('Cast', ['x'], ['y'])] }),
      'node "y" (Cast): attribute "to" is missing',
    ],
    ['an operator set that is not supported', { ...reluModel(), opset: 7 }, 'operator set 7 found'],
    [
      'a body that takes a name of the graph around it',
      changedScan((node, body) =>
        withBody(node, {
          ...body,
          initializers: new Map([['scale', tensorOf('float32', [1], [])]]),
        }),
      ),
      'node "last" (Scan), body, initializers: the name "scale" is taken',
    ],
    [
      'a body that gives out a value of the graph around it',
      changedScan((node, body) =>
        withBody(node, { ...body, outputs: [floatValue('next', [2]), floatValue('scale', [])] }),
      ),
      'body, output "scale": belongs to an outer graph; add an Identity node',
    ],
    [
      'a body with too few inputs',
      changedScan((node, body) => ({ ...withBody(node, body), inputs: ['start', 'x', 'x'] })),
      'node "last" (Scan): a body of 3 inputs expected, 2 found',
    ],
    [
      'a state that changes its type',
      changedScan((node, body) =>
        withBody(node, { ...body, outputs: [floatValue('next', [2, 1]), body.outputs[1]] }),
      ),
      'state "state" is float32 [2], "next" float32 [2, 1]',
    ],
    [
      'a direction for each sequence',
      changedScan((node) => ({
        ...node,
        attributes: new Map([
          ...node.attributes,
          ['scan_input_directions', { type: 'ints', value: [0, 2] }],
        ]),
      })),
      'scan_input_directions: 1 times 0 or 1 expected, 0, 2 found',
    ],
    [
      'a Loop whose body leaves out the condition',
      loopModel({ outputs: [floatValue('next', [1]), floatValue('item', [1])] }),
      'node "last" (Loop): a body of 3 outputs expected, 2 found',
    ],
    [
      'a Loop whose iteration number is no integer',
      loopModel({
        inputs: [
          floatValue('step', []),
          { name: 'going', dataType: 'bool', shape: [] },
          floatValue('state', [1]),
        ],
      }),
      'body: "step" must be int64 [], float32 [] found',
    ],
  ])('refuses %s', (_name, model, message) => {
    expect(() => validateModel(model)).toThrow(message);
  });

  it('takes another list of operators', () => {
    const model = changed({ nodes: [nodeOf('Conv', ['x', 'x'], ['y'])] });
    expect(() => validateModel(model, { allowedOperators: new Set(['Conv']) })).not.toThrow();
    expect(() => validateModel(reluModel(), { allowedOperators: new Set(['Conv']) })).toThrow(
      '(Add)',
    );
  });
});
