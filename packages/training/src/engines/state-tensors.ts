// Names and shapes of the tensors of an `EngineState`, for engines and checkpoints alike.
import { type LstmConfig, lstmParameters } from '@ostinato/model';

export type TensorShapes = Map<string, readonly number[]>;

export const momentNames = (parameter: string): { first: string; second: string } => ({
  first: `first.${parameter}`,
  second: `second.${parameter}`,
});

export const carriedNames = (layer: number): { hidden: string; cell: string } => ({
  hidden: `hidden.${layer}`,
  cell: `cell.${layer}`,
});

export function parameterShapes(config: LstmConfig): TensorShapes {
  return new Map(lstmParameters(config).map(({ name, shape }) => [name, shape]));
}

/** Adam's two moments of every parameter, in its shape. */
export function momentShapes(config: LstmConfig): TensorShapes {
  const shapes: TensorShapes = new Map();
  for (const [name, shape] of parameterShapes(config)) {
    const { first, second } = momentNames(name);
    shapes.set(first, shape).set(second, shape);
  }
  return shapes;
}

/** The state that `batch` sequences carry from window to window, [H, B] for each. */
export function carriedShapes(config: LstmConfig, batch: number): TensorShapes {
  const shapes: TensorShapes = new Map();
  for (let layer = 0; layer < config.layers; layer++) {
    const { hidden, cell } = carriedNames(layer);
    shapes.set(hidden, [config.hiddenSize, batch]).set(cell, [config.hiddenSize, batch]);
  }
  return shapes;
}
