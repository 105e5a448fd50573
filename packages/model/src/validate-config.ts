// The limits of a network's sizes, checked before anything is built from them.
import { ModelConfigError } from './errors.js';
import type { LstmConfig } from './lstm-config.js';

/** Far above anything that trains on one machine; keeps a hostile file from asking for terabytes. */
const MAXIMUM_SIZE = 65_536;
const MAXIMUM_LAYERS = 64;

/** Checks sizes, ranges and their combination.
 *  @throws {ModelConfigError} naming the field, what was expected and what was found */
export function validateLstmConfig(config: LstmConfig): void {
  if (config.kind !== 'lstm') fail('kind', '"lstm"', config.kind);
  checkInteger('vocabularySize', config.vocabularySize, 2, MAXIMUM_SIZE);
  checkInteger('embeddingSize', config.embeddingSize, 1, MAXIMUM_SIZE);
  checkInteger('hiddenSize', config.hiddenSize, 1, MAXIMUM_SIZE);
  checkInteger('layers', config.layers, 1, MAXIMUM_LAYERS);
  if (!(config.dropout >= 0 && config.dropout < 1))
    fail('dropout', 'a number in [0, 1)', config.dropout);
  if (typeof config.tiedOutput !== 'boolean')
    fail('tiedOutput', 'true or false', config.tiedOutput);
  if (config.tiedOutput && config.embeddingSize !== config.hiddenSize) {
    const { embeddingSize, hiddenSize } = config;
    throw new ModelConfigError(
      'tied-sizes',
      `model configuration: a tied output needs embeddingSize = hiddenSize, found ${embeddingSize} and ${hiddenSize}; make them equal or untie`,
    );
  }
}

function checkInteger(field: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    fail(field, `an integer in ${low}..${high}`, value);
  }
}

function fail(field: string, expected: string, found: unknown): never {
  throw new ModelConfigError(
    'bad-config',
    `model configuration: ${field} must be ${expected}, found ${String(found)}`,
  );
}
