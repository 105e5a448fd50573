// A recurrent layer as one ONNX operator: fast everywhere, but with few activations and no masks.
// Letters: T steps, B sequences, I features, H units, G gates.
import { type Attribute, tensorOf, type Value } from '@ostinato/graph';
import { initializerName, weightOf } from '../../convert/conversion.js';
import type { ActivationName } from '../activations.js';
import type { Cell } from './cells.js';
import type { RecurrentRun, RunInputs } from './run.js';

/** ONNX's names of the activations that the operators of ONNX Runtime compute as TF.js does. */
const OPERATOR_ACTIVATIONS: Readonly<Partial<Record<ActivationName, string>>> = {
  hard_sigmoid: 'HardSigmoid',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
};

export function fitsOperator({ cell, activations, mask }: RunInputs): boolean {
  const names = cell.activations(activations);
  // ONNX Runtime's RNN, unlike the others, gives a sequence other bits alone than among others.
  if (cell.operator === 'RNN' || mask !== undefined) return false;
  return names.every((name) => name in OPERATOR_ACTIVATIONS);
}

/** Adds the operator. Equal calls of a shared layer share its weights. */
export function runAsOperator(inputs: RunInputs): RecurrentRun {
  const { use, cell, x, units, usesBias, isReverse, initial } = inputs;
  const { g } = use;
  const [batch, steps] = x.shape as [string, string, number];
  const [sequence, ...states] = g.node({
    opType: cell.operator,
    inputs: [
      g.transpose(x, [1, 0, 2]),
      matrix(inputs, 'kernel', x.shape[2] as number),
      matrix(inputs, 'recurrent_kernel', units),
      usesBias ? bias(inputs) : undefined,
      undefined, // all sequences have the same length
      ...(initial ?? []).map((state) => g.unsqueeze(state, [0])),
    ],
    outputs: [
      { dataType: 'float32', shape: [steps, 1, batch, units] },
      ...cell.stateNames.map(() => ({ dataType: 'float32', shape: [1, batch, units] }) as const),
    ],
    attributes: {
      hidden_size: { type: 'int', value: units },
      direction: { type: 'string', value: isReverse ? 'reverse' : 'forward' },
      ...activationAttributes(inputs),
    },
  }) as [Value, ...Value[]];
  return {
    sequence: () => g.transpose(g.squeeze(sequence, [1]), [1, 0, 2]),
    states: states.map((state) => g.squeeze(state, [0])),
  };
}

function activationAttributes({ cell, activations }: RunInputs): Record<string, Attribute> {
  const names = cell.activations(activations);
  const hard = names.filter((name) => name === 'hard_sigmoid');
  const numbers = (value: number): Attribute => ({ type: 'floats', value: hard.map(() => value) });
  return {
    activations: { type: 'strings', value: names.map((name) => OPERATOR_ACTIVATIONS[name]!) },
    ...(hard.length > 0 ? { activation_alpha: numbers(0.2), activation_beta: numbers(0.5) } : {}),
  };
}

/** A weight [rows, G H] as ONNX has it: [1, G H, rows], its gates in another order. */
function matrix({ use, cell, units }: RunInputs, name: string, rows: number): Value {
  const columns = cell.gates * units;
  const weight = weightOf(use, name, [rows, columns]);
  const make = () => {
    const turned = new Float32Array(weight.data.length);
    for (let place = 0; place < columns; place++) {
      const column = sourceColumn(cell, units, place);
      for (let row = 0; row < rows; row++) {
        turned[place * rows + row] = weight.data[row * columns + column]!;
      }
    }
    return tensorOf('float32', turned, [1, columns, rows]);
  };
  return use.conversion.initializer(initializerName(use, `${name}_by_gates`), make);
}

/** ONNX has a bias for each of the two products; TF.js's is the first. [1, 2 G H] */
function bias({ use, cell, units }: RunInputs): Value {
  const columns = cell.gates * units;
  const weight = weightOf(use, 'bias', [columns]);
  const make = () => {
    const both = new Float32Array(2 * columns);
    for (let place = 0; place < columns; place++) {
      both[place] = weight.data[sourceColumn(cell, units, place)]!;
    }
    return tensorOf('float32', both, [1, 2 * columns]);
  };
  return use.conversion.initializer(initializerName(use, 'bias_by_gates'), make);
}

/** Where TF.js keeps the column that ONNX has at `place`. */
function sourceColumn({ gateOrder }: Cell, units: number, place: number): number {
  return gateOrder[Math.floor(place / units)] * units + (place % units);
}
