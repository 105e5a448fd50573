// What an operator of the reference evaluator gets, and gives.
import { GraphError } from '../errors.js';
import type { Attribute, Graph } from '../ir.js';
import type { NdArray } from './nd-array.js';

/** One operator: outputs from inputs. */
export type Kernel = (call: Call) => NdArray[];

/** One use of an operator: its inputs and attributes. */
export class Call {
  readonly #inputs: readonly (NdArray | undefined)[];
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly outputCount: number;
  /** Evaluates a body, which sees the values around it. */
  readonly evaluate: (body: Graph, inputs: readonly NdArray[]) => NdArray[];

  constructor(
    inputs: readonly (NdArray | undefined)[],
    attributes: ReadonlyMap<string, Attribute>,
    outputCount: number,
    evaluate: (body: Graph, inputs: readonly NdArray[]) => NdArray[],
  ) {
    this.#inputs = inputs;
    this.#attributes = attributes;
    this.outputCount = outputCount;
    this.evaluate = evaluate;
  }

  /** Inputs that are there. */
  get inputs(): readonly NdArray[] {
    return this.#inputs.filter((input) => input !== undefined);
  }

  input(index: number): NdArray {
    const input = this.#inputs[index];
    if (input === undefined) throw new GraphError('reference', `input ${index} is missing`);
    return input;
  }

  optional(index: number): NdArray | undefined {
    return this.#inputs[index];
  }

  /** An input of whole numbers: axes, sizes, a shape. */
  numbers(index: number): number[] {
    return [...this.input(index).data];
  }

  number(name: string, otherwise: number): number {
    return (this.#attributes.get(name)?.value as number | undefined) ?? otherwise;
  }

  list(name: string): readonly number[] | undefined {
    return this.#attributes.get(name)?.value as readonly number[] | undefined;
  }

  text(name: string, otherwise: string): string {
    return (this.#attributes.get(name)?.value as string | undefined) ?? otherwise;
  }

  attribute(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  graph(name: string): Graph {
    const attribute = this.#attributes.get(name);
    if (attribute?.type !== 'graph') throw new GraphError('reference', `no graph "${name}"`);
    return attribute.value;
  }

  /** An attribute that the evaluator knows with one value only. */
  expect(name: string, value: number | string): void {
    const attribute = this.#attributes.get(name);
    if (attribute !== undefined && attribute.value !== value) {
      throw new GraphError('reference', `${name}: the reference knows ${value} only`);
    }
  }
}
