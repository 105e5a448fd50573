// Gradient rules of operators that move elements: each moves them back.
import { normalizeAxis } from '../shapes.js';
import { type GradientRule, intAttribute, intsAttribute, rule, sizesOf } from './rule.js';

const backToShape: GradientRule = rule((g, { dy, a }) => [g.reshape(dy, sizesOf(a))]);

export const SHAPE_RULES: Readonly<Record<string, GradientRule>> = {
  Reshape: backToShape,
  Squeeze: backToShape,
  Unsqueeze: backToShape,
  Transpose: rule((g, { dy, operation }) => {
    const permutation = intsAttribute(operation, 'perm');
    return [
      g.transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  }),
  Cast: rule((g, { dy, a }) => [g.cast(dy, a.dataType)]),
  Expand: rule((g, { dy, a }) => {
    const extra = dy.shape.length - a.shape.length;
    const axes = dy.shape.flatMap((size, axis) => (a.shape[axis - extra] === size ? [] : [axis]));
    return [g.reshape(g.reduceSum(dy, axes, true), sizesOf(a))];
  }),
  Concat: (g, operation, [dy]) => {
    if (!dy) return [];
    const axis = intAttribute(operation, 'axis');
    const sizes = operation.inputs.map((input) => (input ? (sizesOf(input)[axis] ?? 0) : 0));
    return g.split(dy, sizes, axis);
  },
  Split: (g, operation, outer) => {
    const axis = intAttribute(operation, 'axis');
    const parts = operation.outputs.map(
      (output, index) => outer[index] ?? g.filled(0, sizesOf(output)),
    );
    return [g.concat(parts, axis)];
  },
  Slice: (g, { inputs: [x, start, end, axes] }, [dy]) => {
    if (!x || !dy) return [];
    const sizes = sizesOf(x);
    const axis = normalizeAxis(g.constantNumbers(axes)[0] ?? 0, sizes.length);
    const from = g.constantNumbers(start)[0] ?? 0;
    const to = g.constantNumbers(end)[0] ?? 0;
    const zeros = (count: number) => g.filled(0, sizes.with(axis, count));
    const parts = [dy];
    if (from > 0) parts.unshift(zeros(from));
    if (to < (sizes[axis] ?? 0)) parts.push(zeros((sizes[axis] ?? 0) - to));
    return [g.concat(parts, axis)];
  },
  // A one-hot product instead of a scatter: ONNX Runtime's ScatterND races on repeated indices with several threads
  // (onnxruntime #18048).
  Gather: (g, { inputs: [data, indices], attributes }, [dy]) => {
    if (!data || !indices || !dy) return [];
    const [rows = 0, ...rest] = sizesOf(data);
    const axis = attributes['axis']?.type === 'int' ? attributes['axis'].value : 0;
    if (axis !== 0) throw new Error('internal: only Gather along the first axis has a gradient');
    const count = sizesOf(indices).reduce((product, size) => product * size, 1);
    const width = rest.reduce((product, size) => product * size, 1);
    const places = g.oneHot(g.reshape(indices, [count]), rows, 0); // [rows, count]
    return [g.reshape(g.matMul(places, g.reshape(dy, [count, width])), [rows, ...rest])];
  },
  GatherElements: (g, operation, [dy]) => {
    const [data, indices] = operation.inputs;
    if (!data || !indices || !dy) return [];
    const zeros = g.filled(0, sizesOf(data));
    return [g.scatterAdd(zeros, indices, dy, intAttribute(operation, 'axis'))];
  },
};
