// One small network twice: as a GraphModel and as ONNX. Ids [B, T] are looked up, go through a dense layer and a softmax.
import { createRandom } from '@ostinato/core';
import { encodeModel, type Graph, GraphBuilder, OPSET, tensorOf } from '@ostinato/graph';
import { GraphModelFile, typeAttribute } from './graph-model-file.js';

const ROWS = 11;
const WIDTH = 5;
const UNITS = 4;

const numbers = (count: number, from: number): Float32Array =>
  createRandom(3)
    .uniforms(from, count)
    .map((u) => 2 * u - 1);
const table = numbers(ROWS * WIDTH, 0);
const kernel = numbers(WIDTH * UNITS, 100);
const bias = numbers(UNITS, 200);

/** Input `ids` int32 [?, ?], outputs `Identity` (softmax) and `Identity_1` (before it). */
export function smallGraphModel({ operator = 'Tanh' } = {}): GraphModelFile {
  const model = new GraphModelFile();
  const float = { T: typeAttribute('float32') };
  model.placeholder('ids', 'int32', [-1, -1]);
  model.constant('table', 'float32', [ROWS, WIDTH], table);
  model.constant('axis', 'int32', [], [0]);
  model.constant('kernel', 'float32', [WIDTH, UNITS], kernel);
  model.constant('bias', 'float32', [UNITS], bias);
  model.constant('flat', 'int32', [2], [-1, WIDTH]);
  model.node('cast', 'Cast', ['ids'], {
    SrcT: typeAttribute('int32'),
    DstT: typeAttribute('int32'),
  });
  model.node('rows', 'GatherV2', ['table', 'cast', 'axis'], {
    batch_dims: { i: '0' },
    Tparams: typeAttribute('float32'),
  });
  model.node('flattened', 'Reshape', ['rows', 'flat'], float);
  model.node('product', 'MatMul', ['flattened', 'kernel'], {
    ...float,
    transpose_a: { b: false },
    transpose_b: { b: false },
  });
  model.node('sum', 'BiasAdd', ['product', 'bias'], {
    ...float,
    data_format: { s: Buffer.from('NHWC').toString('base64') },
  });
  model.node('squashed', operator, ['sum'], float);
  model.node('Identity', 'Softmax', ['squashed'], float);
  model.node('Identity_1', 'Identity', ['squashed'], float);
  return model;
}

/** The signature that belongs to `smallGraphModel`. */
export const smallSignature = {
  inputs: { tokens: { name: 'ids:0', dtype: 'DT_INT32' } },
  outputs: { probabilities: { name: 'Identity:0' }, scores: { name: 'Identity_1:0' } },
};

/** Input `tokens` int64 [B, T], outputs `probabilities` and `scores` [N, 4].
 *  @param error added to one number of the bias */
export function smallOnnx({ error = 0, input = 'tokens' } = {}): Uint8Array {
  const graph = new GraphBuilder('small');
  const ids = graph.input(input, 'int64', ['B', 'T']);
  const float = (name: string, values: Float32Array, shape: number[]) =>
    graph.initializer(name, tensorOf('float32', values, shape));
  const rows = graph.gather(float('table', table, [ROWS, WIDTH]), ids);
  const flat = graph.reshape(rows, [-1, WIDTH], ['N', WIDTH]);
  const product = graph.matMul(flat, float('kernel', kernel, [WIDTH, UNITS]));
  const shifted = bias.map((value, i) => value + (i === 0 ? error : 0));
  const squashed = graph.tanh(graph.add(product, float('bias', shifted, [UNITS])));
  graph.output(graph.softmax(squashed, 1), 'probabilities');
  graph.output(squashed, 'scores');
  return onnxOf(graph.build());
}

/** The bytes of an ONNX file. */
export function onnxOf(graph: Graph): Uint8Array {
  return encodeModel({
    graph,
    opset: OPSET,
    metadata: new Map(),
    producerName: 'test',
    producerVersion: '',
  });
}
