// One or more uses of every operator that works without a body, with small inputs.
import type { Attribute, DataType } from '../ir.js';
import { tensorOf } from '../tensors.js';
import { countOf } from './nd-array.js';

/** Numbers for one input. */
export interface Input {
  readonly dataType: 'float32' | 'int32' | 'int64' | 'int8' | 'uint8' | 'bool';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

let seed = 1;
/** Park and Miller's generator: the inputs are the same in every run. */
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

export function floats(shape: readonly number[], least = -1, most = 1): Input {
  const data = Array.from({ length: countOf(shape) }, () =>
    Math.fround(least + (most - least) * random()),
  );
  return { dataType: 'float32', shape, data };
}

const input =
  (dataType: Input['dataType']) =>
  (data: readonly number[], shape: readonly number[] = [data.length]): Input => ({
    dataType,
    shape,
    data,
  });
export const longs = input('int64');
const ints = input('int32');
const bytes = input('int8');
const unsigned = input('uint8');
const bools = input('bool');
export const exactly = input('float32');

export const int = (value: number): Attribute => ({ type: 'int', value });
const float = (value: number): Attribute => ({ type: 'float', value });
export const list = (value: readonly number[]): Attribute => ({ type: 'ints', value });
const text = (value: string): Attribute => ({ type: 'string', value });
const texts = (value: readonly string[]): Attribute => ({ type: 'strings', value });
const numbers = (value: readonly number[]): Attribute => ({ type: 'floats', value });
const tensor = (value: number): Attribute => ({
  type: 'tensor',
  value: tensorOf('float32', [value], [1]),
});

/** One use of an operator: float32 inputs and one float32 output unless it says so. */
export type Case = [
  name: string,
  operator: string,
  inputs: readonly (Input | undefined)[],
  attributes?: Readonly<Record<string, Attribute>>,
  outputs?: readonly DataType[],
];

const binary = ['Add', 'Sub', 'Mul', 'Div'].flatMap((operator): Case[] => [
  ['broadcast both ways', operator, [floats([2, 1, 3]), floats([4, 1], 0.5, 2)]],
  ['of integers', operator, [longs([-7, 7, 5]), longs([2, -2, 3])], {}, ['int64']],
]);

const comparisons = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map(
  (operator): Case => [
    'with equal ones',
    operator,
    [exactly([1, 2, 3]), exactly([2], [])],
    {},
    ['bool'],
  ],
);

const unary = [
  'Abs',
  'Elu',
  'Erf',
  'Exp',
  'HardSigmoid',
  'Identity',
  'LeakyRelu',
  'Neg',
  'Relu',
  'Selu',
  'Sigmoid',
  'Softplus',
  'Softsign',
  'Tanh',
  'ThresholdedRelu',
].map((operator): Case => ['of a matrix', operator, [floats([3, 4], -4, 4)]]);

const reductions = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare'].flatMap(
  (operator): Case[] => [
    ['over all axes', operator, [floats([2, 3, 4])], { keepdims: int(0) }],
    ['over two axes, kept', operator, [floats([2, 3, 4]), longs([-1, 0])]],
    ['over one axis, dropped', operator, [floats([2, 3, 4]), longs([1])], { keepdims: int(0) }],
    ['over no axes', operator, [floats([2, 3]), longs([])], { noop_with_empty_axes: int(1) }],
  ],
);

const logic = ['And', 'Or'].map((operator): Case => [
  'of all pairs',
  operator,
  [bools([0, 0, 1, 1]), bools([0, 1, 0, 1])],
  {},
  ['bool'],
]);

/** X, W, R, bias, no lengths, states: 3 steps of 2 sequences with 4 features, 3 hidden units. */
const recurrent = (gates: number, states: number): (Input | undefined)[] => [
  floats([3, 2, 4]),
  floats([1, 3 * gates, 4]),
  floats([1, 3 * gates, 3]),
  floats([1, 6 * gates]),
  undefined,
  ...Array.from({ length: states }, () => floats([1, 2, 3])),
];
const hiddenSize = { hidden_size: int(3) };

