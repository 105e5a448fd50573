// What a run will take, in words, and what to do where the machine has too little memory.
import { totalmem } from 'node:os';
import { type EngineRequest, estimateTraining, fittingMicroBatch } from '@ostinato/training';
import { formatBytes, formatCount } from '../terminal/units.js';

type Request = Pick<EngineRequest, 'config' | 'batch' | 'microBatch' | 'steps'>;

/** Bytes that a process may have on this machine: a container may allow less than there is. */
export function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** What a run will take, a line each, and a warning if that is more memory than there is.
 *  @param isEstimated whether the estimate of the memory is for the engine that was chosen
 *  @param available bytes */
export function describePlan(
  { steps: windowSteps, ...request }: Request,
  { isEstimated, available }: { readonly isEstimated: boolean; readonly available: number },
): string[] {
  const { config } = request;
  const sized = { ...request, windowSteps };
  const { parameters, memoryBytes, flopsPerStep } = estimateTraining(sized);
  const memory = isEstimated ? `about ${roughly(memoryBytes)} of memory, ` : '';
  const network = `network: ${config.layers} x ${config.hiddenSize}, ${formatCount(parameters)} parameters; ${memory}${formatWork(flopsPerStep)} a step`;
  if (!isEstimated || memoryBytes <= available) return [network];
  const part = fittingMicroBatch(sized, available);
  const remedy =
    part === undefined
      ? 'take a smaller network (--hidden, --layers) or a shorter --window'
      : `with --micro-batch ${part} it fits and learns the same`;
  return [
    network,
    `warning: that is more than the ${roughly(available)} of this machine; ${remedy}`,
  ];
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
