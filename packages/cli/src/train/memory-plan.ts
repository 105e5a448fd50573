// What a run will take, in words, and what to do where the machine has too little memory.
import { totalmem } from 'node:os';
import { type EngineRequest, estimateTraining, fittingMicroBatch } from '@ostinato/training';
import { formatBytes, formatCount, formatDuration } from '../terminal/units.js';

type Request = Pick<EngineRequest, 'config' | 'batch' | 'microBatch' | 'steps'>;

/** Bytes that a process may have on this machine: a container may allow less than there is. */
export function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

export interface PlanFacts {
  /** Whether the estimate of the memory is for the engine that was chosen. */
  readonly isEstimated: boolean;
  /** Bytes. */
  readonly available: number;
  /** Optimizer steps of the run. */
  readonly steps: number;
  /** Of one step, in seconds; undefined where nothing is known before the first. */
  readonly stepSeconds: number | undefined;
}

/** What a run will take, a line each, and a warning if that is more memory than there is. */
export function describePlan(
  { steps: windowSteps, ...request }: Request,
  { isEstimated, available, steps, stepSeconds }: PlanFacts,
): string[] {
  const { config } = request;
  const sized = { ...request, windowSteps };
  const { parameters, memoryBytes, flopsPerStep } = estimateTraining(sized);
  const memory = isEstimated ? `about ${roughly(memoryBytes)} of memory, ` : '';
  const network = `network: ${config.layers} x ${config.hiddenSize}, ${formatCount(parameters)} parameters; ${memory}${formatWork(flopsPerStep)} a step`;
  const lines = [network, describeTime(steps, stepSeconds)];
  if (!isEstimated || memoryBytes <= available) return lines;
  const part = fittingMicroBatch(sized, available);
  const remedy =
    part === undefined
      ? 'take a smaller network (--hidden, --layers) or a shorter --window'
      : `with --micro-batch ${part} it fits and learns the same`;
  return [
    ...lines,
    `warning: that is more memory than the ${roughly(available)} of this machine; ${remedy}`,
  ];
}

function describeTime(steps: number, stepSeconds: number | undefined): string {
  if (stepSeconds === undefined) return 'time: known after a few steps';
  return `time: very roughly ${formatDuration(stepSeconds * steps)} for ${formatCount(steps)} steps, evaluations not counted; better known after a few`;
}

/** To tens of megabytes: it is an estimate. */
function roughly(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e7) * 10} MB` : formatBytes(bytes);
}

function formatWork(flops: number): string {
  return flops < 1e12
    ? `${(flops / 1e9).toPrecision(2)} GFLOP`
    : `${(flops / 1e12).toPrecision(2)} TFLOP`;
}
