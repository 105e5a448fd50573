// GraphBuilder for GPU providers: writes the operators that ONNX Runtime's WebGPU provider lacks in ones that it has.
// A single operator left to the CPU costs two copies and a wait at every run.
import { GraphBuilder } from './builder.js';
import { GraphError } from './errors.js';
import type { Value } from './ir.js';
import { fixed, normalizeAxis, reducedShape } from './shapes.js';

/** Most parts of one Split: its shader binds them and the input as storage buffers, of which every WebGPU device has 8
 *  (https://www.w3.org/TR/webgpu/#limits). */
const MOST_PARTS = 7;

/** A {@link GraphBuilder} without LogSoftmax, OneHot, ArgMax, Sum and wide Splits. Values and gradients are the same, but
 *  `argMax` gives 32-bit integers. Loops and scans stay what they are: they have no elementary form. */
export class ElementaryGraphBuilder extends GraphBuilder {
  override sum(values: readonly Value[]): Value {
    const [first, ...rest] = values;
    if (!first) throw new GraphError('arity', 'Sum: needs at least one value');
    return rest.reduce((total, value) => this.add(total, value), first);
  }

  override logSoftmax(x: Value, axis: number): Value {
    const at = normalizeAxis(axis, x.shape.length);
    const attributes = { axis: { type: 'int', value: at } } as const;
    const [result] = this.composite('LogSoftmax', [x], attributes, () => {
      const shifted = this.sub(x, this.#reduce('ReduceMax', x, at));
      const logSum = this.log(this.reduceSum(this.exp(shifted), [at], true));
      return { outputs: [this.sub(shifted, logSum)], saved: [] };
    });
    return result;
  }

  override oneHot(indices: Value, depth: number, axis: number): Value {
    const [result] = this.composite('OneHot', [indices], {}, () => {
      const rank = indices.shape.length + 1;
      const at = normalizeAxis(axis, rank);
      const spread = this.unsqueeze(this.cast(indices, 'int32'), [at]);
      const hits = this.equal(spread, this.#counting('int32', depth, at, rank));
      return { outputs: [this.cast(hits, 'float32')], saved: [] };
    });
    return result;
  }

  /** Like ArgMax, in 32-bit integers. The size of the axis is at most 2^24, which a float counts exactly. */
  override argMax(x: Value, axis: number): Value {
    const [result] = this.composite('ArgMax', [x], {}, () => {
      const rank = x.shape.length;
      const at = normalizeAxis(axis, rank);
      const size = fixed(x.shape[at], 'ArgMax');
      const highest = this.equal(x, this.#reduce('ReduceMax', x, at));
      const places = this.where(
        highest,
        this.#counting('float32', size, at, rank),
        this.float(size),
      );
      const first = this.squeeze(this.#reduce('ReduceMin', places, at), [at]);
      return { outputs: [this.cast(first, 'int32')], saved: [] };
    });
    return result;
  }

  /** Many parts are split off in groups, groups of groups and so on. */
  override split(x: Value, sizes: readonly number[], axis: number): Value[] {
    if (sizes.length <= MOST_PARTS) return super.split(x, sizes, axis);
    let groupLength = MOST_PARTS;
    while (groupLength * MOST_PARTS < sizes.length) groupLength *= MOST_PARTS;
    const groups: number[][] = [];
    for (let from = 0; from < sizes.length; from += groupLength) {
      groups.push(sizes.slice(from, from + groupLength));
    }
    const totals = groups.map((group) => group.reduce((total, size) => total + size, 0));
    const parts = super.split(x, totals, axis);
    return parts.flatMap((part, index) => this.split(part, groups[index], axis));
  }

  /** 0, 1, 2, ... along `axis`, of size one along the others. */
  #counting(dataType: 'int32' | 'float32', size: number, axis: number, rank: number): Value {
    const shape = Array<number>(rank).fill(1).with(axis, size);
    return this.constant(dataType, [...Array(size).keys()], shape);
  }

  /** Along one axis, which stays with size one. */
  #reduce(opType: 'ReduceMax' | 'ReduceMin', x: Value, axis: number): Value {
    const [value] = this.node({
      opType,
      inputs: [x, this.int64([axis])],
      outputs: [{ dataType: x.dataType, shape: reducedShape(x.shape, [axis], true) }],
      attributes: { keepdims: { type: 'int', value: 1 } },
    });
    return value;
  }
}
