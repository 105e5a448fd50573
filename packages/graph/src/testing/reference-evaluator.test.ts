// Every operator of the reference against ONNX Runtime on the CPU.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Graph, Model, Node } from '../ir.js';
import { encodeModel } from '../onnx/encode.js';
import { SUPPORTED_OPERATORS } from '../onnx/operators.js';
import { validateModel } from '../onnx/validate.js';
import { tensorOf } from '../tensors.js';
import {
  type Case,
  exactly,
  floats,
  type Input,
  int,
  list,
  longs,
  OPERATOR_CASES,
} from './operator-cases.js';
import { evaluateModel, REFERENCE_OPERATORS } from './reference-evaluator.js';
import { floatValue, modelOf, nodeOf } from './sample-models.js';

/** Float32 has 24 bits: 6e-8 for each rounding. The runtime's exp and tanh are good to some 2e-7,
 *  and the sums here have at most a dozen terms; an error in a formula is far larger. */
const TOLERANCE = 1e-6;

function modelOfCase([, operator, inputs, attributes = {}, types = ['float32']]: Case): Model {
  const [domain, opType] = operator.includes('.')
    ? ['com.microsoft', operator.slice(14)]
    : ['', operator];
  const names = inputs.map((value, index) => (value ? `in${index}` : ''));
  const outputs = types.map((_, index) => `out${index}`);
  const node: Node = nodeOf(opType, names, outputs, attributes, domain);
  const graphInputs = inputs.flatMap((value, index) =>
    value ? [{ name: `in${index}`, dataType: value.dataType, shape: value.shape }] : [],
  );
  const model = modelOf({ nodes: [node], inputs: graphInputs });
  const open = types.map((dataType, index) => ({ name: `out${index}`, dataType, shape: [] }));
  const results = evaluateModel({ ...model.graph, outputs: open }, feedsOf(inputs));
  // The runtime holds the shapes that are declared here against those that it infers.
  const declared = open.map((value) => ({ ...value, shape: results[value.name].shape }));
  return { ...model, graph: { ...model.graph, outputs: declared } };
}

function feedsOf(inputs: readonly (Input | undefined)[]): Record<string, Input> {
  return Object.fromEntries(
    inputs.flatMap((value, index) => (value ? [[`in${index}`, value]] : [])),
  );
}

function ortTensor({ dataType, shape, data }: Input): OrtTensor {
  if (dataType === 'int64') return new OrtTensor(dataType, data.map(BigInt), shape);
  return new OrtTensor(dataType, data, shape);
}

/** Runs a model both ways and compares all outputs. */
async function expectAgreement(model: Model, feeds: Record<string, Input>): Promise<void> {
  validateModel(model);
  const ours = evaluateModel(model, feeds);
  const session = await InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const tensors = Object.entries(feeds).map(([name, value]) => [name, ortTensor(value)]);
  const theirs = await session.run(Object.fromEntries(tensors));
  for (const { name } of model.graph.outputs) {
    const { dataType, shape, data } = ours[name];
    expect(dataType).toBe(theirs[name].type);
    expect(shape).toEqual(theirs[name].dims);
    const expected = Array.from(theirs[name].data as ArrayLike<number>, Number);
    const scale = Math.max(1, ...expected.map(Math.abs));
    const largest = Math.max(0, ...expected.map((value, index) => Math.abs(value - data[index])));
    expect(largest).toBeLessThanOrEqual(TOLERANCE * scale);
  }
  await session.release();
}

