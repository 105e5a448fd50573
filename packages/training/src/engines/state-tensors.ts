// Names and shapes of the tensors of an `EngineState`, for engines and checkpoints alike.
import { type LstmConfig, lstmParameters, type NamedTensors } from '@ostinato/model';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { checkTensors } from '../checkpoint/check-tensors.js';
import type { EngineState } from './engine.js';

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

/** Checks all of a state before an engine takes any of it over.
 *  @throws {CheckpointError} if a tensor is missing, unknown, of another shape, or the step is no count */
export function checkEngineState(state: EngineState, config: LstmConfig, batch: number): void {
  if (!Number.isSafeInteger(state.step) || state.step < 0) {
    throw new CheckpointError(
      'damaged',
      `engine state: step must be an integer from 0, found ${state.step}`,
    );
  }
  checkParameters(state.parameters, config);
  checkTensors(state.moments, momentShapes(config), 'moments');
  checkTensors(state.carried, carriedShapes(config, batch), 'carried state');
}

/** @throws {CheckpointError} if a parameter is missing, unknown or of another shape */
export function checkParameters(parameters: NamedTensors, config: LstmConfig): void {
  checkTensors(parameters, parameterShapes(config), 'parameters');
}
