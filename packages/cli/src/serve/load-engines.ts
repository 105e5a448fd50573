// The models of a server, each in its engine.
import type { ModelPrecision } from '@ostinato/core';
import { type LoadedEngine, loadEngine } from '@ostinato/node';
import type { ServedModel } from '@ostinato/server';
import { type Command, Option } from 'commander';
import { OFFLINE_OPTION, sourceOptions } from '../model-option.js';
import { integer } from '../option-parsers.js';
import { PRECISIONS } from '../precisions.js';
import type { CommandContext } from '../run-command.js';
import type { ModelChoice } from './served-models.js';

export interface EngineArguments {
  engines?: number;
  threads?: number;
  slots?: number;
  precision?: ModelPrecision;
  offline?: boolean;
}

export function addEngineOptions(command: Command): Command {
  return command
    .option(
      '--engines <N>',
      'processes of each model (default: one for each core, up to four)',
      integer(1, 64),
    )
    .option(
      '--threads <N>',
      'threads of each process (default: its share of the cores)',
      integer(1, 64),
    )
    .option(
      '--slots <N>',
      'pieces that a process composes at a time (default: 64)',
      integer(1, 1024),
    )
    .addOption(
      new Option(
        '--precision <FORM>',
        "a form of the models; int8-dynamic is faster and gives other notes (default: the models' reproducible form)",
      ).choices(PRECISIONS),
    )
    .option(...OFFLINE_OPTION);
}

export interface LoadedEngines extends AsyncDisposable {
  readonly byName: Readonly<Record<string, LoadedEngine & Pick<ServedModel, 'precision'>>>;
}

/** Loads them one after the other; if one cannot be loaded, none is left. */
export async function loadEngines(
  choices: readonly ModelChoice[],
  options: EngineArguments,
  context: CommandContext,
): Promise<LoadedEngines> {
  const { engines: processes, threads, slots, precision } = options;
  const settings = Object.entries({ processes, threads, slots, precision });
  const given = Object.fromEntries(settings.filter(([, value]) => value !== undefined));
  const byName: Record<string, LoadedEngine & Pick<ServedModel, 'precision'>> = {};
  const dispose = async (): Promise<void> => {
    await Promise.all(Object.values(byName).map(({ model }) => model.dispose()));
  };
  try {
    for (const { name, source } of choices) {
      context.progress.update(`loading ${name}`);
      const engine = await loadEngine(source, { ...given, ...sourceOptions(options, context) });
      byName[name] = { ...engine, ...(precision && { precision }) };
      context.signal.throwIfAborted();
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { byName, [Symbol.asyncDispose]: dispose };
}
