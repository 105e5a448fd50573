// Parameters of a network that has learned nothing yet.
import { lstmParameters, type LstmConfig, type ParameterSpec } from './lstm-config.js';
import type { NamedTensor, NamedTensors } from './tensor.js';
import { validateLstmConfig } from './validate-config.js';

/** A cell that forgets little at first learns long spans sooner (Jozefowicz et al. 2015). */
const FORGET_BIAS = 1;
/** Gates are stacked i, o, f, c: the forget gate is the third of four blocks. */
const FORGET_GATE = 2;

/** Draws fresh parameters. Every weight is uniform in (-limit, limit), so that equal draws give equal parameters on every
 *  platform (a normal distribution would need its logarithm):
 *  - embedding: standard deviation 1, which moves the gates from the first step on; 1/sqrt(E) if it is the output too,
 *    where it would make wild guesses
 *  - input and output weights: sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010), outputs counted per gate
 *  - recurrent weights: 1/sqrt(H)
 *  - biases: 0, the forget gate's 1
 *  @param random gives numbers in [0, 1), one for each weight, in the order of {@link lstmParameters}
 *  @throws {ModelConfigError} if the configuration is not valid */
export function initializeParameters(config: LstmConfig, random: () => number): NamedTensors {
  validateLstmConfig(config);
  const tensors = new Map<string, NamedTensor>();
  for (const spec of lstmParameters(config)) {
    tensors.set(spec.name, { shape: spec.shape, data: initialData(spec, config, random) });
  }
  return tensors;
}

function initialData(spec: ParameterSpec, config: LstmConfig, random: () => number): Float32Array {
  const { name, shape } = spec;
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const hidden = config.hiddenSize;
  if (name.endsWith('.bias')) {
    if (name.startsWith('lstm.')) {
      data.fill(FORGET_BIAS, FORGET_GATE * hidden, (FORGET_GATE + 1) * hidden);
    }
    return data;
  }
  const limit = uniformLimit(name, shape, config);
  for (let index = 0; index < data.length; index++) data[index] = (2 * random() - 1) * limit;
  return data;
}

function uniformLimit(
  name: string,
  [rows = 1, columns = 1]: readonly number[],
  { hiddenSize, tiedOutput }: LstmConfig,
): number {
  if (name === 'embedding.weight') return Math.sqrt(tiedOutput ? 3 / columns : 3);
  if (name.endsWith('.recurrent.weight')) return 1 / Math.sqrt(hiddenSize);
  const outputs = name.startsWith('lstm.') ? rows / 4 : rows;
  return Math.sqrt(6 / (columns + outputs));
}
