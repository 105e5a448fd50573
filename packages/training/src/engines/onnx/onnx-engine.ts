// The `onnx` training engine: each step is one run of a graph that holds forward, backward, clipping and AdamW.
// Parameters and moments are updated in place; see docs/decisions for why a graph.
import { availableParallelism } from 'node:os';
import { encodeModel, type Model, type RecurrenceForm } from '@ostinato/graph';
import type { NamedTensors } from '@ostinato/model';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Batch } from '../../data/batch.js';
import { TrainingError } from '../../trainer/training-error.js';
import type {
  EngineState,
  EvaluationResult,
  StepOptions,
  StepResult,
  TrainingEngine,
} from '../engine.js';
import type { EngineRequest } from '../engine-factory.js';
import { carriedShapes, momentShapes, parameterShapes } from '../state-tensors.js';
import { createMaskSource, type MaskSource } from './dropout-masks.js';
import { createTensorBuffers, type TensorBuffers } from './tensor-buffers.js';
import type { TrainingDevice } from './training-device.js';
import { buildEvaluationGraph, buildTrainingGraph, maskName, nextName } from './training-graph.js';

export interface OnnxEngineOptions extends EngineRequest {
  /** Threads of ONNX Runtime; default: one for each core. */
  readonly threads?: number;
  /** Where it computes; see `resolveTrainingDevice`. Default `cpu`. */
  readonly device?: TrainingDevice;
  /** How the recurrence is written; default: `scan`, the faster one on CPUs. */
  readonly form?: RecurrenceForm;
}

type Feeds = Record<string, Tensor>;

/** Makes an engine on ONNX Runtime's CPU provider.
 *  @throws {CheckpointError} if a parameter is missing, unknown or of another shape */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<TrainingEngine> {
  const { device = 'cpu', threads = availableParallelism() } = options;
  if (device !== 'cpu') throw new TrainingError('device', `device ${device}: not available`);
  const training = await createSession(buildTrainingGraph(options, options.optimizer), threads);
  const engine = new OnnxEngine(options, training, threads);
  try {
    await engine.importState({
      step: 0,
      parameters: options.parameters,
      moments: engine.moments.copyOut(),
      carried: engine.carried.copyOut(),
    });
    return engine;
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

function createSession(model: Model, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: threads,
    // 'all' fuses transposes into slower products.
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 4, // what it logs of a failed run stands in the error too
    // Threads that wait spin this long before they sleep. Spinning for longer is no faster, and collapses 2 to 5
    // times when another program wants the cores.
    extra: { session: { intra_op: { spin_duration_us: '20' } } },
  });
}

class OnnxEngine implements TrainingEngine {
  readonly description: string;
  readonly moments: TensorBuffers;
  readonly carried: TensorBuffers;
  readonly #options: OnnxEngineOptions;
  readonly #threads: number;
  readonly #training: InferenceSession;
  readonly #parameters: TensorBuffers;
  readonly #carriedInEvaluation: TensorBuffers;
  readonly #masks: MaskSource;
  #evaluation: Promise<InferenceSession> | undefined;
  #step = 0;
  #disposed = false;

  constructor(options: OnnxEngineOptions, training: InferenceSession, threads: number) {
    const { config, batch, seed } = options;
    const { hiddenSize, layers, dropout } = config;
    this.#options = options;
    this.#training = training;
    this.#threads = threads;
    this.description = `onnx, cpu, ${threads} thread${threads === 1 ? '' : 's'}`;
    this.#parameters = createTensorBuffers(parameterShapes(config));
    this.moments = createTensorBuffers(momentShapes(config));
    this.carried = createTensorBuffers(carriedShapes(config, batch));
    this.#carriedInEvaluation = createTensorBuffers(carriedShapes(config, batch));
    this.#masks = createMaskSource(seed, dropout, hiddenSize * batch, layers);
  }

