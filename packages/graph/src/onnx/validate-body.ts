// Do the bodies of Loop and Scan fit their nodes?
// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md#Loop and #Scan
import { GraphError } from '../errors.js';
import type { DataType, Graph, Node, Value } from '../ir.js';

/** Checks the body of a Loop or Scan; other nodes pass.
 *  @throws {GraphError} if counts, types or directions do not agree */
export function checkBody(node: Node, where: string): void {
  const body = node.attributes.get('body');
  if (node.domain !== '' || body?.type !== 'graph') return;
  if (node.opType === 'Loop') checkLoop(node, body.value, where);
  if (node.opType === 'Scan') checkScan(node, body.value, where);
}

/** Node: trip count, condition, N carried -> N carried, K collected.
 *  Body: iteration, condition, N carried -> condition, N carried, K values. */
function checkLoop(node: Node, body: Graph, where: string): void {
  const carried = node.inputs.length - 2;
  checkCount(body.inputs.length, carried + 2, 'inputs', where);
  checkCount(body.outputs.length, node.outputs.length + 1, 'outputs', where);
  if (node.outputs.length < carried) fail(where, `${carried} outputs or more expected`);
  checkScalar(body.inputs[0], 'int64', where);
  checkScalar(body.inputs[1], 'bool', where);
  checkScalar(body.outputs[0], 'bool', where);
  checkStates(body.inputs.slice(2), body.outputs.slice(1), where);
}

/** Node: N states, M sequences -> N states, K sequences; body the same for one step. */
function checkScan(node: Node, body: Graph, where: string): void {
  const sequences = node.attributes.get('num_scan_inputs')?.value as number;
  const states = node.inputs.length - sequences;
  if (sequences < 1 || states < 0) {
    fail(where, `num_scan_inputs is ${sequences} of ${node.inputs.length} inputs`);
  }
  if (node.outputs.length < states) fail(where, `${states} outputs or more expected`);
  checkCount(body.inputs.length, node.inputs.length, 'inputs', where);
  checkCount(body.outputs.length, node.outputs.length, 'outputs', where);
  checkStates(body.inputs.slice(0, states), body.outputs, where);
  for (const [name, count] of [
    ['scan_input_directions', sequences],
    ['scan_output_directions', node.outputs.length - states],
  ] as const) {
    const directions = node.attributes.get(name)?.value as readonly number[] | undefined;
    const isLegal = directions?.every((direction) => direction === 0 || direction === 1) ?? true;
    if (!isLegal || (directions !== undefined && directions.length !== count)) {
      fail(where, `${name}: ${count} times 0 or 1 expected, ${directions?.join(', ')} found`);
    }
  }
}

function checkCount(found: number, expected: number, what: string, where: string): void {
  if (found !== expected) fail(where, `a body of ${expected} ${what} expected, ${found} found`);
}

/** What a step leaves must be what the next one takes. */
function checkStates(inputs: readonly Value[], outputs: readonly Value[], where: string): void {
  inputs.forEach((input, index) => {
    const output = outputs[index];
    if (input.dataType !== output.dataType || input.shape.length !== output.shape.length) {
      fail(
        where,
        `state "${input.name}" is ${typeText(input)}, "${output.name}" ${typeText(output)}`,
      );
    }
  });
}

function checkScalar(value: Value, dataType: DataType, where: string): void {
  const isScalar = value.shape.every((dimension) => dimension === 1);
  if (value.dataType !== dataType || !isScalar) {
    fail(where, `body: "${value.name}" must be ${dataType} [], ${typeText(value)} found`);
  }
}

function typeText(value: Value): string {
  return `${value.dataType} [${value.shape.join(', ')}]`;
}

function fail(where: string, problem: string): never {
  throw new GraphError('onnx-body', `${where}: ${problem}`);
}
