// The `onnx` training engine: each step is one run of a graph that holds forward, backward, clipping and AdamW, or, in
// micro batches, a run for the gradient of each part and one for the update. State stays where it is computed.
import type { RecurrenceForm } from '@ostinato/graph';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Batch } from '../../data/batch.js';
import type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from '../engine.js';
import { type EngineRequest, microBatchOf } from '../engine-factory.js';
import {
  carriedShapes,
  checkEngineState,
  checkParameters,
  momentShapes,
  parameterShapes,
} from '../state-tensors.js';
import type { DeviceTensors, Feeds } from './device-tensors.js';
import { createMaskSource, type MaskSource } from './dropout-masks.js';
import { type OptimizerStep, stepInParts, wholeStep } from './optimizer-step.js';
import { openProvider, type Provider, type TrainingDevice } from './provider.js';
import { Resources } from './resources.js';
import { batchPart, columnsOf, joinColumns, splitColumns } from './sequence-parts.js';
import { numberOf, runSession } from './session-run.js';
import { buildEvaluationGraph } from './training-graph.js';
import { maskName, maskShape, nextName, type WindowOptions } from './window-graph.js';

export interface OnnxEngineOptions extends EngineRequest {
  /** Threads of ONNX Runtime on the CPU; default: one for each core. */
  readonly threads?: number | undefined;
  /** Where it computes; see `resolveTrainingDevice`. Default `cpu`. */
  readonly device?: TrainingDevice | undefined;
  /** How the recurrence is written; default: `scan` on the CPU, where it is faster, `unrolled` on GPUs, for which a scan
   *  is a loop on the host. */
  readonly form?: RecurrenceForm | undefined;
}

/** Makes an engine on ONNX Runtime.
 *  @throws {RangeError} if `microBatch` does not divide `batch`
 *  @throws {CheckpointError} if a parameter is missing, unknown or of another shape
 *  @throws {TrainingError} `device` if the device is not there */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<TrainingEngine> {
  const { device = 'cpu', threads, config, steps, dropoutMask = 'window' } = options;
  checkParameters(options.parameters, config);
  const provider = openProvider(device, threads);
  const form = { ...provider.form, ...(options.form && { form: options.form }) };
  const window = { config, steps, batch: microBatchOf(options), dropoutMask, ...form };
  const resources = new Resources();
  try {
    const held = await hold(options, { provider, window, resources });
    await held.parameters.copyIn(options.parameters);
    return new OnnxEngine(options, held);
  } catch (error) {
    await resources.dispose();
    throw error;
  }
}

interface Workplace {
  readonly provider: Provider;
  /** What one run computes: `batch` is that of a part. */
  readonly window: WindowOptions;
  readonly resources: Resources;
}

interface Held extends Workplace {
  readonly parameters: DeviceTensors;
  readonly moments: DeviceTensors;
  /** One for each part of the batch. */
  readonly carried: readonly DeviceTensors[];
  readonly carriedInEvaluation: readonly DeviceTensors[];
  readonly takeStep: OptimizerStep;
}

async function hold(options: OnnxEngineOptions, workplace: Workplace): Promise<Held> {
  const { provider, window, resources } = workplace;
  const { config, optimizer } = options;
  const create = async (shapes: Parameters<Provider['memory']['create']>[0], inPlace: boolean) =>
    resources.tensors(await provider.memory.create(shapes, { inPlace }));
  const shapesOfPart = carriedShapes(config, window.batch);
  const parts = options.batch / window.batch;
  const createForParts = async (): Promise<DeviceTensors[]> => {
    const tensors: DeviceTensors[] = [];
    // The carried state is read again in the backward pass, so the next one has a place of its own.
    while (tensors.length < parts) tensors.push(await create(shapesOfPart, false));
    return tensors;
  };
  const state = {
    parameters: await create(parameterShapes(config), true),
    moments: await create(momentShapes(config), true),
  };
  const context = { ...workplace, ...state, optimizer, carried: [...shapesOfPart.keys()] };
  return {
    ...workplace,
    ...state,
    carried: await createForParts(),
    carriedInEvaluation: await createForParts(),
    takeStep: await (parts === 1 ? wholeStep : stepInParts)(context),
  };
}

class OnnxEngine implements TrainingEngine {
  readonly description: string;
  readonly #options: OnnxEngineOptions;
  readonly #held: Held;
  readonly #masks: MaskSource;
  #evaluation: Promise<InferenceSession> | undefined;
  #step = 0;

  constructor(options: OnnxEngineOptions, held: Held) {
    const { config, batch, seed } = options;
    const { provider, window } = held;
    const sequences = `${window.batch} sequence${window.batch === 1 ? '' : 's'}`;
    this.#options = options;
    this.#held = held;
    this.description =
      `onnx, ${provider.description}` + (window.batch === batch ? '' : `, ${sequences} at once`);
    const maskSize = maskShape({ ...window, batch }).reduce((product, size) => product * size, 1);
    this.#masks = createMaskSource(seed, config.dropout, maskSize, config.layers);
  }

