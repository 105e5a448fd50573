// What a gradient rule is, and what the rules share.
import type { GraphBuilder } from '../builder.js';
import type { Value } from '../ir.js';
import type { Operation } from '../recorder.js';
import { fixed, sameShape } from '../shapes.js';

/** From the gradients of an operation's outputs to those of its inputs.
 *  @param outer gradients of the outputs, undefined where the loss does not depend on one
 *  @returns gradients of the inputs, undefined where there is none */
export type GradientRule = (
  g: GraphBuilder,
  operation: Operation,
  outer: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

/** What a rule for an operator with one output is given. */
export interface RuleContext {
  /** Gradient of the output. */
  readonly dy: Value;
  readonly y: Value;
  /** First and second input; the same value where there is only one. */
  readonly a: Value;
  readonly b: Value;
  readonly operation: Operation;
}

/** A rule for an operator with one output. */
export function rule(
  make: (g: GraphBuilder, context: RuleContext) => readonly (Value | undefined)[],
): GradientRule {
  return (g, operation, [dy]) => {
    const [a, b = a] = operation.inputs;
    const [y] = operation.outputs;
    if (!dy || !y || !a || !b) return [];
    return make(g, { dy, y, a, b, operation });
  };
}

export function sizesOf(value: Value): number[] {
  return value.shape.map((size) => fixed(size, `gradient of ${value.name}`));
}

/** Sums a gradient over the axes along which its value was broadcast. */
export function unbroadcast(g: GraphBuilder, gradient: Value, value: Value): Value {
  if (sameShape(gradient.shape, value.shape)) return gradient;
  const extra = gradient.shape.length - value.shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < extra || (value.shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  );
  return g.reshape(g.reduceSum(gradient, axes, true), sizesOf(value));
}

export function intAttribute(operation: Operation, name: string, fallback = 0): number {
  const attribute = operation.attributes[name];
  return attribute?.type === 'int' ? attribute.value : fallback;
}

export function intsAttribute(operation: Operation, name: string): readonly number[] {
  const attribute = operation.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : [];
}
