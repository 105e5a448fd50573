// How long a training step will take on the CPU, before the first one: from the speed of a single product.
import { PRODUCT_FLOPS, timeProduct } from './device-trial.js';

/** Share of the speed of a lone product that a whole step reaches: 177 of 305 GFLOP/s at 2 x 512 (docs/log.md). Smaller
 *  networks reach less. */
const SHARE = 0.58;

/** Estimates the seconds of one optimizer step of the `onnx` engine on the CPU, by a product of 512 x 512 that is timed
 *  now. Rough: it knows one size of network, and what else runs on the machine counts double. Three steps tell it better.
 *  @param flopsPerStep as `estimateTraining` counts them
 *  @param threads of the engine; default: one for each core */
export async function estimateStepSeconds(flopsPerStep: number, threads?: number): Promise<number> {
  const milliseconds = await timeProduct('cpu', threads);
  return flopsPerStep / SHARE / (PRODUCT_FLOPS / (milliseconds / 1000));
}