export const OPERATOR_CASES: readonly Case[] = [
  ...binary,
  ...comparisons,
  ...unary,
  ...reductions,
  ...logic,
  ['of positive numbers', 'Sqrt', [floats([5], 0, 4)]],
  ['of positive numbers', 'Log', [floats([5], 0.1, 4)]],
  ['of booleans', 'Not', [bools([0, 1])], {}, ['bool']],
  ['with a broadcast exponent', 'Pow', [floats([2, 3], 0.1, 2), exactly([2.5], [])]],
  ['of three', 'Min', [floats([2, 3]), floats([3]), floats([2, 1])]],
  ['of three', 'Max', [floats([2, 3]), floats([3]), floats([2, 1])]],
  ['of three', 'Sum', [floats([2, 3]), floats([3]), floats([2, 1])]],
  ['with a slope for each column', 'PRelu', [floats([2, 3]), floats([3])]],
  [
    'with given alpha and beta',
    'HardSigmoid',
    [floats([6])],
    { alpha: float(1), beta: float(0.3) },
  ],
  ['with a given alpha', 'Elu', [floats([6])], { alpha: float(0.5) }],
  ['with given alpha and gamma', 'Selu', [floats([6])], { alpha: float(2), gamma: float(0.5) }],
  ['with a given alpha', 'LeakyRelu', [floats([6])], { alpha: float(0.3) }],
  ['with a given threshold', 'ThresholdedRelu', [floats([6])], { alpha: float(0.2) }],
  ['between bounds', 'Clip', [floats([6], -2, 2), exactly([-0.5], []), exactly([1], [])]],
  ['below a bound', 'Clip', [floats([6], -2, 2), undefined, exactly([0.5], [])]],
  ['to whole numbers', 'Cast', [exactly([-1.7, 1.7, 0])], { to: int(7) }, ['int64']],
  ['to booleans', 'Cast', [exactly([-1.7, 0, 0.2])], { to: int(9) }, ['bool']],
  ['to floats', 'Cast', [ints([-3, 4])], { to: int(1) }],
  ['broadcasting all three', 'Where', [bools([0, 1], [2, 1]), floats([3]), floats([1, 1])]],

  ['along the last axis', 'Softmax', [floats([2, 3, 4], -5, 5)]],
  ['along the first axis', 'Softmax', [floats([3, 2], 80, 100)], { axis: int(0) }],
  ['along the last axis', 'LogSoftmax', [floats([2, 3], -100, 100)]],
  ['along the middle axis', 'LogSoftmax', [floats([2, 3, 2])], { axis: int(1) }],
  ['of equal ones', 'ArgMax', [exactly([1, 3, 3, 0, 2, 2], [2, 3])], { axis: int(1) }, ['int64']],
  [
    'the last of equal ones',
    'ArgMax',
    [ints([0, 1, 1, 0, 0, 0, 1, 0, 0], [3, 3])],
    { axis: int(1), select_last_index: int(1) },
    ['int64'],
  ],
  [
    'the last of equal ones, along the first axis',
    'ArgMax',
    [exactly([1, 3, 3, 0, 3, 2], [3, 2])],
    { axis: int(0), keepdims: int(0), select_last_index: int(1) },
    ['int64'],
  ],
  ['dropped', 'ArgMax', [floats([3, 4])], { axis: int(-2), keepdims: int(0) }, ['int64']],
  ['with equal ones', 'TopK', [exactly([1, 3, 3, 2, 3]), longs([4])], {}, ['float32', 'int64']],
  [
    'the least, along the first axis',
    'TopK',
    [floats([4, 3]), longs([2])],
    { axis: int(0), largest: int(0) },
    ['float32', 'int64'],
  ],
  ['plain', 'CumSum', [floats([2, 4]), longs([1], [])]],
  ['exclusive', 'CumSum', [floats([3, 2]), longs([0], [])], { exclusive: int(1) }],
  ['in reverse', 'CumSum', [floats([2, 4]), longs([1], [])], { reverse: int(1) }],
  [
    'exclusive, in reverse',
    'CumSum',
    [floats([2, 4]), longs([-1], [])],
    { exclusive: int(1), reverse: int(1) },
  ],

  ['of matrices', 'MatMul', [floats([2, 5]), floats([5, 3])]],
  ['broadcast batches', 'MatMul', [floats([2, 1, 2, 3]), floats([4, 3, 2])]],
  ['of a row', 'MatMul', [floats([3]), floats([2, 3, 2])]],
  ['of a column', 'MatMul', [floats([2, 2, 3]), floats([3])]],
  ['of two vectors', 'MatMul', [floats([3]), floats([3])]],
  ['plain', 'Gemm', [floats([2, 3]), floats([3, 4])]],
  [
    'of transposes, with a matrix added',
    'Gemm',
    [floats([3, 2]), floats([4, 3]), floats([2, 4])],
    { transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2) },
  ],
  ['with a column added', 'Gemm', [floats([2, 3]), floats([3, 4]), floats([2, 1])]],
  ['with a row added', 'Gemm', [floats([2, 3]), floats([3, 4]), floats([4])]],
  [
    'of transposed batches',
    'com.microsoft.FusedMatMul',
    [floats([2, 3, 2]), floats([2, 4, 3])],
    { transA: int(1), transB: int(1), alpha: float(0.25) },
  ],
  [
    'of a transpose',
    'com.microsoft.FusedMatMul',
    [floats([2, 3]), floats([4, 3])],
    { transB: int(1) },
  ],
  [
    'of integers',
    'com.microsoft.MatMulIntegerToFloat',
    [
      unsigned([0, 255, 128, 7, 130, 90], [2, 3]),
      bytes([1, -2, 3, 4, 5, -128], [3, 2]),
      exactly([0.25], []),
      exactly([0.5, 0.1]),
      unsigned([128], []),
    ],
  ],
  [
    'of integers, with a row added',
    'com.microsoft.MatMulIntegerToFloat',
    [
      unsigned([1, 2], [1, 2]),
      bytes([3, -4], [2, 1]),
      exactly([0.5], []),
      exactly([2], []),
      undefined,
      undefined,
      exactly([0.125]),
    ],
  ],

  ['along the middle axis', 'Concat', [floats([2, 1, 2]), floats([2, 3, 2])], { axis: int(-2) }],
  ['of a tensor', 'Constant', [], { value: tensor(0.5) }],
  ['of floats', 'Constant', [], { value_floats: numbers([0.5, -2]) }],
  ['of a float', 'Constant', [], { value_float: float(0.5) }],
  ['of integers', 'Constant', [], { value_ints: list([3, -4]) }, ['int64']],
  ['of an integer', 'Constant', [], { value_int: int(-3) }, ['int64']],
  ['of zeros', 'ConstantOfShape', [longs([2, 3])]],
  ['of a value', 'ConstantOfShape', [longs([2, 0, 3])], { value: tensor(-1) }],
  [
    'scaled as a whole',
    'DequantizeLinear',
    [bytes([-128, 0, 127]), exactly([0.1], []), bytes([3], [])],
  ],
  [
    'scaled by columns',
    'DequantizeLinear',
    [bytes([-2, 0, 127, 4], [2, 2]), exactly([0.1, 0.2]), bytes([1, -1])],
    { axis: int(1) },
  ],
  [
    'without zero points',
    'DequantizeLinear',
    [bytes([1, 2, 3, 4], [2, 2]), floats([2])],
    { axis: int(0) },
  ],
  [
    'to unsigned bytes, ties to even, within their range',
    'QuantizeLinear',
    [exactly([-9, -0.25, 0.25, 0.75, 0.1, 900]), exactly([0.5], []), unsigned([3], [])],
    {},
    ['uint8'],
  ],
  [
    'to signed bytes, by rows',
    'QuantizeLinear',
    [exactly([1, -2, 300, 0.3], [2, 2]), exactly([0.5, 0.1]), bytes([0, 1])],
    { axis: int(0) },
    ['int8'],
  ],
  ['both ways', 'Expand', [floats([2, 1, 3]), longs([4, 1])]],
  ['of rows, some from the end', 'Gather', [floats([3, 2]), longs([2, -1, 0, 0], [2, 2])]],
  ['of columns', 'Gather', [floats([2, 3, 2]), longs([2, 0])], { axis: int(1) }],
  ['of one row', 'Gather', [floats([3, 2]), longs([1], [])]],
  [
    'along the last axis',
    'GatherElements',
    [floats([2, 3]), longs([2, -3, 1, 0], [2, 2])],
    { axis: int(1) },
  ],
  ['along the first axis', 'GatherElements', [floats([3, 2]), longs([2, 0], [1, 2])]],
  [
    'along the middle axis',
    'OneHot',
    [longs([0, 3, 2, -1], [2, 2]), longs([3], []), exactly([-1, 2])],
    { axis: int(1) },
  ],
  ['along the last axis', 'OneHot', [longs([1, 0]), longs([2], []), exactly([0, 1])]],
  ['of floats', 'Range', [exactly([1], []), exactly([2.1], []), exactly([0.25], [])]],
  ['backwards', 'Range', [longs([5], []), longs([0], []), longs([-2], [])], {}, ['int64']],
  ['with 0 and -1', 'Reshape', [floats([2, 3, 4]), longs([0, -1])]],
  [
    'replacing',
    'ScatterElements',
    [floats([2, 3]), longs([1, -1], [2, 1]), floats([2, 1])],
    { axis: int(1) },
  ],
  [
    'adding at one place several times',
    'ScatterElements',
    [floats([3, 2]), longs([1, 1, 1, 0], [2, 2]), floats([2, 2])],
    { reduction: text('add') },
  ],
  ['of a part', 'Shape', [floats([2, 3, 4])], { start: int(-2) }, ['int64']],
  ['whole', 'Shape', [floats([2, 3, 4])], { end: int(-1) }, ['int64']],
  ['of the first axes', 'Slice', [floats([4, 5]), longs([1, -3]), longs([3, 100])]],
  [
    'with steps, backwards too',
    'Slice',
    [floats([5, 6]), longs([-1, 0]), longs([-100, 6]), longs([0, 1]), longs([-2, 4])],
  ],
  [
    'in the opposite order',
    'Slice',
    [floats([2, 3]), longs([-1]), longs([-(2 ** 31)]), longs([1]), longs([-1])],
  ],
  ['of nothing', 'Slice', [floats([3]), longs([2]), longs([1])]],
  [
    'in parts of given size',
    'Split',
    [floats([2, 5]), longs([1, 4])],
    { axis: int(1) },
    ['float32', 'float32'],
  ],
  [
    'in equal parts, the last smaller',
    'Split',
    [floats([5, 2])],
    { num_outputs: int(2) },
    ['float32', 'float32'],
  ],
  ['of all axes of size 1', 'Squeeze', [floats([1, 3, 1])]],
  ['of one axis', 'Squeeze', [floats([1, 3, 1]), longs([-1])]],
  ['in reverse', 'Transpose', [floats([2, 3, 4])]],
  ['in an order', 'Transpose', [floats([2, 3, 4])], { perm: list([1, 2, 0]) }],
  ['in front and behind', 'Unsqueeze', [floats([2, 3]), longs([-1, 0])]],

  [
    'from zeros',
    'LSTM',
    recurrent(4, 2).slice(0, 3),
    hiddenSize,
    ['float32', 'float32', 'float32'],
  ],
  ['with bias and states', 'LSTM', recurrent(4, 2), hiddenSize, ['float32', 'float32', 'float32']],
  [
    'backwards, with other activations',
    'LSTM',
    recurrent(4, 2),
    {
      ...hiddenSize,
      direction: text('reverse'),
      activations: texts(['HardSigmoid', 'Relu', 'Tanh']),
      activation_alpha: numbers([0.2]),
      activation_beta: numbers([0.5]),
    },
    ['float32', 'float32', 'float32'],
  ],
  ['from zeros', 'GRU', recurrent(3, 1).slice(0, 3), hiddenSize, ['float32', 'float32']],
  ['with bias and state', 'GRU', recurrent(3, 1), hiddenSize, ['float32', 'float32']],
  [
    'that resets the product, backwards',
    'GRU',
    recurrent(3, 1),
    { ...hiddenSize, linear_before_reset: int(1), direction: text('reverse') },
    ['float32', 'float32'],
  ],
  [
    'with other activations',
    'GRU',
    recurrent(3, 1),
    {
      ...hiddenSize,
      activations: texts(['HardSigmoid', 'Relu']),
      activation_alpha: numbers([0.2]),
      activation_beta: numbers([0.5]),
    },
    ['float32', 'float32'],
  ],
  ['with bias and state', 'RNN', recurrent(1, 1), hiddenSize, ['float32', 'float32']],
  [
    'backwards, with another activation',
    'RNN',
    recurrent(1, 1).slice(0, 3),
    { ...hiddenSize, direction: text('reverse'), activations: texts(['Relu']) },
    ['float32', 'float32'],
  ],
];
