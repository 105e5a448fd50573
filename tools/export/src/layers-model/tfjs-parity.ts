// The converted graph against TF.js itself, on random inputs.
import { createRandom } from '@ostinato/core';
import { encodeModel } from '@ostinato/graph';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { LayersModel as TfLayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ExportError } from '../errors.js';
import { declaredType } from './convert/input-ports.js';
import { closeShape, drawInput, type InputNumbers } from './random-inputs.js';
import { disposeInTfjs, firstLine, loadInTfjs, type Tfjs, withTfjs } from './tfjs.js';
import type { ConvertedModel, InputPort, LayersModel } from './types.js';

/** Largest difference, in units of the largest output. Both sides round to float32, which keeps 6e-8, after
 *  sums of some hundred terms and through functions good to 2e-7, and a recurrence adds up what its steps lose; a formula
 *  that is wrong in one place is off by far more. */
const TOLERANCE = 1e-5;
/** Smaller outputs count as this: they may be differences of larger numbers, which the rounding is of. */
const SMALLEST_OUTPUT = 0.1;

/** Sequences and steps of each try. The first length has many divisors, for models that fold their steps. */
const TRIES = [
  { batch: 2, length: 12 },
  { batch: 1, length: 5 },
  { batch: 3, length: 1 },
] as const;
/** A stateful model sees this many pieces of a sequence, one after another. */
const PIECES = 3;

export interface TfjsParityReport {
  /** Runs of both sides. */
  readonly inputsTried: number;
  readonly largestDifference: number;
  /** Largest magnitude that TF.js gave. */
  readonly largestOutput: number;
  /** What the difference may be. */
  readonly tolerance: number;
}

export interface TfjsParityOptions {
  /** Of the random inputs; default 1. */
  readonly seed?: number;
  /** Aborted between two runs, the check throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Runs a model in TF.js and its conversion in ONNX Runtime on the same random inputs. The states of stateful layers are
 *  carried on from piece to piece on both sides. Sizes that TF.js refuses (a Reshape that does not fit) are passed over.
 *  @param model as `readLayersModel` gives it; TF.js loads it from the same description and weights
 *  @throws {ExportError} `parity` naming an output that differs too much; `tfjs` if TF.js cannot load or run the model */
export async function checkAgainstTfjs(
  model: LayersModel,
  converted: ConvertedModel,
  { seed = 1, signal }: TfjsParityOptions = {},
): Promise<TfjsParityReport> {
  return withTfjs(async (tfjs) => {
    // TF.js first: what it cannot load is no fault of the graph.
    const reference = await loadInTfjs(tfjs, model, converted.weightNames);
    try {
      const session = await openSession(converted, model.where);
      try {
        return await compare({ tfjs, reference, session, model, converted, seed, signal });
      } finally {
        await session.release();
      }
    } finally {
      disposeInTfjs(reference);
    }
  });
}

/** @throws {ExportError} `parity` if ONNX Runtime does not take the graph */
async function openSession({ model }: ConvertedModel, where: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(encodeModel(model), {
      intraOpNumThreads: 1, // an export may share its machine with a training run
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new ExportError(
      'parity',
      `${where}: ONNX Runtime does not load the graph: ${firstLine(cause)}; please report the model`,
      { cause },
    );
  }
}

interface Comparison {
  readonly tfjs: Tfjs;
  readonly reference: TfLayersModel;
  readonly session: InferenceSession;
  readonly model: LayersModel;
  readonly converted: ConvertedModel;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

async function compare(comparison: Comparison): Promise<TfjsParityReport> {
  const { model, converted, seed, signal } = comparison;
  const random = createRandom(seed);
  const found = { inputsTried: 0, largestDifference: 0, largestOutput: 0 };
  let next = 0;
  let refusal: unknown;
  const isStateful = converted.states.length > 0;
  const runs = isStateful ? Array.from({ length: PIECES }, () => TRIES[0]) : TRIES;
  let states = firstStates(converted, TRIES[0].batch);
  for (const sizes of runs) {
    signal?.throwIfAborted();
    const inputs = converted.inputs.map((port) => {
      const input = drawInput(port, closeShape(port.shape, sizes), random, next);
      ({ next } = input);
      return input;
    });
    let expected: TfOutput[];
    try {
      expected = runTfjs(comparison, inputs);
    } catch (cause) {
      refusal = cause;
      continue;
    }
    const outputs = await runGraph(comparison, inputs, states);
    states = Object.fromEntries(
      converted.states.map(({ input, output }) => [input, outputs[output]]),
    );
    expected.forEach((output, index) => {
      const { name } = converted.outputs[index];
      const where = `${model.where}, output ${JSON.stringify(name)}`;
      const { difference, largest } = differenceOf(output, outputs[name], where);
      found.largestDifference = Math.max(found.largestDifference, difference);
      found.largestOutput = Math.max(found.largestOutput, largest);
      checkDifference(difference, toleranceFor(largest), where);
    });
    found.inputsTried++;
  }
  if (found.inputsTried === 0) {
    throw new ExportError('tfjs', `${model.where}: TF.js cannot run it: ${firstLine(refusal)}`, {
      cause: refusal,
    });
  }
  return { ...found, tolerance: toleranceFor(found.largestOutput) };
}

const toleranceFor = (largest: number): number => TOLERANCE * Math.max(SMALLEST_OUTPUT, largest);

function checkDifference(difference: number, tolerance: number, where: string): void {
  if (difference <= tolerance) return;
  throw new ExportError(
    'parity',
    `${where}: differs from TF.js by ${difference.toExponential(2)}, at most ${tolerance.toExponential(2)} expected; ` +
      'please report the model, the conversion is not to be used',
  );
}

interface TfOutput {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function runTfjs(
  { tfjs: { tf }, reference, model }: Comparison,
  inputs: readonly InputNumbers[],
): TfOutput[] {
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }, index) =>
      tf.tensor(data, [...shape], declaredType(model.network.inputs[index].call)),
    );
    const [batch] = inputs[0].shape;
    const outputs = reference.predict(tensors, { batchSize: batch });
    return (Array.isArray(outputs) ? outputs : [outputs]).map((output: TfTensor) => ({
      shape: output.shape,
      data: output.dataSync(),
    }));
  });
}