describe('evaluateModel', () => {
  it.each(OPERATOR_CASES.map((entry) => [entry[1], entry[0], entry] as const))(
    'agrees with ONNX Runtime: %s %s',
    async (_operator, _name, entry) => {
      await expectAgreement(modelOfCase(entry), feedsOf(entry[2]));
    },
  );

  it.each([
    ['forwards', [0, 0], [0, 0]],
    ['backwards', [1, 1], [1, 1]],
    ['one each way', [0, 1], [1, 0]],
  ])('agrees with ONNX Runtime: Scan with two states, %s', async (_name, reads, writes) => {
    const body: Graph = {
      name: 'body',
      nodes: [
        nodeOf('Mul', ['a', 'x'], ['product']),
        nodeOf('Add', ['product', 'y'], ['nextA']),
        nodeOf('Sub', ['b', 'scaled'], ['nextB']),
        nodeOf('Identity', ['nextA'], ['keptA']),
        nodeOf('Tanh', ['nextB'], ['keptB']),
      ],
      inputs: ['a', 'b', 'x', 'y'].map((name) => floatValue(name, [2])),
      outputs: ['nextA', 'nextB', 'keptA', 'keptB'].map((name) => floatValue(name, [2])),
      initializers: new Map(),
    };
    const model = modelOf({
      nodes: [
        nodeOf('Relu', ['in0'], ['scaled']),
        nodeOf(
          'Scan',
          ['in0', 'in1', 'in2', 'in3'],
          ['a', 'b', 'allA', 'allB'].map((n) => `out_${n}`),
          {
            body: { type: 'graph', value: body },
            num_scan_inputs: int(2),
            scan_input_directions: list(reads),
            scan_output_directions: list(writes),
          },
        ),
      ],
      inputs: [
        floatValue('in0', [2]),
        floatValue('in1', [2]),
        floatValue('in2', ['steps', 2]),
        floatValue('in3', ['steps', 2]),
      ],
      outputs: [
        floatValue('out_a', [2]),
        floatValue('out_b', [2]),
        floatValue('out_allA', ['steps', 2]),
        floatValue('out_allB', ['steps', 2]),
      ],
    });
    await expectAgreement(
      model,
      feedsOf([floats([2]), floats([2]), floats([4, 2]), floats([4, 2])]),
    );
  });

  it.each([
    ['to the end of its count', 5, 100],
    ['until its condition fails', 50, 3],
    ['not at all', 0, 3],
  ])('agrees with ONNX Runtime: Loop that runs %s', async (_name, count, limit) => {
    const body: Graph = {
      name: 'body',
      nodes: [
        nodeOf('Cast', ['step'], ['stepFloat'], { to: int(1) }),
        nodeOf('Mul', ['total', 'factor'], ['grown']),
        nodeOf('Add', ['grown', 'stepFloat'], ['next']),
        nodeOf('ReduceMax', ['next'], ['peak'], { keepdims: int(0) }),
        nodeOf('Less', ['peak', 'limit'], ['goOn']),
        nodeOf('Neg', ['next'], ['collected']),
      ],
      inputs: [
        { name: 'step', dataType: 'int64', shape: [] },
        { name: 'going', dataType: 'bool', shape: [] },
        floatValue('total', [2]),
      ],
      outputs: [
        { name: 'goOn', dataType: 'bool', shape: [] },
        floatValue('next', [2]),
        floatValue('collected', [2]),
      ],
      initializers: new Map([['factor', tensorOf('float32', [1.5], [])]]),
    };
    const model = modelOf({
      nodes: [
        nodeOf('Loop', ['count', '', 'start'], ['last', 'all'], {
          body: { type: 'graph', value: body },
        }),
      ],
      inputs: [
        { name: 'count', dataType: 'int64', shape: [] },
        floatValue('limit', []),
        floatValue('start', [2]),
      ],
      outputs: [floatValue('last', [2]), floatValue('all', ['steps', 2])],
    });
    await expectAgreement(model, {
      count: longs([count], []),
      limit: exactly([limit], []),
      start: floats([2]),
    });
  });

  it('keeps the digits that float32 would lose', () => {
    const model = modelOf({
      nodes: [nodeOf('Add', ['x', 'one'], ['y'])],
      inputs: [floatValue('x', [])],
      outputs: [floatValue('y', [])],
      initializers: new Map([['one', tensorOf('float32', [1], [])]]),
    });
    expect(evaluateModel(model, { x: { shape: [], data: [1e-12] } }).y.data[0]).toBe(1 + 1e-12);
  });

  it('widens float16 constants', () => {
    const halves = [0x3c00, 0xc100, 0x0001, 0x7c00, 0x8000];
    const constant = {
      dataType: 'float16' as const,
      shape: [5],
      bytes: new Uint8Array(Uint16Array.from(halves).buffer),
    };
    const model = modelOf({
      nodes: [nodeOf('Cast', ['half'], ['y'], { to: int(1) })],
      outputs: [floatValue('y', [5])],
      initializers: new Map([['half', constant]]),
    });
    expect([...evaluateModel(model, {}).y.data]).toEqual([1, -2.5, 2 ** -24, Infinity, -0]);
  });

  it.each([
    ['an input that is missing', {}, 'input "x": [2] expected, nothing found'],
    [
      'an input of another shape',
      { x: exactly([1, 2, 3]) },
      '[2] expected, [3] with 3 numbers found',
    ],
  ])('refuses %s', (_name, inputs, message) => {
    const { graph } = modelOf({
      nodes: [nodeOf('Relu', ['x'], ['y'])],
      inputs: [floatValue('x', [2])],
      outputs: [floatValue('y', [2])],
    });
    expect(() => evaluateModel(graph, inputs)).toThrow(message);
  });

  it('names the node whose shapes do not fit', () => {
    const { graph } = modelOf({
      nodes: [nodeOf('MatMul', ['x', 'x'], ['y'])],
      inputs: [floatValue('x', [2, 3])],
      outputs: [floatValue('y', [2, 3])],
    });
    expect(() => evaluateModel(graph, { x: floats([2, 3]) })).toThrow(
      'node "y" (MatMul): [2, 3] x [2, 3]',
    );
  });
});

describe('REFERENCE_OPERATORS', () => {
  it('are all compared with ONNX Runtime above', () => {
    const compared = new Set([...OPERATOR_CASES.map(([, operator]) => operator), 'Scan', 'Loop']);
    expect([...REFERENCE_OPERATORS].sort()).toEqual([...compared].sort());
  });

  it('are all that a graph may use, but for products of int8', () => {
    const missing = [...SUPPORTED_OPERATORS].filter((name) => !REFERENCE_OPERATORS.has(name));
    expect(missing).toEqual(['com.microsoft.DynamicQuantizeMatMul']);
  });
});
