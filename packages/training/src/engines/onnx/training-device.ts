// Which device trains: what was asked for, if it is there and works, and in one sentence why.
import type { TrialReport, TrialRequest } from './device-trial.js';
import { checkKnown, type TrainingDevice } from './provider.js';
import { runDeviceTrial } from './run-device-trial.js';

export interface ResolvedDevice {
  readonly device: TrainingDevice;
  /** Why this one: a sentence to print. */
  readonly reason: string;
}

/** Tries one device. */
type TryDevice = (request: TrialRequest) => Promise<TrialReport>;

/** Finds the device to train on by trying it, in a process of its own. `auto` takes CUDA, then WebGPU where a trial step
 *  is faster there than on the CPU, which it is on no software adapter, then the CPU.
 *  @throws {TrainingError} `device` if the device asked for is not there or does not work; never another one instead */
export async function resolveTrainingDevice(
  wanted: TrainingDevice | 'auto',
): Promise<ResolvedDevice> {
  return chooseDevice(wanted, async (request) => {
    checkKnown(request.device);
    return runDeviceTrial(request);
  });
}

/** {@link resolveTrainingDevice} with another way to try a device. */
export async function chooseDevice(
  wanted: TrainingDevice | 'auto',
  tryDevice: TryDevice,
): Promise<ResolvedDevice> {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'cpu, as asked' };
  if (wanted === 'auto') return chooseFastest(tryDevice);
  const { productMs } = await tryDevice({ device: wanted, compare: false });
  const times = `${inWords(productMs.device)} there, ${inWords(productMs.cpu)} on the cpu`;
  return { device: wanted, reason: `${wanted}, as asked (a product of 512 x 512 takes ${times})` };
}

async function chooseFastest(tryDevice: TryDevice): Promise<ResolvedDevice> {
  const failures: string[] = [];
  try {
    await tryDevice({ device: 'cuda', compare: false });
    return { device: 'cuda', reason: 'cuda: it is installed and works' };
  } catch (error) {
    failures.push(firstPart(error));
  }
  try {
    const { productMs, stepMs } = await tryDevice({ device: 'webgpu', compare: true });
    const [what, { device, cpu }] = stepMs
      ? ['training step', stepMs]
      : ['product of 512 x 512', productMs];
    const times = `a ${what} takes ${inWords(device)} on webgpu, ${inWords(cpu)} on the cpu`;
    if (device < cpu) return { device: 'webgpu', reason: `webgpu: ${times}` };
    return { device: 'cpu', reason: `cpu: ${times}; ${failures.join('; ')}` };
  } catch (error) {
    failures.push(firstPart(error));
  }
  return { device: 'cpu', reason: `cpu: no GPU can be used (${failures.join('; ')})` };
}

/** What is wrong, without the remedy. */
function firstPart(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^device /, '').split(';')[0];
}

function inWords(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
