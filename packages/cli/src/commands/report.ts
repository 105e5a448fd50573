// `ostinato report`: a run -> its report, made again from what lies in its folder.
import { type Command, InvalidArgumentError } from 'commander';
import { path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatBytes } from '../terminal/units.js';
import {
  DATA_IN_WORDS,
  type DataFolder,
  openData,
  parseDataFolder,
} from '../train/data-folders.js';

interface ReportArguments {
  data?: readonly DataFolder[];
  json?: boolean;
}

export function addReportCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('report')
    .description('Make the report of a run again: curves, composed pieces, notes, data, warnings.')
    .argument('<RUN>', 'the folder of a run', path)
    .option(
      '--data <DIR[=WEIGHT]>',
      "the run's corpus; of a mix all, as train had them (default: what an earlier report kept)",
      dataFolder,
    )
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato report runs/mine --data corpora/mine
  $ ostinato report runs/quartets --data corpora/quartets=3 --data corpora/all`,
    )
    .action(async (run: string, options: ReportArguments) => {
      setExitCode(await runCommand(options, (context) => makeReport(run, options, context)));
    });
}

async function makeReport(
  runFolder: string,
  { data }: ReportArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  // Plotting is loaded only by who asks for it.
  const { writeRunReport } = await import('@ostinato/training/report');
  await using corpus = data && (await openData(data));
  progress.note(`making the report of ${runFolder}`);
  const { page, bytes, warnings } = await writeRunReport({
    runFolder,
    signal,
    corpus,
    dataFolders: data?.map(({ folder }) => folder),
  });
  return {
    lines: [
      ...warnings.map((warning) => `warning: ${warning}`),
      `report: ${page} (${formatBytes(bytes)})`,
    ],
    data: { run: runFolder, page, bytes, warnings },
  };
}

/** Collects corpora of an option that may be given several times. */
function dataFolder(text: string, before: readonly DataFolder[] = []): DataFolder[] {
  const folder = parseDataFolder(text);
  if (folder === undefined) throw new InvalidArgumentError(`Expected ${DATA_IN_WORDS}.`);
  return [...before, folder];
}
