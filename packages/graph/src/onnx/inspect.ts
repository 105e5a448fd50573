// Is an ONNX file that may come from anywhere safe to hand to a runtime? Everything is looked at before the runtime, whose
// reader is large and native, sees a byte.
import { GraphError } from '../errors.js';
import type { DataType, Model, Shape, Value } from '../ir.js';
import { formatShape } from '../shapes.js';
import { type DecodeLimits, decodeModel } from './decode.js';
import { MICROSOFT_DOMAIN } from './data-types.js';
import { SUPPORTED_OPERATORS } from './operators.js';
import { validateModel } from './validate.js';

/** What the file has to take and give, and what it may use. */
export interface ModelExpectation {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Whether it may multiply integers. */
  readonly integerProducts: boolean;
}

const LIMITS: Required<DecodeLimits> = {
  /** A network of 250 million float32 weights. */
  maxBytes: 2 ** 30,
  /** Names and nodes; a graph of our exporter has 20 kB. */
  maxStructureBytes: 4 * 2 ** 20,
  /** A graph of our exporter has about 70, an unrolled one a few thousand; a runtime takes seconds to load 10,000. */
  maxNodes: 10_000,
  /** A Scan over the layers' own Scans. */
  maxNesting: 2,
};

/** Operators whose results depend on the processor's integer kernels. */
const INTEGER_PRODUCTS = new Set(['QuantizeLinear', `${MICROSOFT_DOMAIN}.MatMulIntegerToFloat`]);

/** How often the body of a Loop runs may be computed in the graph itself, so a Loop is refused altogether; that of a Scan
 *  runs once for each element of a tensor that is in memory. ONNX Runtime's own operators are its business and may change
 *  their meaning: only integer products need them. */
const SAFE_OPERATORS = new Set(
  [...SUPPORTED_OPERATORS].filter(
    (name) => name !== 'Loop' && !name.startsWith(MICROSOFT_DOMAIN) && !INTEGER_PRODUCTS.has(name),
  ),
);
const WITH_INTEGER_PRODUCTS = new Set([...SAFE_OPERATORS, ...INTEGER_PRODUCTS]);

/** Inspects an ONNX file: whole and within limits, all data inside, nothing of the format that we do not know (functions,
 *  unknown fields), only operators on the list, legal by the rules of ONNX, and with exactly the expected inputs and
 *  outputs. Tensor data is not copied.
 *  @returns the decoded model, whose tensors are views of `bytes`
 *  @throws {GraphError} naming the graph, node or value at fault */
export function inspectModel(bytes: Uint8Array, expected: ModelExpectation): Model {
  const model = decodeModel(bytes, LIMITS);
  const allowedOperators = expected.integerProducts ? WITH_INTEGER_PRODUCTS : SAFE_OPERATORS;
  validateModel(model, { allowedOperators });
  checkValues('input', model.graph.inputs, expected.inputs);
  checkValues('output', model.graph.outputs, expected.outputs);
  return model;
}

function checkValues(what: string, found: readonly Value[], expected: readonly Value[]): void {
  const byName = new Map(found.map((value) => [value.name, value]));
  for (const { name, dataType, shape } of expected) {
    const value = byName.get(name);
    if (value === undefined) fail(`${what} "${name}" expected, not found`);
    if (value.dataType !== dataType || !fits(value.shape, shape)) {
      fail(
        `${what} "${name}": ${typeText(dataType, shape)} expected, ${typeText(value.dataType, value.shape)} found`,
      );
    }
    byName.delete(name);
  }
  for (const name of byName.keys()) fail(`${what} "${name}" found, not expected`);
}

/** Sizes must be equal; where a name is expected, the size must be open. */
function fits(found: Shape, expected: Shape): boolean {
  return (
    found.length === expected.length &&
    expected.every((dimension, axis) =>
      typeof dimension === 'number' ? found[axis] === dimension : typeof found[axis] === 'string',
    )
  );
}

function typeText(dataType: DataType, shape: Shape): string {
  return `${dataType} ${formatShape(shape)}`;
}

function fail(problem: string): never {
  throw new GraphError('onnx-signature', `main graph, ${problem}`);
}
