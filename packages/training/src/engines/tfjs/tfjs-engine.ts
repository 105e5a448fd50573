// The `tfjs` training engine: TF.js differentiates the network, whose LSTM layers are operations with gradients of their
// own. From the same parameters and batches it follows the trajectory of the `onnx` engine.
import type { NamedTensor, NamedTensors } from '@ostinato/model';
import { checkTensors } from '../../checkpoint/check-tensors.js';
import type { Batch } from '../../data/batch.js';
import { TrainingError } from '../../trainer/training-error.js';
import type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from '../engine.js';
import { type EngineRequest, microBatchOf } from '../engine-factory.js';
import { createMaskSource, type MaskSource } from '../onnx/dropout-masks.js';
import {
  carriedShapes,
  momentNames,
  momentShapes,
  parameterShapes,
  type TensorShapes,
} from '../state-tensors.js';
import { adamStep, clipFactor, globalNorm, type Learned } from './adam-step.js';
import { type ArrayState, CarriedState, takeState } from './carried-state.js';
import type { LayerState } from './lstm-layers.js';
import { loadBackend, type TfjsBackend, type TfjsBackendName, useBackend } from './load-backend.js';
import { forward } from './network.js';
import { correctCount, crossEntropy } from './operations.js';
import { fromTensorFlow, toTensorFlow } from './parameter-layout.js';
import type { Tensor, Tensor1D, TensorContainer, Tf } from './tf.js';
import { type BatchPart, checkIds, maskTensor, windowTensors } from './window-tensors.js';

export interface TfjsEngineOptions extends EngineRequest {
  /** `tensorflow` needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node, `wasm` nothing. Default: `auto`, which takes
   *  `tensorflow` if it is installed. */
  readonly backend?: TfjsBackendName | 'auto' | undefined;
}

/** Makes an engine on TF.js. Several may live in a process, on different backends too.
 *  @throws {TrainingError} `device` if the backend asked for cannot be loaded
 *  @throws {CheckpointError} if a parameter is missing, unknown or of another shape
 *  @throws {RangeError} if `microBatch` does not divide `batch` */
export async function createTfjsEngine(options: TfjsEngineOptions): Promise<TrainingEngine> {
  const { config, batch, parameters } = options;
  checkTensors(parameters, parameterShapes(config), 'parameters');
  microBatchOf(options);
  const engine = new TfjsEngine(options, await loadBackend(options.backend ?? 'auto'));
  await engine.importState({
    step: 0,
    parameters,
    moments: zeros(momentShapes(config)),
    carried: zeros(carriedShapes(config, batch)),
  });
  return engine;
}

class TfjsEngine implements TrainingEngine {
  readonly description: string;
  readonly #options: TfjsEngineOptions;
  readonly #backend: TfjsBackend;
  readonly #parts: readonly BatchPart[];
  readonly #masks: MaskSource;
  readonly #carried: CarriedState;
  readonly #carriedInEvaluation: CarriedState;
  /** In TensorFlow's layout, in the order of `lstmParameters`. */
  #learned: ReadonlyMap<string, Learned> = new Map();
  #step = 0;
  #disposed = false;

