// Where a model runs: options that every command with a model has.
import type { Device } from '@ostinato/node';
import { type Command, Option } from 'commander';
import { integer } from './option-parsers.js';

export interface DeviceArguments {
  device: Device;
  threads?: number;
}

const DEVICES: readonly Device[] = ['cpu', 'cuda', 'webgpu'];

export function addDeviceOptions(command: Command): Command {
  return command
    .addOption(new Option('--device <NAME>', 'where it runs').choices(DEVICES).default('cpu'))
    .option('--threads <N>', 'threads of the CPU', integer(1, 64));
}

/** What `loadModel` takes. */
export function deviceOptions({ device, threads }: DeviceArguments): {
  device: Device;
  threads?: number;
} {
  return threads === undefined ? { device } : { device, threads };
}
