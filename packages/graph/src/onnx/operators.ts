// The operators that graphs of this project may use: how many inputs and outputs, which attributes.
// A file that uses another one is refused at loading. To use a new operator, add its line here.
// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md and, for com.microsoft,
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
import type { Attribute } from '../ir.js';

type AttributeKind = Attribute['type'];
type Count = number | readonly [least: number, most: number];

export interface OperatorRule {
  /** First version of the operator set with this signature. */
  readonly since: number;
  readonly inputs: Count;
  readonly outputs: Count;
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /** Attributes without a default. */
  readonly required: readonly string[];
}

/** No limit of its own: as many as the caller gives. */
const MANY = Number.POSITIVE_INFINITY;

function rule(
  since: number,
  inputs: Count,
  attributes: Readonly<Record<string, AttributeKind>> = {},
  { outputs = 1, required = [] }: { outputs?: Count; required?: readonly string[] } = {},
): OperatorRule {
  return { since, inputs, outputs, attributes, required };
}

/** Attributes that LSTM, GRU and RNN share. */
const RECURRENT = {
  activations: 'strings',
  activation_alpha: 'floats',
  activation_beta: 'floats',
  direction: 'string',
  hidden_size: 'int',
  layout: 'int',
} as const;

const reduction = (since: number): OperatorRule =>
  rule(since, [1, 2], { keepdims: 'int', noop_with_empty_axes: 'int' });

const RULES: Readonly<Record<string, OperatorRule>> = {
  // Element by element.
  Abs: rule(13, 1),
  Add: rule(14, 2),
  And: rule(7, 2),
  Cast: rule(13, 1, { to: 'int' }, { required: ['to'] }),
  Clip: rule(13, [1, 3]),
  Div: rule(14, 2),
  Elu: rule(6, 1, { alpha: 'float' }),
  Equal: rule(13, 2),
  Erf: rule(13, 1),
  Exp: rule(13, 1),
  Greater: rule(13, 2),
  GreaterOrEqual: rule(16, 2),
  HardSigmoid: rule(6, 1, { alpha: 'float', beta: 'float' }),
  Identity: rule(16, 1),
  LeakyRelu: rule(16, 1, { alpha: 'float' }),
  Less: rule(13, 2),
  LessOrEqual: rule(16, 2),
  Log: rule(13, 1),
  Max: rule(13, [1, MANY]),
  Min: rule(13, [1, MANY]),
  Mul: rule(14, 2),
  Neg: rule(13, 1),
  Not: rule(1, 1),
  Or: rule(7, 2),
  Pow: rule(15, 2),
  PRelu: rule(16, 2),
  Relu: rule(14, 1),
  Selu: rule(6, 1, { alpha: 'float', gamma: 'float' }),
  Sigmoid: rule(13, 1),
  Softplus: rule(1, 1),
  Softsign: rule(1, 1),
  Sqrt: rule(13, 1),
  Sub: rule(14, 2),
  Sum: rule(13, [1, MANY]),
  Tanh: rule(13, 1),
  ThresholdedRelu: rule(10, 1, { alpha: 'float' }),
  Where: rule(16, 3),

  // Along an axis.
  ArgMax: rule(13, 1, { axis: 'int', keepdims: 'int', select_last_index: 'int' }),
  CumSum: rule(14, 2, { exclusive: 'int', reverse: 'int' }),
  LogSoftmax: rule(13, 1, { axis: 'int' }),
  ReduceMax: reduction(18),
  ReduceMean: reduction(18),
  ReduceMin: reduction(18),
  ReduceSum: reduction(13),
  ReduceSumSquare: reduction(18),
  Softmax: rule(13, 1, { axis: 'int' }),
  TopK: rule(11, 2, { axis: 'int', largest: 'int', sorted: 'int' }, { outputs: 2 }),

  // Products.
  Gemm: rule(13, [2, 3], { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' }),
  MatMul: rule(13, 2),
  'com.microsoft.DynamicQuantizeMatMul': rule(1, [3, 5]),
  'com.microsoft.MatMulIntegerToFloat': rule(1, [4, 7]),
  'com.microsoft.FusedMatMul': rule(1, 2, {
    alpha: 'float',
    transA: 'int',
    transB: 'int',
    transBatchA: 'int',
    transBatchB: 'int',
  }),

  // Shape and place.
  Concat: rule(13, [1, MANY], { axis: 'int' }, { required: ['axis'] }),
  Constant: rule(13, 0, {
    value: 'tensor',
    value_float: 'float',
    value_floats: 'floats',
    value_int: 'int',
    value_ints: 'ints',
  }),
  ConstantOfShape: rule(9, 1, { value: 'tensor' }),
  DequantizeLinear: rule(13, [2, 3], { axis: 'int' }),
  Expand: rule(13, 2),
  Gather: rule(13, 2, { axis: 'int' }),
  GatherElements: rule(13, 2, { axis: 'int' }),
  OneHot: rule(11, 3, { axis: 'int' }),
  QuantizeLinear: rule(13, [2, 3], { axis: 'int' }),
  Range: rule(11, 3),
  Reshape: rule(14, 2, { allowzero: 'int' }),
  ScatterElements: rule(18, 3, { axis: 'int', reduction: 'string' }),
  Shape: rule(15, 1, { start: 'int', end: 'int' }),
  Slice: rule(13, [3, 5]),
  Split: rule(18, [1, 2], { axis: 'int', num_outputs: 'int' }, { outputs: [1, MANY] }),
  Squeeze: rule(13, [1, 2]),
  Transpose: rule(13, 1, { perm: 'ints' }),
  Unsqueeze: rule(13, 2),

  // Sequences.
  GRU: rule(14, [3, 6], { ...RECURRENT, linear_before_reset: 'int' }, { outputs: [0, 2] }),
  LSTM: rule(14, [3, 8], { ...RECURRENT, input_forget: 'int' }, { outputs: [0, 3] }),
  Loop: rule(16, [2, MANY], { body: 'graph' }, { outputs: [1, MANY], required: ['body'] }),
  RNN: rule(14, [3, 6], RECURRENT, { outputs: [0, 2] }),
  Scan: rule(
    16,
    [1, MANY],
    {
      body: 'graph',
      num_scan_inputs: 'int',
      scan_input_axes: 'ints',
      scan_input_directions: 'ints',
      scan_output_axes: 'ints',
      scan_output_directions: 'ints',
    },
    { outputs: [1, MANY], required: ['body', 'num_scan_inputs'] },
  ),
};

/** Rules by name: 'Add', 'com.microsoft.FusedMatMul'. */
export const OPERATOR_RULES: ReadonlyMap<string, OperatorRule> = new Map(Object.entries(RULES));

/** Names of the operators that graphs of this project may use. */
export const SUPPORTED_OPERATORS: ReadonlySet<string> = new Set(OPERATOR_RULES.keys());

/** The operator's name with its domain, unless that is the standard one. */
export function qualifiedName(operator: { domain: string; opType: string }): string {
  return operator.domain === '' ? operator.opType : `${operator.domain}.${operator.opType}`;
}
