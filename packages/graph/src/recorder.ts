// GraphRecorder: names, nodes and constants of a graph under construction, and the record of operations that
// reverse-mode differentiation walks back. The operators themselves are in builder.ts.
import { GraphError } from './errors.js';
import type { Attribute, DataType, Graph, Node, Shape, Tensor, Value } from './ir.js';
import { formatShape } from './shapes.js';
import { tensorOf } from './tensors.js';

export type Attributes = Readonly<Record<string, Attribute | undefined>>;

/** One differentiable operation: a node, or several nodes that have one gradient rule together. */
export interface Operation {
  /** Name of the operator, or of the composite. */
  readonly opType: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** Values that a composite's rule needs beside its inputs and outputs. */
  readonly saved: readonly Value[];
}

interface NodeSpec {
  readonly opType: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly { readonly dataType: DataType; readonly shape: Shape }[];
  readonly attributes?: Attributes;
  readonly domain?: string;
}

/** State that a graph shares with the bodies of its loops. */
interface Shared {
  nextId: number;
  readonly initializers: Map<string, Tensor>;
  readonly constants: Map<string, Value>;
  /** Numbers of the constants, by name. */
  readonly numbers: Map<string, readonly number[]>;
}

export class GraphRecorder {
  readonly #shared: Shared;
  readonly #parent: GraphRecorder | undefined;
  readonly #name: string;
  readonly #nodes: Node[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #operations: Operation[] = [];
  /** Equal nodes are recorded once: differentiation asks for the same transposes again and again. */
  readonly #known = new Map<string, { values: Value[]; recorded: boolean }>();
  readonly #own = new Set<string>();
  #scope = '';
  /** A loop's body is not recorded: it has no gradient of its own, only the operation around it has. */
  #recording: boolean;

  constructor(name: string, parent?: GraphRecorder) {
    this.#name = name;
    this.#parent = parent;
    this.#recording = parent === undefined;
    this.#shared = parent
      ? parent.#shared
      : { nextId: 0, initializers: new Map(), constants: new Map(), numbers: new Map() };
    this.#scope = parent ? `${parent.#scope}${name}/` : '';
  }

  /** What has been recorded for differentiation, in order. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Nodes made inside get names under `name/`, which is how graph viewers group them. */
  scope<Result>(name: string, make: () => Result): Result {
    const outer = this.#scope;
    this.#scope = `${outer}${name}/`;
    try {
      return make();
    } finally {
      this.#scope = outer;
    }
  }

  /** Nodes made inside are not recorded for differentiation. */
  withoutRecording<Result>(make: () => Result): Result {
    const outer = this.#recording;
    this.#recording = false;
    try {
      return make();
    } finally {
      this.#recording = outer;
    }
  }

  /** Several nodes as one operation with a gradient rule of its own, registered under `opType`. */
  composite(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    make: () => { outputs: Value[]; saved: Value[] },
  ): Value[] {
    const { outputs, saved } = this.scope(opType, () => this.withoutRecording(make));
    if (this.#recording) {
      this.#operations.push({ opType, inputs, outputs, attributes, saved });
    }
    return outputs;
  }

