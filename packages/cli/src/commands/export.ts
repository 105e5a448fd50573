// `ostinato export`: a run, a model, or a network of TF.js -> a model folder that any of our runtimes loads.
import type { ModelPrecision } from '@ostinato/core';
import { convertArtifact, type ExportedModel, exportCheckpoint } from '@ostinato/export';
import { type Command, Option } from 'commander';
import { describeForms, describeParity } from '../describe-export.js';
import { convertLayers } from '../export-layers.js';
import { exportSourceKind } from '../export-source.js';
import { InputError, readAbout } from '../input-file.js';
import { choices, path } from '../option-parsers.js';
import { PRECISIONS } from '../precisions.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatBytes } from '../terminal/units.js';
import { openValidationData } from '../validation-data.js';

interface ExportArguments {
  out: string;
  tokenizer?: string;
  precision?: ModelPrecision[];
  data?: string;
  about?: string;
  json?: boolean;
}

export function addExportCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('export')
    .description(
      'Turn the best checkpoint of a run, or a network of TF.js, into a model folder, and check its graphs.',
    )
    .argument(
      '<source>',
      "the folder of a run, of one checkpoint, or of a model; or a TF.js LayersModel's model.json",
      path,
    )
    .requiredOption('--out <DIR>', 'where the model goes; an older model there is replaced', path)
    .option(
      '--tokenizer <FILE.json>',
      'with a model.json that predicts tokens: what they mean, to compose; without, it becomes plain ONNX',
      path,
    )
    .addOption(
      new Option(
        '--precision <FORMS>',
        'f32, f16 and int8 say how weights are stored; int8-dynamic, beside one of them, also multiplies integers: ' +
          'faster in Node, and other notes (default: int8; a model.json is always f32)',
      ).argParser(choices(PRECISIONS)),
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
  $ ostinato export models/mine --out models/mine-fast --precision int8,int8-dynamic
  $ ostinato export web/model.json --out onnx/mine
  $ ostinato export web/model.json --tokenizer tokenizer.json --out models/mine`,
    )
    .action(async (source: string, options: ExportArguments) => {
      setExitCode(await runCommand(options, (context) => exportModel(source, options, context)));
    });
}

async function exportModel(
  source: string,
  options: ExportArguments,
  context: CommandContext,
): Promise<Report> {
  const { out, tokenizer, precision = ['int8'], data, about } = options;
  const kind = await exportSourceKind(source);
  if (kind === 'layers-model') return convertLayers(source, options, context);
  if (tokenizer !== undefined) {
    throw new InputError(
      'unused-tokenizer',
      `option --tokenizer: ${source} is a ${kind} and has its own; leave the option out`,
    );
  }
  const { progress, signal } = context;
  const texts = about === undefined ? {} : { about: await readAbout(about) };
  await using validation = data === undefined ? undefined : await openValidationData(data, context);
  progress.update('building the graphs and comparing them');
  const exportOptions = {
    precision,
    speed: true,
    signal,
    ...texts,
    ...(validation && { validation }),
  };
  const exported: ExportedModel & { readonly step?: number } =
    kind === 'model'
      ? await convertArtifact(source, out, exportOptions)
      : await exportCheckpoint(source, out, exportOptions);
  const { manifest, bytes, report, step = manifest.training.steps } = exported;
  return {
    lines: [
      `${out}: step ${step}, ${formatBytes(bytes)}`,
      ...manifest.graphs.map((graph) => `  ${graph.file}: ${formatBytes(graph.bytes)}`),
      ...describeForms(exported),
      ...report.forms.map((form) => describeParity(form, "the trained network's")),
    ],
    data: { out, step, bytes, precision, ...report, graphs: manifest.graphs },
  };
}
