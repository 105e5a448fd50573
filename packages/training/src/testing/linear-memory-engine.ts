// A TrainingEngine in plain JavaScript that really learns, for tests: a fading sum of embeddings in place of the LSTM.
// It has the parameters of an LSTM of E = H (the recurrent ones stay as they are), dropout, AdamW, and state that is
// carried from window to window, so a trainer that forgets any of it is found out. Micro batches make no difference: it
// has no memory to save.
//
// Letters: B streams, T steps, V vocabulary, H hidden units.
import { createRandom } from '@ostinato/core';
import {
  type LstmConfig,
  lstmParameters,
  type NamedTensor,
  type NamedTensors,
} from '@ostinato/model';
import { checkTensors } from '../checkpoint/check-tensors.js';
import type { Batch } from '../data/batch.js';
import {
  type EngineFactory,
  type EngineRequest,
  microBatchOf,
  type OptimizerOptions,
} from '../engines/engine-factory.js';
import type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from '../engines/engine.js';

/** What a position keeps of the one before. */
const FADING = 0.5;
const LEARNED = ['embedding.weight', 'output.weight', 'output.bias'] as const;

/** Makes the engine; fits wherever an engine's factory is asked for. Needs E = H and an untied output. */
export const createLinearMemoryEngine: EngineFactory = async (request) =>
  new LinearMemoryEngine(request);

class LinearMemoryEngine implements TrainingEngine {
  readonly description = 'linear memory (JavaScript)';
  readonly #config: LstmConfig;
  readonly #batch: number;
  readonly #steps: number;
  readonly #seed: number;
  readonly #optimizer: OptimizerOptions;
  readonly #dropoutMask: 'window' | 'step';
  #step = 0;
  #parameters: Map<string, Float32Array>;
  #moments = new Map<string, Float32Array>();
  #carried: Float32Array;
  #evaluationCarried: Float32Array;

  constructor(request: EngineRequest) {
    const { config, batch, steps, seed, optimizer, dropoutMask = 'window', parameters } = request;
    microBatchOf(request);
    this.#config = config;
    this.#dropoutMask = dropoutMask;
    this.#batch = batch;
    this.#steps = steps;
    this.#seed = seed;
    this.#optimizer = optimizer;
    this.#parameters = copyData(parameters);
    for (const [name, data] of this.#parameters) {
      this.#moments.set(`first.${name}`, new Float32Array(data.length));
      this.#moments.set(`second.${name}`, new Float32Array(data.length));
    }
    this.#carried = new Float32Array(config.hiddenSize * batch);
    this.#evaluationCarried = new Float32Array(config.hiddenSize * batch);
  }

