// `ostinato inspect`: what the reader sees in a file, or what a folder of ours holds.
import { stat } from 'node:fs/promises';
import { ModelSourceError } from '@ostinato/core';
import { openArtifact, resolveModel, type ResolvedModel } from '@ostinato/node';
import type { Command } from 'commander';
import { readMidiFile } from '../input-file.js';
import { describeMidi } from '../inspect/inspect-midi.js';
import { describeModel } from '../inspect/inspect-model.js';
import { describeRecording } from '../inspect/inspect-recording.js';
import { OFFLINE_OPTION, sourceOptions } from '../model-option.js';
import { path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';

interface InspectArguments {
  offline?: boolean;
  json?: boolean;
}

export function addInspectCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('inspect')
    .description('Show what is in a MIDI or WAV file, a corpus, a run or a model.')
    .argument(
      '<file>',
      "a MIDI or WAV file; a folder that prepare, train or export made; a model's address or name",
      path,
    )
    .option(...OFFLINE_OPTION)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato inspect piece.mid
  $ ostinato inspect https://example.org/models/mine/`,
    )
    .action(async (file: string, options: InspectArguments) => {
      setExitCode(await runCommand(options, (context) => describe(file, options, context)));
    });
}

async function describe(
  file: string,
  options: InspectArguments,
  context: CommandContext,
): Promise<Report> {
  const model = await modelCalled(file);
  if (model?.kind === 'web') {
    const noGraphs = await openArtifact(model.address, () => [], sourceOptions(options, context));
    return describeModel(file, noGraphs);
  }
  if (model?.kind === 'installed') {
    return describeModel(model.folder, await openArtifact(file, ({ graphs }) => graphs));
  }
  if (model && (await isFolder(model.folder))) {
    // It needs training, which takes longer to load than all the rest.
    const { describeFolder } = await import('../inspect/inspect-folder.js');
    return describeFolder(model.folder);
  }
  if (/\.wav$/i.test(file)) return describeRecording(file);
  return describeMidi(file, await readMidiFile(file));
}

/** @returns undefined if it is not what a model can be called */
async function modelCalled(file: string): Promise<ResolvedModel | undefined> {
  try {
    return await resolveModel(file);
  } catch (error) {
    if (error instanceof ModelSourceError && error.code === 'unknown-model') return undefined;
    throw error;
  }
}

async function isFolder(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isDirectory() === true;
}
