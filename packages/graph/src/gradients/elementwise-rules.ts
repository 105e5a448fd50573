// Gradient rules of elementwise operators, softmaxes and reductions. y is the output, dy its gradient.
import type { Value } from '../ir.js';
import { normalizeAxis } from '../shapes.js';
import { type GradientRule, intAttribute, rule, sizesOf, unbroadcast } from './rule.js';

export const ELEMENTWISE_RULES: Readonly<Record<string, GradientRule>> = {
  Add: rule((g, { dy, a, b }) => [unbroadcast(g, dy, a), unbroadcast(g, dy, b)]),
  Sub: rule((g, { dy, a, b }) => [unbroadcast(g, dy, a), unbroadcast(g, g.neg(dy), b)]),
  Mul: rule((g, { dy, a, b }) => [
    unbroadcast(g, g.mul(dy, b), a),
    unbroadcast(g, g.mul(dy, a), b),
  ]),
  Div: rule((g, { dy, y, a, b }) => {
    const scaled = g.div(dy, b);
    return [unbroadcast(g, scaled, a), unbroadcast(g, g.neg(g.mul(scaled, y)), b)];
  }),
  Sum: (g, operation, [dy]) =>
    operation.inputs.map((input) => (dy && input ? unbroadcast(g, dy, input) : undefined)),
  Neg: rule((g, { dy }) => [g.neg(dy)]),
  Exp: rule((g, { dy, y }) => [g.mul(dy, y)]),
  Log: rule((g, { dy, a }) => [g.div(dy, a)]),
  Sqrt: rule((g, { dy, y }) => [g.div(dy, g.add(y, y))]),
  Tanh: rule((g, { dy, y }) => [g.sub(dy, g.mul(dy, g.mul(y, y)))]),
  Sigmoid: rule((g, { dy, y }) => {
    const scaled = g.mul(dy, y);
    return [g.sub(scaled, g.mul(scaled, y))];
  }),
  Identity: rule((_, { dy }) => [dy]),
  Where: (g, { inputs: [condition, a, b] }, [dy]) => {
    if (!dy || !condition || !a || !b) return [];
    const zero = g.float(0);
    const [da, db] = [g.where(condition, dy, zero), g.where(condition, zero, dy)];
    return [undefined, unbroadcast(g, da, a), unbroadcast(g, db, b)];
  },
  Softmax: rule((g, { dy, y, operation }) => {
    const axis = normalizeAxis(intAttribute(operation, 'axis', -1), y.shape.length);
    const weighted = g.mul(dy, y);
    return [g.sub(weighted, g.mul(y, g.reduceSum(weighted, [axis], true)))];
  }),
  LogSoftmax: rule((g, { dy, y, operation }) => {
    const axis = normalizeAxis(intAttribute(operation, 'axis', -1), y.shape.length);
    return [g.sub(dy, g.mul(g.exp(y), g.reduceSum(dy, [axis], true)))];
  }),
  ReduceSum: rule((g, { dy, a, b }) => {
    const axes = new Set(g.constantNumbers(b).map((axis) => normalizeAxis(axis, a.shape.length)));
    const kept = sizesOf(a).map((size, axis) => (axes.has(axis) ? 1 : size));
    return [g.expand(g.reshape(dy, kept), sizesOf(a))];
  }),
  ReduceSumSquare: rule((g, { dy, a }) => [g.mul(dy, g.add(a, a))]),
  // Piecewise constant: nothing flows back through these.
  ...Object.fromEntries(
    [
      'ConstantOfShape',
      'OneHot',
      'Less',
      'LessOrEqual',
      'Greater',
      'GreaterOrEqual',
      'Equal',
      'ArgMax',
    ].map((opType) => [opType, (): (Value | undefined)[] => []]),
  ),
};
