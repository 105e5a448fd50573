// The state of one conversion: the graph that grows, and what has been taken from the file.
import { type GraphBuilder, type Shape, type Tensor, tensorOf, type Value } from '@ostinato/graph';
import { ExportError } from '../../errors.js';
import { quoted } from '../read/refuse.js';
import type { Layer, LayersModel, StatePort, Weight } from '../types.js';
import type { LayerUse, Signal } from './layer-use.js';
import { WeightFinder } from './weight-finder.js';

/** Converts one use of a layer, of whatever class. */
export type ConvertLayer = (
  conversion: Conversion,
  layer: Layer,
  inputs: readonly Signal[],
  place: Place,
) => Signal[];

export type Place = Pick<LayerUse, 'scope' | 'path'>;

export class Conversion {
  readonly g: GraphBuilder;
  readonly model: LayersModel;
  readonly weights: WeightFinder;
  /** Whether some layer of the model makes a mask. */
  readonly hasMasks: boolean;
  readonly states: (StatePort & { next?: Value })[] = [];
  readonly layers = new Set<string>();
  /** For layers that hold others. */
  readonly convertLayer: ConvertLayer;
  readonly #initializers = new Map<string, Value>();
  readonly #stateful = new Set<Layer>();

  constructor(
    g: GraphBuilder,
    model: LayersModel,
    { hasMasks, convertLayer }: Pick<Conversion, 'hasMasks' | 'convertLayer'>,
  ) {
    this.g = g;
    this.model = model;
    this.hasMasks = hasMasks;
    this.convertLayer = convertLayer;
    this.weights = new WeightFinder(model);
  }

  /** A constant of the graph, made once: shared layers share their weights. */
  initializer(name: string, make: () => Tensor): Value {
    const known = this.#initializers.get(name);
    if (known) return known;
    const value = this.g.initializer(name, make());
    this.#initializers.set(name, value);
    return value;
  }

  /** Declares a state that the caller holds between runs.
   *  @returns the state before the run, and what takes the one after it */
  state(
    layer: Layer,
    name: string,
    shape: Shape,
  ): { before: Value; setAfter: (next: Value) => void } {
    const input = `${layer.name}.${name}`;
    const port: StatePort & { next?: Value } = {
      input,
      output: `${input}_after`,
      shape,
      layer: layer.name,
    };
    this.states.push(port);
    return {
      before: this.g.input(input, 'float32', shape),
      setAfter: (next) => {
        port.next = next;
      },
    };
  }

  /** @throws {ExportError} `unsupported-layer` if the layer has been used before: its state would depend on the order */
  claimStates({ layer, where }: Pick<LayerUse, 'layer' | 'where'>): void {
    if (this.#stateful.has(layer)) {
      throw new ExportError(
        'unsupported-layer',
        `${where}: is stateful and called more than once; use a layer of its own for each call`,
      );
    }
    this.#stateful.add(layer);
  }
}

type Weighted = Pick<LayerUse, 'conversion' | 'layer' | 'scope' | 'where'>;

/** A weight of a layer.
 *  @param name TF.js's, such as `recurrent_kernel`
 *  @throws {ExportError} `damaged-model` if it is not there or has another shape */
export function weightOf(use: Weighted, name: string, shape: readonly number[]): Weight {
  const weight = use.conversion.weights.find(use, name);
  if (weight.shape.join() !== shape.join()) {
    const [expected, found] = [shape, weight.shape].map((sizes) => `[${sizes.join(', ')}]`);
    throw new ExportError(
      'damaged-model',
      `${use.where}: weight ${quoted(weight.name)} must have shape ${expected}, found ${found}`,
    );
  }
  return weight;
}

/** A weight as a constant of the graph.
 *  @param as the shape in the graph, if not that of the file: the same numbers in the same order */
export function parameter(
  use: Weighted,
  name: string,
  shape: readonly number[],
  as: readonly number[] = shape,
): Value {
  const { data } = weightOf(use, name, shape);
  return use.conversion.initializer(initializerName(use, name), () =>
    tensorOf('float32', data, as),
  );
}

/** Name of a constant that belongs to a layer. */
export function initializerName({ scope }: Pick<LayerUse, 'scope'>, name: string): string {
  return [...scope, name].join('/');
}
