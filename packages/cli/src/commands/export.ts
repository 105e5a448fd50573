// `ostinato export`: a run, or a model -> a model folder that any of our runtimes loads.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE, type ModelPrecision } from '@ostinato/core';
import {
  convertArtifact,
  type ExportedModel,
  exportCheckpoint,
  type FormReport,
  type ModelReport,
} from '@ostinato/export';
import { type Command, Option } from 'commander';
import { readAbout } from '../input-file.js';
import { choices, path } from '../option-parsers.js';
import { PRECISIONS } from '../precisions.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatTable } from '../terminal/table.js';
import { formatBytes, formatCount } from '../terminal/units.js';
import { openValidationData } from '../validation-data.js';

interface ExportArguments {
  out: string;
  precision: ModelPrecision[];
  data?: string;
  about?: string;
  json?: boolean;
}

export function addExportCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('export')
    .description('Turn the best checkpoint of a run into a model folder, and check its graphs.')
    .argument('<source>', 'the folder of a run, of one checkpoint, or of a model', path)
    .requiredOption('--out <DIR>', 'where the model goes; an older model there is replaced', path)
    .addOption(
      new Option(
        '--precision <FORMS>',
        'f32, f16 and int8 say how weights are stored; int8-dynamic, beside one of them, also multiplies integers: ' +
          'faster in Node, and other notes',
      )
        .argParser(choices(PRECISIONS))
        .default(['int8'], 'int8'),
    )
    .option(
      '--data <DIR>',
      "a corpus: what its validation split loses by each form's rounding",
      path,
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
Examples:
  $ ostinato export runs/mine --out models/mine
  $ ostinato export models/mine --out models/mine-fast --precision int8,int8-dynamic`,
    )
    .action(async (source: string, options: ExportArguments) => {
      setExitCode(await runCommand(options, (context) => exportModel(source, options, context)));
    });
}

async function exportModel(
  source: string,
  { out, precision, data, about }: ExportArguments,
  context: CommandContext,
): Promise<Report> {
  const { progress, signal } = context;
  const texts = about === undefined ? {} : { about: await readAbout(about) };
  await using validation = data === undefined ? undefined : await openValidationData(data, context);
  progress.update('building the graphs and comparing them');
  const options = {
    precision,
    speed: true,
    signal,
    ...texts,
    ...(validation && { validation }),
  };
  const exported: ExportedModel & { readonly step?: number } = (await isModel(source))
    ? await convertArtifact(source, out, options)
    : await exportCheckpoint(source, out, options);
  const { manifest, bytes, report, step = manifest.training.steps } = exported;
  return {
    lines: [
      `${out}: step ${step}, ${formatBytes(bytes)}`,
      ...manifest.graphs.map((graph) => `  ${graph.file}: ${formatBytes(graph.bytes)}`),
      ...describeForms(exported),
      ...report.forms.map(describeParity),
    ],
    data: { out, step, bytes, precision, ...report, graphs: manifest.graphs },
  };
}

async function isModel(folder: string): Promise<boolean> {
  const stats = await stat(join(folder, MANIFEST_FILE)).catch(() => undefined);
  return stats !== undefined;
}

function describeForms({ manifest, report }: ExportedModel): string[] {
  const figures = (nats: number) => [nats.toFixed(4), Math.exp(nats).toFixed(3)];
  const rows = report.forms.map((form) => [
    form.precision,
    formatBytes(bytesOf(form, manifest.graphs)),
    form.logitErrors.largest.toExponential(1),
    form.logitErrors.mean.toExponential(1),
    ...figures(form.natsPerToken),
    formatCount(form.tokensPerSecond ?? 0),
  ]);
  const trained = ['as trained', '', '', '', ...figures(report.trainedNatsPerToken), ''];
  return [
    ...formatTable(
      ['form', ' bytes', ' logit error', ' mean', ' nats/token', ' perplexity', ' tokens/s'],
      [trained, ...rows],
    ),
    describeEvaluation(report),
  ];
}

function bytesOf({ precision }: FormReport, graphs: ExportedModel['manifest']['graphs']): number {
  const own = graphs.filter((graph) => graph.precision === precision);
  return own.reduce((sum, { bytes }) => sum + bytes, 0);
}

function describeEvaluation({ tokens, evaluatedOn }: ModelReport): string {
  return `nats per token: over ${formatCount(tokens)} tokens of ${evaluatedOn}`;
}

function describeParity({ precision, parity }: FormReport): string {
  const { trainedToStep, trainedToChunk, largestLogit, draws } = parity;
  return (
    `parity of ${precision}: logits within ${trainedToStep.toExponential(1)} (step) and ${trainedToChunk.toExponential(1)} (chunk) ` +
    `of the trained network's, the largest of which is ${largestLogit.toFixed(1)}; ` +
    `${formatCount(draws.tokens)} tokens drawn alike by both graphs`
  );
}