  async step(batch: Batch, { learningRate }: StepOptions): Promise<StepResult> {
    this.#checkBatch(batch);
    const mask = this.#drawMask(batch.tokens.length * this.#config.hiddenSize);
    const forward = this.#forward(batch, this.#carried, mask);
    const gradients = this.#backward(batch, forward, mask);
    this.#carried = forward.carried;
    this.#step++;
    let squares = 0;
    for (const gradient of gradients.values()) for (const value of gradient) squares += value ** 2;
    const gradientNorm = Math.sqrt(squares);
    const scale = Math.min(1, this.#optimizer.clipNorm / (gradientNorm + 1e-12));
    for (const [name, gradient] of gradients) this.#update(name, gradient, scale, learningRate);
    const targets = Math.max(1, forward.count);
    return {
      loss: forward.lossSum / targets,
      gradientNorm,
      accuracy: forward.correct / targets,
    };
  }

  async evaluate(batch: Batch, { reset }: { reset: boolean }): Promise<EvaluationResult> {
    this.#checkBatch(batch);
    if (reset) this.#evaluationCarried.fill(0);
    const { lossSum, correct, count, carried } = this.#forward(batch, this.#evaluationCarried);
    this.#evaluationCarried = carried;
    return { lossSum, correct, count };
  }

  async exportState(): Promise<EngineState> {
    const shapes = new Map(lstmParameters(this.#config).map(({ name, shape }) => [name, shape]));
    const tensors = (data: Map<string, Float32Array>): NamedTensors =>
      new Map(
        [...data].map(([name, values]): [string, NamedTensor] => [
          name,
          { shape: shapes.get(name.replace(/^(first|second)\./, '')) ?? [], data: values.slice() },
        ]),
      );
    const hidden = { shape: [this.#config.hiddenSize, this.#batch], data: this.#carried.slice() };
    return {
      step: this.#step,
      parameters: tensors(this.#parameters),
      moments: tensors(this.#moments),
      carried: new Map([['hidden.0', hidden]]),
    };
  }

  async importState(state: EngineState): Promise<void> {
    const own = await this.exportState();
    for (const part of ['parameters', 'moments', 'carried'] as const) {
      const shapes = new Map([...own[part]].map(([name, { shape }]) => [name, shape]));
      checkTensors(state[part], shapes, part);
    }
    this.#step = state.step;
    this.#parameters = copyData(state.parameters);
    this.#moments = copyData(state.moments);
    this.#carried = state.carried.get('hidden.0')!.data.slice();
  }

  async dispose(): Promise<void> {
    this.#parameters.clear();
  }

  #checkBatch({ steps, batch, tokens }: Batch): void {
    if (steps !== this.#steps || batch !== this.#batch || tokens.length !== steps * batch) {
      throw new RangeError(
        `batch: expected ${this.#steps} steps of ${this.#batch} streams, found ${steps} of ${batch}`,
      );
    }
  }

  /** @param length numbers of all steps of a window, [T, B, H] */
  #drawMask(length: number): Float32Array {
    const { dropout } = this.#config;
    if (dropout === 0) return new Float32Array(length).fill(1);
    const drawn = this.#dropoutMask === 'window' ? length / this.#steps : length;
    const uniforms = createRandom(this.#seed, 0xd0).uniforms(this.#step * length, drawn);
    return Float32Array.from({ length }, (_, at) =>
      uniforms[at % drawn] < dropout ? 0 : 1 / (1 - dropout),
    );
  }

  #forward(batch: Batch, before: Float32Array, mask?: Float32Array): Forward {
    const { hiddenSize: H, vocabularySize: V } = this.#config;
    const B = this.#batch;
    const embedding = this.#parameters.get('embedding.weight')!;
    const weight = this.#parameters.get('output.weight')!;
    const bias = this.#parameters.get('output.bias')!;
    const carried = before.slice(); // [H, B]
    const hidden = new Float32Array(batch.tokens.length * H); // [T, B, H]
    const probabilities = new Float32Array(batch.tokens.length * V); // [T, B, V]
    let lossSum = 0;
    let correct = 0;
    let count = 0;
    for (let at = 0; at < batch.tokens.length; at++) {
      const b = at % B;
      for (let h = 0; h < H; h++) {
        const kept = FADING * batch.keep[at] * carried[h * B + b];
        carried[h * B + b] = kept + embedding[batch.tokens[at] * H + h];
        hidden[at * H + h] = carried[h * B + b] * (mask?.[at * H + h] ?? 1);
      }
      const row = probabilities.subarray(at * V, (at + 1) * V);
      for (let v = 0; v < V; v++) {
        let sum = bias[v];
        for (let h = 0; h < H; h++) sum += weight[v * H + h] * hidden[at * H + h];
        row[v] = sum;
      }
      softmax(row);
      if (batch.weights[at] === 0) continue;
      const target = batch.targets[at];
      lossSum -= Math.log(row[target]);
      count++;
      if (row.every((probability) => probability <= row[target])) correct++;
    }
    return { carried, hidden, probabilities, lossSum, correct, count };
  }

  #backward(batch: Batch, forward: Forward, mask: Float32Array): Map<string, Float32Array> {
    const { hiddenSize: H, vocabularySize: V } = this.#config;
    const B = this.#batch;
    const weight = this.#parameters.get('output.weight')!;
    const gradients = new Map(
      LEARNED.map((name) => [name, new Float32Array(this.#parameters.get(name)!.length)]),
    );
    const embeddingGradient = gradients.get('embedding.weight')!;
    const weightGradient = gradients.get('output.weight')!;
    const biasGradient = gradients.get('output.bias')!;
    const flowing = new Float32Array(B * H); // gradient that reaches a position from later ones
    for (let at = batch.tokens.length - 1; at >= 0; at--) {
      const b = at % B;
      const share = batch.weights[at] / Math.max(1, forward.count);
      for (let v = 0; v < V; v++) {
        const hit = v === batch.targets[at] ? 1 : 0;
        const error = share * (forward.probabilities[at * V + v] - hit);
        biasGradient[v] += error;
        for (let h = 0; h < H; h++) {
          weightGradient[v * H + h] += error * forward.hidden[at * H + h];
          flowing[b * H + h] += error * weight[v * H + h] * mask[at * H + h];
        }
      }
      for (let h = 0; h < H; h++) {
        embeddingGradient[batch.tokens[at] * H + h] += flowing[b * H + h];
        flowing[b * H + h] *= FADING * batch.keep[at];
      }
    }
    return gradients;
  }

  #update(name: string, gradient: Float32Array, scale: number, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#optimizer;
    const parameter = this.#parameters.get(name)!;
    const first = this.#moments.get(`first.${name}`)!;
    const second = this.#moments.get(`second.${name}`)!;
    const firstShare = 1 - beta1 ** this.#step;
    const secondShare = 1 - beta2 ** this.#step;
    for (let i = 0; i < parameter.length; i++) {
      const slope = gradient[i] * scale;
      first[i] = beta1 * first[i] + (1 - beta1) * slope;
      second[i] = beta2 * second[i] + (1 - beta2) * slope * slope;
      const stride = first[i] / firstShare / (Math.sqrt(second[i] / secondShare) + epsilon);
      parameter[i] -= learningRate * (stride + weightDecay * parameter[i]);
    }
  }
}

interface Forward {
  readonly carried: Float32Array;
  /** After dropout, shape [T, B, H]. */
  readonly hidden: Float32Array;
  /** Shape [T, B, V]. */
  readonly probabilities: Float32Array;
  readonly lossSum: number;
  readonly correct: number;
  readonly count: number;
}

/** In place. */
function softmax(row: Float32Array): void {
  const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let v = 0; v < row.length; v++) sum += row[v] = Math.exp(row[v] - highest);
  for (let v = 0; v < row.length; v++) row[v] /= sum;
}

function copyData(tensors: NamedTensors): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, { data }]) => [name, data.slice()]));
}
