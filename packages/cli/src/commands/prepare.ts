// `ostinato prepare`: a folder or an archive of music -> a corpus to train on.
import { type PrepareProgress, prepareCorpus } from '@ostinato/training';
import type { Command } from 'commander';
import { readTokenizer } from '../input-file.js';
import { decimal, integer, path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import type { Progress } from '../terminal/progress.js';
import { formatCount, formatDuration, formatPlural } from '../terminal/units.js';

interface PrepareArguments {
  out: string;
  seed?: number;
  validationShare?: number;
  testShare?: number;
  velocityBins?: number;
  labelByFolder?: boolean;
  tokenizer?: string;
  json?: boolean;
}

export function addPrepareCommand(program: Command, setExitCode: (code: number) => void): void {
  program
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
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato prepare my-midi --out corpora/mine
  $ ostinato prepare musicnet_midis.tar.gz --out corpora/musicnet`,
    )
    .action(async (source: string, options: PrepareArguments) => {
      setExitCode(await runCommand(options, (context) => prepare(source, options, context)));
    });
}

async function prepare(
  source: string,
  { out, json: _, tokenizer, ...options }: PrepareArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const { description, summary } = await prepareCorpus(source, out, {
    ...options,
    ...(tokenizer === undefined ? {} : { tokenizer: await readTokenizer(tokenizer) }),
    signal,
    onProgress: showProgress(source, progress),
  });
  return {
    lines: [...summary.trimEnd().split('\n'), '', `corpus: ${out}`],
    data: { out, ...description },
  };
}

const PHASES = { survey: 'reading', fit: 'fitting the tokenizer', encode: 'encoding' } as const;

/** A line that stays once it is known that there is music, then a changing one. */
function showProgress(source: string, progress: Progress): (step: PrepareProgress) => void {
  let found = false;
  return (step) => {
    if (!found && step.phase !== 'survey') {
      found = true;
      progress.note(`found ${formatPlural(step.total ?? 0, 'piece')} in ${source}`);
    }
    progress.update(describeProgress(step));
  };
}

function describeProgress({ phase, done, total, filesPerSecond }: PrepareProgress): string {
  const counted = total === undefined ? formatCount(done) : `${done}/${total}`;
  const left =
    total === undefined ? '' : `, ${formatDuration((total - done) / filesPerSecond)} left`;
  return `${PHASES[phase]}: ${counted} files, ${filesPerSecond.toFixed(0)} files/s${left}`;
}
