// `ostinato merge`: the shards of a collection -> the corpus that preparing it in one piece gives.
import { mergeShards } from '@ostinato/training';
import type { Command } from 'commander';
import { path } from '../option-parsers.js';
import {
  addWorkOptions,
  GOES_ON,
  showPreparation,
  type WorkArguments,
} from '../prepare/work-options.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';

interface MergeArguments extends WorkArguments {
  out: string;
  json?: boolean;
}

export function addMergeCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('merge')
    .description('Join the shards of a collection, made by prepare --shard, into one corpus.')
    .argument('<shards...>', 'the folders of all shards, in any order')
    .requiredOption(
      '--out <DIR>',
      'where the corpus goes; an older corpus there is replaced',
      path,
    );
  addWorkOptions(command)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
The corpus is that of \`ostinato prepare\` without --shard, byte for byte. The source is not needed any more.

Examples:
  $ ostinato prepare my-midi --shard 1/2 --out parts/1
  $ ostinato prepare my-midi --shard 2/2 --out parts/2
  $ ostinato merge parts/* --out corpora/mine`,
    )
    .action(async (shards: string[], options: MergeArguments) => {
      setExitCode(await runCommand(options, (context) => merge(shards, options, context), GOES_ON));
    });
}

async function merge(
  shards: readonly string[],
  { out, json: _, ...work }: MergeArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const { description, summary } = await mergeShards(shards, out, {
    ...work,
    signal,
    onProgress: showPreparation(`${shards.length} shards`, progress),
  });
  return {
    lines: [...summary.trimEnd().split('\n'), '', `corpus: ${out}`],
    data: { out, ...description },
  };
}
