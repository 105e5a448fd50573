// The runs that make one optimizer step: a single one, or, in micro batches, one for the gradient of each part of the
// batch and one for the update.
import { parameterShapes } from '../state-tensors.js';
import type { OptimizerOptions } from '../engine-factory.js';
import type { DeviceTensors, Feeds, TensorShapes } from './device-tensors.js';
import type { Provider } from './provider.js';
import type { Resources } from './resources.js';
import { numberOf, runSession } from './session-run.js';
import {
  buildGradientGraph,
  buildTrainingGraph,
  buildUpdateGraph,
  gradientName,
} from './training-graph.js';
import { nextName, type WindowOptions } from './window-graph.js';

/** What a part of a batch brings to a step. */
interface StepPart {
  /** The window, the masks and the batch's count of targets. */
  readonly feeds: Feeds;
  /** Taken over when the whole step is done. */
  readonly carried: DeviceTensors;
}

interface StepFigures {
  /** Mean nats a target. */
  readonly loss: number;
  /** Weighted targets that were the likeliest. */
  readonly correct: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** @param rates inputs of the update that change from step to step */
export type OptimizerStep = (parts: readonly StepPart[], rates: Feeds) => Promise<StepFigures>;

export interface OptimizerStepContext {
  readonly provider: Provider;
  readonly resources: Resources;
  /** What one run computes. */
  readonly window: WindowOptions;
  readonly optimizer: OptimizerOptions;
  /** Written in place: every use of an old value comes before the gradient's norm, and every update after it. */
  readonly parameters: DeviceTensors;
  readonly moments: DeviceTensors;
  /** Names of the carried state. */
  readonly carried: readonly string[];
}

/** A step of a batch that is computed at once. */
export async function wholeStep(context: OptimizerStepContext): Promise<OptimizerStep> {
  const { provider, resources, window, optimizer, parameters, moments, carried } = context;
  const kept = [...Object.keys(updated(context)), ...carried.map(nextName)];
  const session = resources.session(
    await provider.createSession(buildTrainingGraph(window, optimizer), kept),
  );
  return async ([part], rates) => {
    const feeds = { ...part.feeds, ...part.carried.feeds(), ...stateFeeds(context), ...rates };
    const fetches = { ...FIGURES, ...updated(context), ...part.carried.fetches() };
    const results = await runSession(session, feeds, fetches, window);
    for (const tensors of [parameters, moments, part.carried]) tensors.take(results);
    const figure = (name: keyof StepFigures): number => numberOf(results, name);
    return {
      loss: figure('loss'),
      correct: figure('correct'),
      gradientNorm: figure('gradientNorm'),
    };
  };
}

/** A step of a batch whose parts are computed one after the other. */
export async function stepInParts(context: OptimizerStepContext): Promise<OptimizerStep> {
  const { provider, resources, window, optimizer, parameters, moments, carried } = context;
  const shapes: TensorShapes = new Map(
    [...parameterShapes(window.config)].map(([name, shape]) => [gradientName(name), shape]),
  );
  const sums = resources.tensors(await provider.memory.create(shapes, { inPlace: true }));
  const gradient = resources.session(
    await provider.createSession(
      buildGradientGraph(window),
      [...shapes.keys(), ...carried].map(nextName),
    ),
  );
  const update = resources.session(
    await provider.createSession(
      buildUpdateGraph(window.config, optimizer, window),
      Object.keys(updated(context)),
    ),
  );
  return async (parts, rates) => {
    let [loss, correct] = [0, 0];
    const done: (() => void)[] = [];
    await sums.clear();
    for (const { feeds, carried: before } of parts) {
      const given = { ...feeds, ...before.feeds(), ...parameters.feeds(), ...sums.feeds() };
      const fetches = { loss: null, correct: null, ...sums.fetches(), ...before.fetches() };
      const results = await runSession(gradient, given, fetches, window);
      sums.take(results);
      loss += numberOf(results, 'loss');
      correct += numberOf(results, 'correct');
      done.push(() => before.take(results));
    }
    const given = { ...stateFeeds(context), ...sums.feeds(), ...rates };
    const fetches = { gradientNorm: null, ...updated(context) };
    const results = await runSession(update, given, fetches, window);
    for (const tensors of [parameters, moments]) tensors.take(results);
    for (const take of done) take();
    return { loss, correct, gradientNorm: numberOf(results, 'gradientNorm') };
  };
}

const FIGURES = { loss: null, correct: null, gradientNorm: null };

const stateFeeds = ({ parameters, moments }: OptimizerStepContext): Feeds => ({
  ...parameters.feeds(),
  ...moments.feeds(),
});

const updated = ({ parameters, moments }: OptimizerStepContext) => ({
  ...parameters.fetches(),
  ...moments.fetches(),
});
