// Is this graph a legal ONNX model? The rules are those of onnx.checker and of ONNX Runtime's
// loader; inference of inner types and shapes is left to them.
// Source: https://github.com/onnx/onnx/blob/main/docs/IR.md
import { GraphError } from '../errors.js';
import type { Graph, Model, Node, Shape, Tensor, Value } from '../ir.js';
import { ELEMENT_BYTES } from '../tensors.js';
import { irVersionOf, MICROSOFT_DOMAIN } from './data-types.js';
import {
  OPERATOR_RULES,
  type OperatorRule,
  qualifiedName,
  SUPPORTED_OPERATORS,
} from './operators.js';
import { checkBody } from './validate-body.js';

export interface ValidateOptions {
  /** Names such as 'Add' or 'com.microsoft.FusedMatMul'; default: all that this package knows.
   *  Of an operator that the package does not know, only the names of its values are checked. */
  readonly allowedOperators?: ReadonlySet<string>;
}

/** Names that may be read: those of this graph, then those of the graphs around it. */
class Scope {
  readonly #names = new Set<string>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  hasOwn(name: string): boolean {
    return this.#names.has(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#outer?.has(name) ?? false);
  }

  define(name: string, where: string): void {
    if (name === '') fail('onnx-name', where, 'a value needs a name');
    if (this.has(name)) {
      fail('onnx-name', where, `the name "${name}" is taken; every value needs one of its own`);
    }
    this.#names.add(name);
  }
}

interface Context {
  readonly opset: number;
  readonly allowedOperators: ReadonlySet<string>;
}

/** Checks a model: names in single static assignment over graph and subgraphs, nodes in
 *  topological order, inputs and attributes that each operator takes, constants that fill their
 *  shapes, and bodies that fit their Loop or Scan.
 *  @throws {GraphError} for the first fault, naming graph, node, operator and value */
export function validateModel(
  model: Model,
  { allowedOperators = SUPPORTED_OPERATORS }: ValidateOptions = {},
): void {
  irVersionOf(model.opset);
  checkGraph(model.graph, 'main graph', new Scope(), { opset: model.opset, allowedOperators });
}

function checkGraph(graph: Graph, where: string, scope: Scope, context: Context): void {
  if (graph.name === '') fail('onnx-name', where, 'a graph needs a name');
  for (const input of graph.inputs) {
    checkShape(input.shape, `${where}, input "${input.name}"`);
    scope.define(input.name, `${where}, inputs`);
  }
  for (const [name, tensor] of graph.initializers) {
    checkTensor(tensor, `${where}, initializer "${name}"`);
    scope.define(name, `${where}, initializers`);
  }
  graph.nodes.forEach((node, index) => {
    const name = node.name === '' ? `#${index}` : `"${node.name}"`;
    checkNode(node, `${where}, node ${name} (${qualifiedName(node)})`, scope, context);
  });
  checkOutputs(graph.outputs, where, scope);
}

function checkOutputs(outputs: readonly Value[], where: string, scope: Scope): void {
  if (outputs.length === 0) fail('onnx-value', where, 'a graph needs an output');
  const names = new Set<string>();
  for (const output of outputs) {
    const here = `${where}, output "${output.name}"`;
    checkShape(output.shape, here);
    if (names.has(output.name)) fail('onnx-name', here, 'given twice; add an Identity node');
    names.add(output.name);
    if (scope.hasOwn(output.name)) continue;
    const isOuter = scope.has(output.name);
    fail(
      'onnx-value',
      here,
      isOuter ? 'belongs to an outer graph; add an Identity node' : 'no node makes it',
    );
  }
}

function checkNode(node: Node, where: string, scope: Scope, context: Context): void {
  checkOperator(node, where, context);
  node.inputs.forEach((name, index) => {
    if (name !== '' && !scope.has(name)) {
      fail(
        'onnx-value',
        where,
        `input ${index} "${name}" is not defined before this node; ` +
          'name it as an input or constant, or sort the nodes in topological order',
      );
    }
  });
  for (const [name, attribute] of node.attributes) {
    const here = `${where}, attribute "${name}"`;
    if (attribute.type === 'tensor') checkTensor(attribute.value, here);
    if (attribute.type === 'graph') {
      checkGraph(attribute.value, `${where}, ${name}`, new Scope(scope), context);
    }
  }
  checkBody(node, where);
  if (node.outputs.every((name) => name === '')) fail('onnx-value', where, 'no output has a name');
  for (const name of node.outputs) {
    if (name !== '') scope.define(name, `${where}, outputs`);
  }
}

function checkOperator(node: Node, where: string, context: Context): void {
  const name = qualifiedName(node);
  if (node.domain !== '' && node.domain !== MICROSOFT_DOMAIN) {
    fail('onnx-operator', where, `the domain "${node.domain}" is not known`);
  }
  if (!context.allowedOperators.has(name)) {
    fail('onnx-operator', where, `the operator is not on the list of those allowed`);
  }
  const rule = OPERATOR_RULES.get(name);
  if (rule === undefined) return;
  if (node.domain === '' && rule.since > context.opset) {
    fail(
      'onnx-operator',
      where,
      `needs operator set ${rule.since}, the model has ${context.opset}`,
    );
  }
  checkCount(node.inputs.length, rule.inputs, 'inputs', where);
  checkCount(node.outputs.length, rule.outputs, 'outputs', where);
  const least = typeof rule.inputs === 'number' ? rule.inputs : rule.inputs[0];
  const mayBeLeftOut = node.opType === 'Loop';
  const missing = node.inputs.slice(0, least).indexOf('');
  if (missing !== -1 && !mayBeLeftOut) fail('onnx-operator', where, `input ${missing} is missing`);
  checkAttributes(node, rule, where);
}

function checkCount(
  found: number,
  count: number | readonly [number, number],
  what: string,
  where: string,
): void {
  const [least, most] = typeof count === 'number' ? [count, count] : count;
  if (found >= least && found <= most) return;
  const expected = least === most ? `${least}` : `${least} to ${most}`;
  fail('onnx-operator', where, `${expected} ${what} expected, ${found} found`);
}

function checkAttributes(node: Node, rule: OperatorRule, where: string): void {
  for (const [name, { type }] of node.attributes) {
    const expected = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined;
    if (expected === undefined) {
      fail('onnx-attribute', where, `the operator has no attribute "${name}"`);
    }
    if (type !== expected) {
      fail('onnx-attribute', where, `attribute "${name}": ${expected} expected, ${type} found`);
    }
  }
  for (const name of rule.required) {
    if (!node.attributes.has(name)) fail('onnx-attribute', where, `attribute "${name}" is missing`);
  }
}

function checkShape(shape: Shape, where: string): void {
  for (const dimension of shape) {
    const isSize =
      typeof dimension === 'number' && Number.isSafeInteger(dimension) && dimension >= 0;
    const isName = typeof dimension === 'string' && dimension !== '';
    if (!isSize && !isName) {
      fail('onnx-value', where, `a size or a name expected in the shape, ${dimension} found`);
    }
  }
}

function checkTensor(tensor: Tensor, where: string): void {
  checkShape(tensor.shape, where);
  const bytes = ELEMENT_BYTES[tensor.dataType];
  const expected = tensor.shape.reduce((product, size) => product * size, bytes);
  if (tensor.bytes.length !== expected) {
    const shape = `${tensor.dataType} [${tensor.shape.join(', ')}]`;
    fail('onnx-tensor', where, `${shape} has ${expected} bytes, ${tensor.bytes.length} found`);
  }
}

function fail(code: string, where: string, problem: string): never {
  throw new GraphError(code, `${where}: ${problem}`);
}
