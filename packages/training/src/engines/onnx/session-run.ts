// One run of a session, with an error that a person can act on.
import type { InferenceSession } from 'onnxruntime-node';
import { TrainingError } from '../../trainer/training-error.js';
import type { Feeds, Fetches, Results } from './device-tensors.js';
import type { WindowOptions } from './window-graph.js';

/** @throws {TrainingError} `engine` if ONNX Runtime could not compute it */
export async function runSession(
  session: InferenceSession,
  feeds: Feeds,
  fetches: Fetches,
  { batch, steps }: WindowOptions,
): Promise<Results> {
  try {
    return await session.run(feeds, fetches);
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n');
    throw new TrainingError(
      'engine',
      `a window of ${batch} x ${steps} tokens could not be computed; if memory is short, take fewer sequences at once or a shorter window (${reason})`,
      { cause },
    );
  }
}

/** The number in a result of one element. */
export function numberOf(results: Results, name: string): number {
  return (results[name]?.data as Float32Array | undefined)?.[0] ?? Number.NaN;
}
