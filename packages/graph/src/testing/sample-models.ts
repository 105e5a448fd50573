// Small models for tests of the reader, the writer and the checker.
import type { Attribute, Graph, Model, Node, Shape, Value } from '../ir.js';
import { tensorOf } from '../tensors.js';

/** A node named after its first output. */
export function nodeOf(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Node {
  const name = outputs[0];
  return { name, opType, domain, inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

/** A float32 value. */
export function floatValue(name: string, shape: Shape): Value {
  return { name, dataType: 'float32', shape };
}

/** A model of one graph, at operator set 18. */
export function modelOf(graph: Partial<Graph>, rest: Partial<Model> = {}): Model {
  return {
    graph: {
      name: 'main',
      nodes: [],
      inputs: [],
      outputs: [],
      initializers: new Map(),
      ...graph,
    },
    opset: 18,
    metadata: new Map(),
    producerName: 'ostinato',
    producerVersion: '0.1.0',
    ...rest,
  };
}

/** y = relu(x + bias), x of any number of rows. */
export function reluModel(): Model {
  return modelOf(
    {
      nodes: [nodeOf('Add', ['x', 'bias'], ['sum']), nodeOf('Relu', ['sum'], ['y'])],
      inputs: [floatValue('x', ['rows', 2])],
      outputs: [floatValue('y', ['rows', 2])],
      initializers: new Map([['bias', tensorOf('float32', [0.5, -1], [2])]]),
    },
    { metadata: new Map([['licence', 'Apache-2.0']]) },
  );
}

/** A Scan that adds up the rows of `x` and collects the sums, with a constant of the outer graph. */
export function scanModel(): Model {
  const body: Graph = {
    name: 'body',
    nodes: [
      nodeOf('Add', ['state', 'row'], ['added']),
      nodeOf('Mul', ['added', 'scale'], ['next']),
      nodeOf('Identity', ['next'], ['collected']),
    ],
    inputs: [floatValue('state', [2]), floatValue('row', [2])],
    outputs: [floatValue('next', [2]), floatValue('collected', [2])],
    initializers: new Map(),
  };
  return modelOf({
    nodes: [
      nodeOf('Scan', ['start', 'x'], ['last', 'sums'], {
        body: { type: 'graph', value: body },
        num_scan_inputs: { type: 'int', value: 1 },
        scan_input_directions: { type: 'ints', value: [1] },
        scan_output_directions: { type: 'ints', value: [1] },
      }),
      nodeOf(
        'FusedMatMul',
        ['sums', 'sums'],
        ['gram'],
        { transB: { type: 'int', value: 1 } },
        'com.microsoft',
      ),
    ],
    inputs: [floatValue('x', ['steps', 2])],
    outputs: [floatValue('last', [2]), floatValue('gram', ['steps', 'steps'])],
    initializers: new Map([
      ['start', tensorOf('float32', [0, 0], [2])],
      ['scale', tensorOf('float32', [0.5], [])],
    ]),
  });
}