  async step(batch: Batch, { learningRate }: StepOptions): Promise<StepResult> {
    const { beta1, beta2 } = this.#options.optimizer;
    const count = this.#step + 1;
    const updated = [...this.#parameters.tensors, ...this.moments.tensors];
    const feeds: Feeds = {
      ...this.#windowFeeds(batch),
      ...Object.fromEntries([...updated, ...this.carried.tensors]),
      ...this.#maskFeeds(),
      learningRate: scalar(learningRate),
      correctedRate: scalar(learningRate / (1 - beta1 ** count)),
      secondCorrection: scalar(1 / (1 - beta2 ** count)),
    };
    // The new values are written over the old ones: every use of an old parameter comes before the gradient's norm,
    // and every update after it. The carried state is read again in the backward pass, so it has a place of its own.
    const fetches: Record<string, Tensor | null> = { loss: null, gradientNorm: null };
    for (const [name, tensor] of updated) fetches[nextName(name)] = tensor;
    for (const name of this.carried.tensors.keys()) fetches[nextName(name)] = null;
    const results = await this.#run(this.#training, feeds, fetches);
    this.carried.copyIn(carriedResults(results, this.carried), 'training step');
    this.#step = count;
    return { loss: numberOf(results['loss']), gradientNorm: numberOf(results['gradientNorm']) };
  }

  async evaluate(batch: Batch, { reset }: { reset: boolean }): Promise<EvaluationResult> {
    this.#evaluation ??= createSession(buildEvaluationGraph(this.#options), this.#threads);
    const session = await this.#evaluation;
    const carried = this.#carriedInEvaluation;
    if (reset) carried.clear();
    const feeds: Feeds = {
      ...this.#windowFeeds(batch),
      ...Object.fromEntries([...this.#parameters.tensors, ...carried.tensors]),
    };
    const results = await this.#run(session, feeds, session.outputNames);
    carried.copyIn(carriedResults(results, carried), 'evaluation');
    return {
      lossSum: numberOf(results['lossSum']),
      correct: numberOf(results['correct']),
      count: batch.weights.reduce((sum, weight) => sum + weight, 0),
    };
  }

  exportState(): Promise<EngineState> {
    return Promise.resolve({
      step: this.#step,
      parameters: this.#parameters.copyOut(),
      moments: this.moments.copyOut(),
      carried: this.carried.copyOut(),
    });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a wrong state rejects, as the contract says
  async importState({ step, parameters, moments, carried }: EngineState): Promise<void> {
    this.#parameters.copyIn(parameters, 'parameters');
    this.moments.copyIn(moments, 'moments');
    this.carried.copyIn(carried, 'carried state');
    this.#step = step;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#training.release();
    await (await this.#evaluation)?.release();
  }

  async #run(
    session: InferenceSession,
    feeds: Feeds,
    fetches: InferenceSession.FetchesType,
  ): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await session.run(feeds, fetches);
    } catch (cause) {
      const { batch, steps } = this.#options;
      const [reason] = (cause as Error).message.split('\n');
      throw new TrainingError(
        'engine',
        `a window of ${batch} x ${steps} tokens could not be computed; if memory is short, take fewer sequences or a shorter window (${reason})`,
        { cause },
      );
    }
  }

  #windowFeeds({ tokens, targets, weights, keep, steps, batch }: Batch): Feeds {
    const { steps: T, batch: B } = this.#options;
    if (steps !== T || batch !== B) {
      throw new RangeError(
        `batch: expected ${T} steps of ${B} sequences as the engine was made for, found ${steps} of ${batch}`,
      );
    }
    return {
      tokens: new Tensor('int32', tokens, [T, B]),
      targets: new Tensor('int32', targets, [T, B]),
      weights: new Tensor('float32', weights, [T, B]),
      keep: new Tensor('float32', keep, [T, 1, B]),
    };
  }

  #maskFeeds(): Feeds {
    const { config, batch } = this.#options;
    if (config.dropout === 0) return {};
    const shape = [1, config.hiddenSize, batch];
    return Object.fromEntries(
      Array.from({ length: config.layers }, (_, layer) => [
        maskName(layer),
        new Tensor('uint8', this.#masks(this.#step, layer), shape),
      ]),
    );
  }
}

const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), []);

function numberOf(tensor: Tensor | undefined): number {
  return (tensor?.data as Float32Array | undefined)?.[0] ?? Number.NaN;
}

function carriedResults(
  results: Readonly<Record<string, Tensor>>,
  buffers: TensorBuffers,
): NamedTensors {
  return new Map(
    [...buffers.tensors].map(([name, { dims }]) => [
      name,
      { shape: dims, data: results[nextName(name)]?.data as Float32Array },
    ]),
  );
}
