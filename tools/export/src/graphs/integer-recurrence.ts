// The recurrence with products of integers: int8 weights are used as they are stored, and hidden vectors are rounded to
// bytes first. A hidden unit lies in -1..1 (a sigmoid times a tanh), so one fixed step of 1/127 does for all of them. That
// keeps the rows of a batch independent, which a step found from the tensor at run time would not, and sums of integers
// are exact, in any order.
//
// Letters: B sequences, V vocabulary, H hidden units.
import { type GraphBuilder, tensorOf, type Value } from '@ostinato/graph';
import { cell } from './cell.js';
import type { StoredNetwork } from './network.js';
import { inputTable, type Recurrence } from './recurrence.js';
import { type StoredMatrix, transposed, widenTransposed } from './weights.js';

/** A hidden unit of 1 is this many steps. */
const STEPS = 127;
/** The byte that stands for 0. */
const ZERO = 128;

interface Quantiser {
  readonly scale: Value;
  readonly zero: Value;
}

/** Declares the weights of a network whose matrices are stored as int8. */
export function integerRecurrence(graph: GraphBuilder, network: StoredNetwork): Recurrence {
  const { config } = network;
  const quantiser: Quantiser = {
    scale: graph.float(1 / STEPS),
    zero: graph.constant('uint8', ZERO),
  };
  const bias = (index: number) =>
    graph.initializer(
      `lstm.${index}.bias`,
      tensorOf('float32', network.layers[index].bias, [4 * config.hiddenSize]),
    );
  const layers = network.layers.map(({ input, recurrent }, index) => ({
    // The first layer's input is in the table.
    input: index === 0 ? undefined : declare(graph, `lstm.${index}.input.weight`, input),
    recurrent: declare(graph, `lstm.${index}.recurrent.weight`, recurrent),
    bias: bias(index),
  }));
  const embedding = widenTransposed(graph, 'embedding.weight', network.embedding);
  const table = inputTable(graph, network, embedding, layers[0].bias);
  const output = declare(graph, 'output.weight', network.output);
  return {
    begin: (outer, vectors) =>
      vectors.map((vector, i) => (i % 2 === 0 ? quantise(outer, vector, quantiser) : vector)),
    consume(inner, token, states) {
      let below: Value | undefined;
      const carried: Value[] = [];
      layers.forEach(({ input, recurrent, bias }, layer) => {
        const [hidden, cellBefore] = states.slice(2 * layer);
        const fromBelow =
          below && input
            ? product(inner, below, input, quantiser, bias)
            : inner.gather(table, token); // [B, 4H]
        const gates = inner.add(product(inner, hidden, recurrent, quantiser), fromBelow); // [B, 4H]
        const after = cell(inner, gates, cellBefore);
        below = quantise(inner, after.hidden, quantiser);
        carried.push(below, after.cell);
      });
      return { output: below!, carried };
    },
    scores: (inner, hidden, added) => inner.add(product(inner, hidden, output, quantiser), added),
    end: (outer, carried) =>
      carried.map((value, i) => (i % 2 === 0 ? dequantise(outer, value, quantiser) : value)),
  };
}

interface IntegerMatrix {
  /** uint8 [columns, rows]: the stored matrix, transposed, with 128 for 0. Bytes times signed bytes would add two products in
   *  16 bits on processors before AVX-512 VNNI, and silently saturate; bytes times bytes are exact on all. */
  readonly values: Value;
  /** [rows] */
  readonly scale: Value;
}

function declare(graph: GraphBuilder, name: string, matrix: StoredMatrix): IntegerMatrix {
  const { shape, values, scales } = matrix;
  if (!(values instanceof Int8Array) || !scales) {
    throw new RangeError(`${name}: expected weights stored as int8`);
  }
  const [rows, columns] = shape;
  const bytes = Uint8Array.from(transposed(values, shape), (value) => value + ZERO);
  return {
    values: graph.initializer(`${name}.transposed`, tensorOf('uint8', bytes, [columns, rows])),
    scale: graph.initializer(`${name}.transposed.scale`, tensorOf('float32', scales, [rows])),
  };
}

/** Bytes of a vector in -1..1. */
function quantise(graph: GraphBuilder, x: Value, { scale, zero }: Quantiser): Value {
  const [bytes] = graph.node({
    opType: 'QuantizeLinear',
    inputs: [x, scale, zero],
    outputs: [{ dataType: 'uint8', shape: x.shape }],
  });
  return bytes;
}

function dequantise(graph: GraphBuilder, x: Value, { scale, zero }: Quantiser): Value {
  const [vector] = graph.node({
    opType: 'DequantizeLinear',
    inputs: [x, scale, zero],
    outputs: [{ dataType: 'float32', shape: x.shape }],
  });
  return vector;
}

/** x · matrix' + bias in float32, its sums in integers.
 *  @param x bytes, shape [B, columns]
 *  @returns shape [B, rows] */
function product(
  graph: GraphBuilder,
  x: Value,
  { values, scale }: IntegerMatrix,
  quantiser: Quantiser,
  bias?: Value,
): Value {
  const [result] = graph.node({
    opType: 'MatMulIntegerToFloat',
    domain: 'com.microsoft',
    inputs: [x, values, quantiser.scale, scale, quantiser.zero, quantiser.zero, bias],
    outputs: [{ dataType: 'float32', shape: [x.shape[0], values.shape[1]] }],
  });
  return result;
}