  constructor(options: TfjsEngineOptions, backend: TfjsBackend) {
    const { config, batch, steps, seed, dropoutMask = 'window' } = options;
    this.#options = options;
    this.#backend = backend;
    this.description = backend.description;
    const count = microBatchOf(options);
    this.#parts = Array.from({ length: batch / count }, (_, part) => ({
      from: part * count,
      count,
    }));
    const maskSize = config.hiddenSize * batch * (dropoutMask === 'step' ? steps : 1);
    this.#masks = createMaskSource(seed, config.dropout, maskSize, config.layers);
    this.#carried = new CarriedState(config, batch);
    this.#carriedInEvaluation = new CarriedState(config, batch);
  }

  // A step is done within one turn of the event loop, so that engines on other backends cannot come between.
  // eslint-disable-next-line @typescript-eslint/require-await -- a wrong batch rejects, as the contract says
  async step(batch: Batch, { learningRate }: StepOptions): Promise<StepResult> {
    this.#checkBatch(batch);
    const { tf } = this.#backend;
    const masks = this.#drawMasks();
    return this.#compute(() => {
      const after: ArrayState[][] = [];
      let sums: Tensor[] = [];
      let correct = 0;
      for (const part of this.#parts) {
        const { loss, hits, gradients, state } = this.#differentiate(batch, part, masks);
        sums = addAll(tf, sums, [loss, ...gradients]);
        correct += hits;
        after.push(state);
      }
      const [lossSum, ...gradients] = sums as [Tensor, ...Tensor[]];
      const norm = globalNorm(tf, gradients);
      const updated = this.#update(gradients, norm, learningRate);
      const [loss = Number.NaN, gradientNorm = Number.NaN] = tf.stack([lossSum, norm]).dataSync();
      this.#replaceLearned(updated);
      for (const [index, part] of this.#parts.entries()) this.#carried.store(part, after[index]);
      this.#step++;
      return { loss, gradientNorm, accuracy: correct / Math.max(1, total(batch.weights)) };
    });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a wrong batch rejects, as the contract says
  async evaluate(batch: Batch, { reset }: { reset: boolean }): Promise<EvaluationResult> {
    this.#checkBatch(batch);
    const { tf, layers } = this.#backend;
    const carried = this.#carriedInEvaluation;
    if (reset) carried.clear();
    const totals = { lossSum: 0, correct: 0, count: total(batch.weights) };
    for (const part of this.#parts) {
      this.#compute(() => {
        const { window, targets, weights } = windowTensors(tf, batch, part);
        const before = carried.tensors(tf, part, batch.keep);
        const parameters = this.#parameters();
        const { config } = this.#options;
        const { logits, state } = forward(tf, layers, config, parameters, window, before, []);
        const correctSum = correctCount(tf, logits, targets, weights);
        const sums = [crossEntropy(tf, logits, targets, weights), correctSum];
        const [lossSum = Number.NaN, correct = Number.NaN] = tf.stack(sums).dataSync();
        carried.store(part, takeState(state));
        totals.lossSum += lossSum;
        totals.correct += correct;
      });
    }
    return totals;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async exportState(): Promise<EngineState> {
    this.#checkAlive();
    const parameters = new Map<string, NamedTensor>();
    const moments = new Map<string, NamedTensor>();
    const shapes = parameterShapes(this.#options.config);
    this.#compute(() => {
      for (const [name, { parameter, first, second }] of this.#learned) {
        const names = momentNames(name);
        const read = (tensor: Tensor): NamedTensor =>
          fromTensorFlow(name, shapes.get(name) ?? [], tensor.dataSync<'float32'>());
        parameters.set(name, read(parameter));
        moments.set(names.first, read(first));
        moments.set(names.second, read(second));
      }
    });
    return { step: this.#step, parameters, moments, carried: this.#carried.copyOut() };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a wrong state rejects, as the contract says
  async importState({ step, parameters, moments, carried }: EngineState): Promise<void> {
    this.#checkAlive();
    const { config, batch } = this.#options;
    checkTensors(parameters, parameterShapes(config), 'parameters');
    checkTensors(moments, momentShapes(config), 'moments');
    checkTensors(carried, carriedShapes(config, batch), 'carried state');
    const { tf } = this.#backend;
    this.#compute(() => {
      const tensor = (name: string, values: NamedTensor): Tensor => {
        const { shape, data } = toTensorFlow(name, values);
        return tf.tensor(data, [...shape]);
      };
      const learned = new Map<string, Learned>();
      for (const name of parameterShapes(config).keys()) {
        const names = momentNames(name);
        learned.set(name, {
          parameter: tensor(name, parameters.get(name)!),
          first: tensor(name, moments.get(names.first)!),
          second: tensor(name, moments.get(names.second)!),
        });
      }
      this.#replaceLearned(learned);
    });
    this.#carried.copyIn(carried);
    this.#step = step;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#replaceLearned(new Map());
  }

  #parameters(): Map<string, Tensor> {
    return new Map([...this.#learned].map(([name, { parameter }]) => [name, parameter]));
  }

  /** The share of a part in the mean loss of the batch, its targets that were the likeliest, its gradients in the order of
   *  the parameters, and the state that it leaves behind. */
  #differentiate(
    batch: Batch,
    part: BatchPart,
    masks: readonly Uint8Array[],
  ): { loss: Tensor; hits: number; gradients: Tensor[]; state: ArrayState[] } {
    const { tf, layers } = this.#backend;
    const { config, batch: B } = this.#options;
    const { window, targets, weights } = windowTensors(tf, batch, part);
    const before = this.#carried.tensors(tf, part, batch.keep);
    const dropout = masks.map((mask) =>
      maskTensor(tf, mask, config.hiddenSize, B, part, config.dropout),
    );
    const shares = tf.div<Tensor1D>(weights, Math.max(1, total(batch.weights)));
    const names = [...this.#learned.keys()];
    let after: readonly LayerState[] = [];
    let correct: Tensor | undefined;
    const { value, grads } = tf.valueAndGrads((...values) => {
      const parameters = new Map(names.map((name, index) => [name, values[index]]));
      const output = forward(tf, layers, config, parameters, window, before, dropout);
      after = output.state;
      correct = tf.keep(correctCount(tf, output.logits, targets, weights));
      return crossEntropy(tf, output.logits, targets, shares);
    })([...this.#parameters().values()]);
    const [hits = Number.NaN] = correct?.dataSync() ?? [];
    correct?.dispose();
    return { loss: value, hits, gradients: grads, state: takeState(after) };
  }

  /** Masks are drawn for the whole batch, so that they do not depend on its parts. */
  #drawMasks(): Uint8Array[] {
    const { layers, dropout } = this.#options.config;
    if (dropout === 0) return [];
    return Array.from({ length: layers }, (_, layer) => this.#masks(this.#step, layer));
  }

  #update(gradients: Tensor[], norm: Tensor, learningRate: number): Map<string, Learned> {
    const { tf } = this.#backend;
    const { optimizer } = this.#options;
    const factor = clipFactor(tf, norm, optimizer.clipNorm);
    const updated = new Map<string, Learned>();
    for (const [name, learned] of this.#learned) {
      const gradient = gradients[updated.size];
      const step = this.#step + 1;
      const after = adamStep(tf, learned, gradient, { factor, step, learningRate }, optimizer);
      updated.set(name, after);
    }
    return updated;
  }

  /** Keeps the new tensors beyond `tf.tidy` and frees the old ones. */
  #replaceLearned(learned: ReadonlyMap<string, Learned>): void {
    const { tf } = this.#backend;
    for (const { parameter, first, second } of learned.values()) {
      for (const tensor of [parameter, first, second]) tf.keep(tensor);
    }
    const old = this.#learned;
    this.#learned = learned;
    for (const { parameter, first, second } of old.values()) tf.dispose([parameter, first, second]);
  }

  #checkBatch(batch: Batch): void {
    this.#checkAlive();
    const { steps: T, batch: B, config } = this.#options;
    if (batch.steps !== T || batch.batch !== B) {
      throw new RangeError(
        `batch: expected ${T} steps of ${B} sequences as the engine was made for, found ${batch.steps} of ${batch.batch}`,
      );
    }
    checkIds(batch, config.vocabularySize);
  }

  #checkAlive(): void {
    if (this.#disposed) throw new TrainingError('engine', 'the engine was disposed');
  }

  /** Runs on this engine's backend and frees what is not kept. */
  #compute<T extends TensorContainer>(body: () => T): T {
    try {
      useBackend(this.#backend);
      return this.#backend.tf.tidy(body);
    } catch (cause) {
      const { batch, steps } = this.#options;
      const [reason] = (cause as Error).message.split('\n');
      throw new TrainingError(
        'engine',
        `a window of ${batch} x ${steps} tokens could not be computed; if memory is short, take fewer sequences at once or a shorter window (${reason})`,
        { cause },
      );
    }
  }
}

/** Sums by place; frees its arguments. `sums` may be empty, for nothing so far. */
function addAll(tf: Tf, sums: Tensor[], values: Tensor[]): Tensor[] {
  if (sums.length === 0) return values;
  return values.map((value, index) => {
    const sum = sums[index];
    const result = tf.add(sum, value);
    tf.dispose([sum, value]);
    return result;
  });
}

const total = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

function zeros(shapes: TensorShapes): NamedTensors {
  return new Map(
    [...shapes].map(([name, shape]): [string, NamedTensor] => [
      name,
      { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) },
    ]),
  );
}
