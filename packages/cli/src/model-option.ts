// Which model a command works with: options that every such command has, and how a download shows.
import type { DownloadProgress, ModelPrecision } from '@ostinato/core';
import { type LoadedModel, loadModel, type SourceOptions } from '@ostinato/node';
import type { Command } from 'commander';
import { type DeviceArguments, deviceOptions } from './device-options.js';
import { path } from './option-parsers.js';
import type { CommandContext } from './run-command.js';
import { printable } from './terminal/printable.js';
import type { Progress } from './terminal/progress.js';
import { formatBytes, formatDuration } from './terminal/units.js';

export interface ModelArguments extends DeviceArguments {
  model: string;
  /** Only where a command offers it. */
  precision?: ModelPrecision;
  offline?: boolean;
}

export const OFFLINE_OPTION = [
  '--offline',
  'take a model on the web as it was downloaded before',
] as const;

export function addModelOptions(command: Command): Command {
  return command
    .requiredOption(
      '--model <DIR|URL|NAME>',
      'a model: its folder, its address on the web, or its name, such as musicnet',
      path,
    )
    .option(...OFFLINE_OPTION);
}

/** Loads the model of a command. */
export function openModel(options: ModelArguments, context: CommandContext): Promise<LoadedModel> {
  const { model, precision } = options;
  return loadModel(model, {
    ...deviceOptions(options),
    ...sourceOptions(options, context),
    ...(precision && { precision }),
  });
}

/** What `@ostinato/node` takes for a model that may be on the web. */
export function sourceOptions(
  { offline = false }: { offline?: boolean },
  { signal, progress }: CommandContext,
): SourceOptions {
  return { offline, signal, onDownload: showDownload(progress) };
}

/** Tells of a download only if there is one: a model that was kept is only read. */
function showDownload(progress: Progress): (download: DownloadProgress) => void {
  let isNoted = false;
  return ({ file, bytesDone, bytesTotal, bytesPerSecond, secondsLeft }) => {
    if (bytesPerSecond === 0) return;
    if (!isNoted) progress.note('downloading; Ctrl-C keeps what has come');
    isNoted = true;
    progress.update(
      `${printable(file)}: ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}, ` +
        `${formatBytes(Math.round(bytesPerSecond))}/s, ${formatDuration(secondsLeft)} left`,
    );
  };
}
