// How long a training step will take on the CPU, before the first one: from the speed of a single product.
import { PRODUCT_FLOPS, timeProduct } from './device-trial.js';

/** Share of the speed of a lone product that a whole step reaches, by hidden units: measured with the presets. Small
 *  products and what lies between them weigh more in a small network. */
const SHARES = [
  { hiddenSize: 128, share: 0.3 },
  { hiddenSize: 256, share: 0.4 },
  { hiddenSize: 512, share: 0.6 },
  { hiddenSize: 1024, share: 0.6 },
] as const;

export interface StepTimeRequest {
  /** As `estimateTraining` counts them. */
  readonly flopsPerStep: number;
  readonly hiddenSize: number;
  /** Threads of the engine; default: one for each core. */
  readonly threads?: number | undefined;
}

/** Estimates the seconds of one optimizer step of the `onnx` engine on the CPU, by a product of 512 x 512 that is timed
 *  now. Right to a factor of two on an idle machine; three steps tell it better. */
export async function estimateStepSeconds(request: StepTimeRequest): Promise<number> {
  const { flopsPerStep, hiddenSize, threads } = request;
  const { share } = SHARES.findLast((each) => each.hiddenSize <= hiddenSize) ?? SHARES[0];
  const milliseconds = await timeProduct('cpu', threads);
  return flopsPerStep / share / (PRODUCT_FLOPS / (milliseconds / 1000));
}
