// Reverse-mode differentiation: walks the recorded operations back from a scalar and asks each one's rule.
import type { GraphBuilder } from '../builder.js';
import { GraphError } from '../errors.js';
import { GRADIENT_RULES } from './rules.js';
import type { Value } from '../ir.js';
import type { Operation } from '../recorder.js';
import { fixed } from '../shapes.js';

/** Gradients of a scalar with respect to values of the same graph, as new values of it.
 *  @param loss a scalar of shape []
 *  @param wanted values that the loss may depend on; where it does not, the gradient is zero
 *  @returns one value for each of `wanted`, of its shape
 *  @throws {GraphError} if an operator on the way has no rule */
export function gradients(g: GraphBuilder, loss: Value, wanted: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) {
    throw new GraphError('gradient', `${loss.name}: only a scalar can be differentiated`);
  }
  const path = operationsBetween(g.operations, loss, wanted);
  const gradientOf = new Map<string, Value>([[loss.name, g.float(1)]]);
  return g.withoutRecording(() => {
    for (const operation of path.toReversed()) propagate(g, operation, gradientOf);
    return wanted.map(
      (value) => gradientOf.get(value.name) ?? g.filled(0, value.shape.map(fixedSize)),
    );
  });
}

const fixedSize = (size: number | string): number => fixed(size, 'gradient');

/** Operations that depend on a wanted value and that the loss depends on, in recorded order. */
function operationsBetween(
  operations: readonly Operation[],
  loss: Value,
  wanted: readonly Value[],
): Operation[] {
  const dependent = new Set(wanted.map((value) => value.name));
  const forward = operations.filter((operation) => {
    if (!operation.inputs.some((input) => input && dependent.has(input.name))) return false;
    for (const output of operation.outputs) dependent.add(output.name);
    return true;
  });
  const needed = new Set([loss.name]);
  return forward
    .toReversed()
    .filter((operation) => {
      if (!operation.outputs.some((output) => needed.has(output.name))) return false;
      for (const input of operation.inputs) if (input) needed.add(input.name);
      return true;
    })
    .toReversed();
}

function propagate(g: GraphBuilder, operation: Operation, gradientOf: Map<string, Value>): void {
  const outer = operation.outputs.map((output) => gradientOf.get(output.name));
  if (outer.every((gradient) => gradient === undefined)) return;
  const rule = GRADIENT_RULES.get(operation.opType);
  if (!rule) {
    const name = operation.outputs[0]?.name ?? '';
    throw new GraphError('no-rule', `${name}: operator ${operation.opType} has no gradient rule`);
  }
  const inner = g.scope('gradient', () => rule(g, operation, outer));
  for (const [index, input] of operation.inputs.entries()) {
    const gradient = inner[index];
    if (!input || !gradient) continue;
    const before = gradientOf.get(input.name);
    gradientOf.set(input.name, before ? g.add(before, gradient) : gradient);
  }
}