async function runGraph(
  { session, converted, model }: Comparison,
  inputs: readonly InputNumbers[],
  states: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const feeds = converted.inputs.map(({ name, dataType }, index) => {
    return [name, ortTensor(dataType, inputs[index])] as const;
  });
  try {
    return await session.run({ ...Object.fromEntries(feeds), ...states });
  } catch (cause) {
    throw new ExportError(
      'parity',
      `${model.where}: TF.js runs it, ONNX Runtime does not: ${firstLine(cause)}; please report the model`,
      { cause },
    );
  }
}

function ortTensor(dataType: InputPort['dataType'], { data, shape }: InputNumbers): Tensor {
  if (dataType === 'int64') return new Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  if (dataType === 'int32') return new Tensor('int32', Int32Array.from(data), shape);
  if (dataType === 'bool') return new Tensor('bool', Uint8Array.from(data), shape);
  return new Tensor('float32', data, shape);
}

function firstStates({ states }: ConvertedModel, batch: number): Record<string, Tensor> {
  return Object.fromEntries(
    states.map(({ input, shape }) => {
      const sizes = closeShape(shape, { batch, length: 1 });
      const zeros = new Float32Array(sizes.reduce((product, size) => product * size, 1));
      return [input, new Tensor('float32', zeros, sizes)];
    }),
  );
}

/** @throws {ExportError} `parity` if the shapes differ */
function differenceOf(
  expected: TfOutput,
  found: Tensor,
  where: string,
): { difference: number; largest: number } {
  if (expected.shape.join() !== found.dims.join()) {
    const [wanted, is] = [expected.shape, found.dims].map((shape) => `[${shape.join(', ')}]`);
    throw new ExportError('parity', `${where}: TF.js gives shape ${wanted}, the graph ${is}`);
  }
  const numbers = found.data as ArrayLike<number | bigint>;
  let difference = 0;
  let largest = 0;
  for (let index = 0; index < expected.data.length; index++) {
    const [a, b] = [expected.data[index], Number(numbers[index])];
    if (Number.isFinite(a)) largest = Math.max(largest, Math.abs(a));
    // Two infinities or two NaNs agree.
    if (!Object.is(a, b) && a !== b) difference = Math.max(difference, distance(a, b));
  }
  return { difference, largest };
}

function distance(a: number, b: number): number {
  const between = Math.abs(a - b);
  return Number.isNaN(between) ? Infinity : between;
}
