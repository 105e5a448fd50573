// Evaluates a graph in float64, slowly and plainly: the referee for gradients and exported graphs.
// Meanings: https://onnx.ai/onnx/operators/ at operator sets 18 to 21.
import { GraphError } from '../errors.js';
import type { Graph, Model, Node, Value } from '../ir.js';
import { qualifiedName } from '../onnx/operators.js';
import { alongAxisKernels } from './along-axis.js';
import { elementwiseKernels } from './elementwise.js';
import { indexingKernels } from './indexing.js';
import { Call, type Kernel } from './kernel.js';
import { linearAlgebraKernels } from './linear-algebra.js';
import { arrayOfTensor, countOf, type NdArray } from './nd-array.js';
import { recurrentKernels } from './recurrent.js';
import { sequenceKernels } from './sequences.js';
import { shapeKernels } from './shape-operators.js';

const KERNELS: ReadonlyMap<string, Kernel> = new Map(
  [
    elementwiseKernels,
    alongAxisKernels,
    linearAlgebraKernels,
    shapeKernels,
    indexingKernels,
    sequenceKernels,
    recurrentKernels,
  ].flatMap((kernels) => Object.entries(kernels)),
);

/** Operators that the evaluator knows, by name: 'Add', 'com.microsoft.FusedMatMul'. */
export const REFERENCE_OPERATORS: ReadonlySet<string> = new Set(KERNELS.keys());

/** Numbers given to a graph; booleans are 0 and 1. They are not rounded to the input's type. */
export interface ReferenceInput {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | BigInt64Array;
}

/** Values by name, with those of the graphs around. */
class Scope {
  readonly #values = new Map<string, NdArray>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  set(name: string, value: NdArray): void {
    this.#values.set(name, value);
  }

  get(name: string): NdArray {
    const value = this.#values.get(name) ?? this.#outer?.get(name);
    if (value === undefined) throw new GraphError('reference', `no value "${name}"`);
    return value;
  }
}

/** Evaluates a model or graph with float64 arithmetic throughout (float32 constants are exact in
 *  it; a Cast to float32 or float16 does not round).
 *  @param inputs every input of the graph by name
 *  @returns every output of the graph by name
 *  @throws {GraphError} if an input is missing or has another shape, or an operator is unknown
 *  @example
 *  const { loss } = evaluateModel(graph, { x: { shape: [2], data: [0.5, -1] } });
 *  loss.data[0] // a number in full float64 precision */
export function evaluateModel(
  model: Model | Graph,
  inputs: Readonly<Record<string, ReferenceInput>>,
): Record<string, NdArray> {
  const graph = 'graph' in model ? model.graph : model;
  const arrays = graph.inputs.map((value) => arrayOfInput(value, inputs[value.name]));
  const outputs = evaluateGraph(graph, arrays);
  return Object.fromEntries(graph.outputs.map(({ name }, index) => [name, outputs[index]]));
}

function arrayOfInput(value: Value, input: ReferenceInput | undefined): NdArray {
  const found = input ? `[${input.shape.join(', ')}] with ${input.data.length} numbers` : 'nothing';
  const fits =
    input?.shape.length === value.shape.length &&
    input.data.length === countOf(input.shape) &&
    value.shape.every((size, axis) => typeof size === 'string' || size === input.shape[axis]);
  if (!fits) {
    throw new GraphError(
      'reference',
      `input "${value.name}": [${value.shape.join(', ')}] expected, ${found} found`,
    );
  }
  return {
    dataType: value.dataType,
    shape: input.shape,
    data: Float64Array.from(input.data as ArrayLike<number>, Number),
  };
}

function evaluateGraph(graph: Graph, inputs: readonly NdArray[], outer?: Scope): NdArray[] {
  const scope = new Scope(outer);
  for (const [name, tensor] of graph.initializers) scope.set(name, arrayOfTensor(tensor));
  graph.inputs.forEach(({ name }, index) => scope.set(name, inputs[index]));
  for (const node of graph.nodes) evaluateNode(node, scope);
  return graph.outputs.map(({ name }) => scope.get(name));
}

function evaluateNode(node: Node, scope: Scope): void {
  const kernel = KERNELS.get(qualifiedName(node));
  const where = `node "${node.name}" (${qualifiedName(node)})`;
  if (kernel === undefined) throw new GraphError('reference', `${where}: unknown operator`);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : scope.get(name)));
  const call = new Call(inputs, node.attributes, node.outputs.length, (body, given) =>
    evaluateGraph(body, given, scope),
  );
  let outputs: NdArray[];
  try {
    outputs = kernel(call);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new GraphError('reference', `${where}: ${problem}`, { cause });
  }
  node.outputs.forEach((name, index) => {
    if (name !== '') scope.set(name, outputs[index]);
  });
}