  async step(batch: Batch, { learningRate }: StepOptions): Promise<StepResult> {
    this.#check(batch);
    const { beta1, beta2 } = this.#options.optimizer;
    const count = this.#step + 1;
    const targets = Math.max(1, sumOf(batch.weights));
    const targetCount = scalar(targets);
    const windows = this.#windows(batch);
    const masks = this.#maskFeeds();
    const parts = this.#held.carried.map((carried, part) => ({
      feeds: { ...windows[part], ...masks[part], targetCount },
      carried,
    }));
    const { loss, correct, gradientNorm } = await this.#held.takeStep(parts, {
      learningRate: scalar(learningRate),
      correctedRate: scalar(learningRate / (1 - beta1 ** count)),
      secondCorrection: scalar(1 / (1 - beta2 ** count)),
    });
    this.#step = count;
    return { loss, gradientNorm, accuracy: correct / targets };
  }

  async evaluate(batch: Batch, { reset }: { reset: boolean }): Promise<EvaluationResult> {
    this.#check(batch);
    const { window, parameters, carriedInEvaluation } = this.#held;
    const session = await (this.#evaluation ??= this.#createEvaluation());
    const windows = this.#windows(batch);
    let [lossSum, correct] = [0, 0];
    for (const [part, carried] of carriedInEvaluation.entries()) {
      if (reset) await carried.clear();
      const feeds = { ...windows[part], ...parameters.feeds(), ...carried.feeds() };
      const fetches = { lossSum: null, correct: null, ...carried.fetches() };
      const results = await runSession(session, feeds, fetches, window);
      carried.take(results);
      lossSum += numberOf(results, 'lossSum');
      correct += numberOf(results, 'correct');
    }
    return { lossSum, correct, count: sumOf(batch.weights) };
  }

  async exportState(): Promise<EngineState> {
    const { parameters, moments, carried } = this.#held;
    const parts = [];
    for (const part of carried) parts.push(await part.copyOut());
    return {
      step: this.#step,
      parameters: await parameters.copyOut(),
      moments: await moments.copyOut(),
      carried: joinColumns(parts),
    };
  }

  async importState(state: EngineState): Promise<void> {
    const { config, batch } = this.#options;
    checkEngineState(state, config, batch);
    const { parameters, moments, carried, window } = this.#held;
    await parameters.copyIn(state.parameters);
    await moments.copyIn(state.moments);
    for (const [part, tensors] of splitColumns(state.carried, window.batch).entries()) {
      await carried[part].copyIn(tensors);
    }
    this.#step = state.step;
  }

  async dispose(): Promise<void> {
    await this.#evaluation?.catch(() => {}); // its error went to who asked for it
    await this.#held.resources.dispose();
  }

  async #createEvaluation(): Promise<InferenceSession> {
    const { provider, window, resources } = this.#held;
    const kept = [...carriedShapes(window.config, window.batch).keys()].map(nextName);
    return resources.session(await provider.createSession(buildEvaluationGraph(window), kept));
  }

  #check({ steps, batch }: Batch): void {
    const { steps: T, batch: B } = this.#options;
    if (steps === T && batch === B) return;
    throw new RangeError(
      `batch: expected ${T} steps of ${B} sequences as the engine was made for, found ${steps} of ${batch}`,
    );
  }

  #windows(batch: Batch): Feeds[] {
    return this.#fromEach((from, count) => {
      const { steps: T, batch: B, tokens, targets, weights, keep } = batchPart(batch, from, count);
      return {
        tokens: new Tensor('int32', tokens, [T, B]),
        targets: new Tensor('int32', targets, [T, B]),
        weights: new Tensor('float32', weights, [T, B]),
        keep: new Tensor('float32', keep, [T, 1, B]),
      };
    });
  }

  /** Masks are drawn for the whole batch, so that they do not depend on its parts. */
  #maskFeeds(): Feeds[] {
    const { config, batch } = this.#options;
    const shape = maskShape(this.#held.window);
    const layers = config.dropout === 0 ? 0 : config.layers;
    const masks = Array.from({ length: layers }, (_, layer) => this.#masks(this.#step, layer));
    return this.#fromEach((from, count) =>
      Object.fromEntries(
        masks.map((mask, layer): [string, Tensor] => [
          maskName(layer),
          new Tensor('uint8', columnsOf(mask, batch, from, count), shape),
        ]),
      ),
    );
  }

  /** One of something for each part of the batch. */
  #fromEach<T>(make: (from: number, count: number) => T): T[] {
    const count = this.#held.window.batch;
    return this.#held.carried.map((_, part) => make(part * count, count));
  }
}

const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), []);

const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);
