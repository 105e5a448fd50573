// Gradient rules of matrix products, arranged for ONNX Runtime's CPU kernels: they repack the right operand on every
// call and never the left one, so the large operand stands left.
import type { GraphBuilder } from '../builder.js';
import { GraphError } from '../errors.js';
import type { Value } from '../ir.js';
import type { Operation } from '../recorder.js';
import { formatShape } from '../shapes.js';
import { type GradientRule, intAttribute, rule, sizesOf, unbroadcast } from './rule.js';

/** Lays a sequence of matrices [T, F, B] side by side: [F, T * B]. */
export function sideBySide(g: GraphBuilder, sequence: Value): Value {
  const [T = 0, F = 0, B = 0] = sizesOf(sequence);
  return g.reshape(g.transpose(sequence, [1, 0, 2]), [F, T * B]);
}

function transposed(g: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const [last = 0, before = 0] = [axes.pop(), axes.pop()];
  return g.transpose(x, [...axes, last, before]);
}

export const MATRIX_RULES: Readonly<Record<string, GradientRule>> = {
  MatMul: rule((g, { dy, a, b }) => {
    if (a.shape.length === 2 && b.shape.length === 3) {
      // One weight matrix for every step of a sequence: all steps' products are one large product.
      const weights = g.gemm(sideBySide(g, dy), sideBySide(g, b), undefined, { transB: true });
      return [weights, g.matMul(transposed(g, a), dy)];
    }
    if (a.shape.length < 2 || b.shape.length < 2) {
      const found = `${formatShape(a.shape)} x ${formatShape(b.shape)}`;
      throw new GraphError('no-rule', `MatMul of ${found}: the gradient needs matrices`);
    }
    return [
      unbroadcast(g, g.matMul(dy, transposed(g, b)), a),
      unbroadcast(g, g.matMul(transposed(g, a), dy), b),
    ];
  }),
  Gemm: (g: GraphBuilder, operation: Operation, [dy]) => {
    const [a, b, c] = operation.inputs;
    if (!dy || !a || !b) return [];
    const transA = intAttribute(operation, 'transA') === 1;
    const transB = intAttribute(operation, 'transB') === 1;
    return [
      transA
        ? g.gemm(b, dy, undefined, { transA: transB, transB: true })
        : g.gemm(dy, b, undefined, { transB: !transB }),
      transB
        ? g.gemm(dy, a, undefined, { transA: true, transB: transA })
        : g.gemm(a, dy, undefined, { transA: !transA }),
      c && unbroadcast(g, dy, c),
    ];
  },
};
