// `ostinato prepare`: a folder or an archive of music -> a corpus to train on, or one shard of it.
import {
  parseShardSpec,
  type PrepareOptions,
  prepareCorpus,
  prepareShard,
  type ShardSpec,
} from '@ostinato/training';
import { type Command, InvalidArgumentError } from 'commander';
import { readTokenizer } from '../input-file.js';
import { decimal, integer, path } from '../option-parsers.js';
import {
  addWorkOptions,
  GOES_ON,
  showPreparation,
  type WorkArguments,
} from '../prepare/work-options.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatBytes, formatPlural } from '../terminal/units.js';

interface PrepareArguments extends WorkArguments {
  out: string;
  seed?: number;
  validationShare?: number;
  testShare?: number;
  velocityBins?: number;
  labelByFolder?: boolean;
  tokenizer?: string;
  shard?: ShardSpec;
  json?: boolean;
}

export function addPrepareCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('prepare')
    .description('Read MIDI files or MusicNet into a corpus, with a ledger of every file met.')
    .argument('<source>', 'a folder of MIDI files, a MusicNet folder, or a .tar.gz of either', path)
    .requiredOption('--out <DIR>', 'where the corpus goes; an older corpus there is replaced', path)
    .option('--seed <S>', 'decides the split, 0..4294967295', integer(0, 2 ** 32 - 1))
    .option('--validation-share <X>', 'share of the pieces for validation, 0..0.5', decimal(0, 0.5))
    .option('--test-share <X>', 'share for test, 0..0.5; MusicNet has its own', decimal(0, 0.5))
    .option('--velocity-bins <N>', 'loudness levels the model learns, 0..32', integer(0, 32))
    .option('--label-by-folder', 'take the first folder below the source as the composer')
    .option('--tokenizer <FILE>', "a model's tokenizer.json, to evaluate or go on with it", path)
    .option('--shard <i/n>', 'read one part of n, for `ostinato merge`', shard);
  addWorkOptions(command)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
After Ctrl-C, a crash or a reboot the same command goes on where it was; docs/preparing.md tells how to spread a
large collection over many machines.

Examples:
  $ ostinato prepare my-midi --out corpora/mine
  $ ostinato prepare musicnet_midis.tar.gz --out corpora/musicnet
  $ ostinato prepare my-midi --shard 2/8 --out parts/2`,
    )
    .action(async (source: string, options: PrepareArguments) => {
      setExitCode(
        await runCommand(options, (context) => prepare(source, options, context), GOES_ON),
      );
    });
}

async function prepare(
  source: string,
  { out, json: _, tokenizer, shard, ...given }: PrepareArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const options: PrepareOptions = {
    ...given,
    ...(tokenizer === undefined ? {} : { tokenizer: await readTokenizer(tokenizer) }),
    signal,
    onProgress: showPreparation(source, progress),
  };
  if (shard) return prepareOne(source, out, { ...options, shard });
  const { description, summary } = await prepareCorpus(source, out, options);
  return {
    lines: [...summary.trimEnd().split('\n'), '', `corpus: ${out}`],
    data: { out, ...description },
  };
}

async function prepareOne(
  source: string,
  out: string,
  options: PrepareOptions & { shard: ShardSpec },
): Promise<Report> {
  const description = await prepareShard(source, out, options);
  const { shard, items, pieces, dropped, musicBytes } = description;
  return {
    lines: [
      `shard ${shard.index}/${shard.count} of ${description.source}: ${formatPlural(items, 'file')} met, ` +
        `${formatPlural(pieces, 'piece')} (${formatBytes(musicBytes)} of music), ${dropped} dropped`,
      '',
      `shard: ${out}`,
      `when all ${shard.count} are there: ostinato merge <all of them> --out <corpus>`,
    ],
    data: { out, ...description },
  };
}

/** A part of a whole: `i/n`, with i in 1..n. */
function shard(text: string): ShardSpec {
  try {
    return parseShardSpec(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError('Expected i/n with i in 1..n and n in 1..10000, such as 2/8.');
  }
}
