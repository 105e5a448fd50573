// `ostinato export`: a run -> a model folder that any of our runtimes loads.
import { exportCheckpoint, type ParityReport, type Precision } from '@ostinato/export';
import { type Command, Option } from 'commander';
import { readAbout } from '../input-file.js';
import { path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatBytes, formatCount } from '../terminal/units.js';

interface ExportArguments {
  out: string;
  precision: Precision;
  about?: string;
  json?: boolean;
}

const PRECISIONS: readonly Precision[] = ['int8', 'f16', 'f32'];

export function addExportCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('export')
    .description('Turn the best checkpoint of a run into a model folder, and check its graphs.')
    .argument('<run>', 'the folder of a run, or of one checkpoint', path)
    .requiredOption('--out <DIR>', 'where the model goes; an older model there is replaced', path)
    .addOption(
      new Option('--precision <FORM>', 'how weights are stored; all compute in float32')
        .choices(PRECISIONS)
        .default('int8'),
    )
    .option(
      '--about <FILE.json>',
      'name, description, licence, attribution, data for the card',
      path,
    )
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Example:
  $ ostinato export runs/mine --out models/mine`,
    )
    .action(async (run: string, options: ExportArguments) => {
      setExitCode(await runCommand(options, (context) => exportRun(run, options, context)));
    });
}

async function exportRun(
  run: string,
  { out, precision, about }: ExportArguments,
  { progress, signal }: CommandContext,
): Promise<Report> {
  const texts = about === undefined ? {} : { about: await readAbout(about) };
  progress.update('building the graphs and comparing them');
  const { bytes, parity, step, manifest } = await exportCheckpoint(run, out, {
    precision,
    signal,
    ...texts,
  });
  return {
    lines: [
      `${out}: step ${step}, ${formatBytes(bytes)}, weights stored as ${precision}`,
      ...manifest.graphs.map(({ file, bytes }) => `  ${file}: ${formatBytes(bytes)}`),
      ...describeParity(parity),
    ],
    data: { out, step, bytes, precision, parity },
  };
}

function describeParity(parity: ParityReport): string[] {
  const { trainedToStep, trainedToChunk, largestLogit, draws, storage } = parity;
  return [
    `parity: logits within ${trainedToStep.toExponential(1)} (step) and ${trainedToChunk.toExponential(1)} (chunk) ` +
      `of the trained network's, the largest of which is ${largestLogit.toFixed(1)}; ` +
      `${formatCount(draws.tokens)} tokens drawn alike by both graphs`,
    `storage: logits change by ${storage.mean.toExponential(1)} on average, ${storage.largest.toExponential(1)} at most`,
  ];
}
