// The device 'auto': a few tokens on each device, the faster one is kept, and remembered for the next visit.
import type { NextTokenModel } from '@ostinato/core';
import { DeviceError } from '@ostinato/runtime';
import type { ComputeDevice } from '../worker/messages.js';

/** Enough to compile shaders, and for the processor to reach its speed. */
const WARM_UP_TOKENS = 2;
const MEASURED_TOKENS = 16;

export interface DeviceTrial<Model extends NextTokenModel> {
  /** @throws {DeviceError} if the device is not there or refuses the model */
  start(device: ComputeDevice): Promise<Model>;
  /** What WebGPU would compute on; undefined: nothing that is worth a trial. */
  readonly adapter: string | undefined;
  readonly memory: ChoiceMemory;
  /** The clock in milliseconds. */
  now(): number;
}

export interface ChoiceMemory {
  /** @param adapter name of the adapter that the choice was made on */
  recall(adapter: string): ComputeDevice | undefined;
  remember(adapter: string, device: ComputeDevice): void;
}

/** Starts a model where it computes fastest. Where WebGPU fails, wasm is taken. */
export async function startFastest<Model extends NextTokenModel>(
  trial: DeviceTrial<Model>,
): Promise<Model> {
  const { adapter, memory } = trial;
  if (adapter === undefined) return trial.start('wasm');
  const known = memory.recall(adapter);
  if (known === 'wasm') return trial.start('wasm');
  if (known === 'webgpu') return (await startOnGpu(trial)) ?? trial.start('wasm');

  const wasm = await trial.start('wasm');
  let faster = wasm;
  try {
    const webgpu = await startOnGpu(trial);
    if (webgpu && (await isFaster(webgpu, wasm, trial.now))) faster = webgpu;
    await (faster === wasm ? webgpu : wasm)?.dispose();
  } catch (error) {
    await wasm.dispose();
    throw error;
  }
  memory.remember(adapter, faster === wasm ? 'wasm' : 'webgpu');
  return faster;
}

async function isFaster(
  model: NextTokenModel,
  other: NextTokenModel,
  now: () => number,
): Promise<boolean> {
  const mine = await millisecondsPerToken(model, now);
  return mine < (await millisecondsPerToken(other, now));
}

async function startOnGpu<Model extends NextTokenModel>({
  start,
}: DeviceTrial<Model>): Promise<Model | undefined> {
  try {
    return await start('webgpu');
  } catch (error) {
    if (error instanceof DeviceError) return undefined;
    throw error;
  }
}

/** Forced tokens cost what drawn ones cost, and fit any grammar. */
async function millisecondsPerToken(model: NextTokenModel, now: () => number): Promise<number> {
  const run = async (count: number): Promise<void> => {
    await model.decode({
      state: model.createState(1),
      previousTokens: Int32Array.of(0),
      uniforms: new Float32Array(count),
      forcedTokens: new Int32Array(count),
      temperature: 1,
      topK: model.vocabularySize,
      topP: 1,
      minP: 0,
    });
  };
  await run(WARM_UP_TOKENS);
  const started = now();
  await run(MEASURED_TOKENS);
  return (now() - started) / MEASURED_TOKENS;
}