  /** Declares a graph input. The name is kept as given. */
  input(name: string, dataType: DataType, shape: Shape): Value {
    const value = { name: this.#parent ? this.#fresh(name) : name, dataType, shape };
    this.#inputs.push(value);
    return value;
  }

  /** Declares a graph output; with a name, the value goes out under that name. */
  output(value: Value, name?: string): Value {
    let result = value;
    // An output must be made by a node of this very graph, and go out once.
    if (name !== undefined || this.#outputs.includes(value) || !this.#own.has(value.name)) {
      result = { ...value, name: name ?? this.#fresh('output') };
      this.#append('Identity', '', [value.name], [result.name], {});
    }
    this.#outputs.push(result);
    return result;
  }

  /** A constant that has a name of its own, such as a trained parameter. */
  initializer(name: string, tensor: Tensor): Value {
    if (this.#shared.initializers.has(name)) {
      throw new GraphError('duplicate', `initializer ${name} exists already`);
    }
    this.#shared.initializers.set(name, tensor);
    return { name, dataType: tensor.dataType, shape: tensor.shape };
  }

  /** A small constant; equal ones are stored once. A plain number is a scalar, an array a vector unless a shape is given. */
  constant(
    dataType: Exclude<DataType, 'float16'>,
    values: number | readonly number[],
    shape?: readonly number[],
  ): Value {
    const list = typeof values === 'number' ? [values] : values;
    const dims = shape ?? (typeof values === 'number' ? [] : [list.length]);
    const key = `${dataType}${formatShape(dims)}${list.join(',')}`;
    const known = this.#shared.constants.get(key);
    if (known) return known;
    const name = `constant_${this.#shared.nextId++}`;
    const value = this.initializer(name, tensorOf(dataType, list, dims));
    this.#shared.constants.set(key, value);
    this.#shared.numbers.set(name, list);
    return value;
  }

  /** The numbers of a value made by `constant`.
   *  @throws {GraphError} if it is not a constant */
  constantNumbers(value: Value | undefined): readonly number[] {
    const numbers = value && this.#shared.numbers.get(value.name);
    if (!numbers) throw new GraphError('constant', `${value?.name ?? 'input'}: not a constant`);
    return numbers;
  }

  /** Adds a node, or gives the outputs of an equal one. */
  node({ opType, inputs, outputs, attributes = {}, domain = '' }: NodeSpec): Value[] {
    const names = inputs.map((input) => input?.name ?? '');
    while (names.at(-1) === '') names.pop();
    const key = nodeKey(domain, opType, names, attributes, outputs.length);
    const known = key === undefined ? undefined : this.#find(key);
    if (known) {
      if (this.#recording && !known.recorded) {
        known.recorded = true;
        this.#operations.push({ opType, inputs, outputs: known.values, attributes, saved: [] });
      }
      return known.values;
    }
    const values = outputs.map(({ dataType, shape }) => ({
      name: this.#fresh(opType),
      dataType,
      shape,
    }));
    const outputNames = values.map((value) => value.name);
    this.#append(opType, domain, names, outputNames, attributes);
    if (key !== undefined) this.#known.set(key, { values, recorded: this.#recording });
    if (this.#recording) {
      this.#operations.push({ opType, inputs, outputs: values, attributes, saved: [] });
    }
    return values;
  }

  /** The finished graph. A loop's body has no constants of its own: it sees those of the graph around it. */
  build(): Graph {
    return {
      name: this.#name,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#parent ? new Map() : this.#shared.initializers,
    };
  }

  #fresh(stem: string): string {
    return `${this.#scope}${stem}_${this.#shared.nextId++}`;
  }

  #find(key: string): { values: Value[]; recorded: boolean } | undefined {
    const own = this.#known.get(key);
    if (own || !this.#parent) return own;
    return this.#parent.#find(key);
  }

  #append(
    opType: string,
    domain: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): void {
    const present = Object.entries(attributes).filter(
      (entry): entry is [string, Attribute] => entry[1] !== undefined,
    );
    for (const output of outputs) this.#own.add(output);
    const name = outputs[0] ?? opType;
    this.#nodes.push({ name, opType, domain, inputs, outputs, attributes: new Map(present) });
  }
}

/** A text that equal nodes share; none for nodes with a body. */
function nodeKey(
  domain: string,
  opType: string,
  inputs: readonly string[],
  attributes: Attributes,
  outputs: number,
): string | undefined {
  const parts: string[] = [];
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute === undefined) continue;
    if (attribute.type === 'graph') return undefined;
    const value =
      attribute.type === 'tensor' ? [...attribute.value.bytes].join(',') : attribute.value;
    parts.push(`${name}=${attribute.type}:${String(value)}`);
  }
  return `${domain}:${opType}(${inputs.join(',')})${parts.join(';')}>${outputs}`;
}
