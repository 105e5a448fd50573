// `ostinato export model.json`: a network of TF.js, as plain ONNX, or with its tokenizer as a model that composes.
import type { ModelPrecision } from '@ostinato/core';
import {
  describeModel,
  exportLayersArtifact,
  exportLayersModel,
  readLayersModel,
} from '@ostinato/export';
import { describeForms, describeParity } from './describe-export.js';
import { InputError, readAbout, readTokenizer } from './input-file.js';
import type { CommandContext, Report } from './run-command.js';
import { printable } from './terminal/printable.js';
import { formatBytes, formatPlural } from './terminal/units.js';
import { openValidationData } from './validation-data.js';

export interface LayersArguments {
  readonly out: string;
  readonly tokenizer?: string;
  readonly precision?: readonly ModelPrecision[];
  readonly data?: string;
  readonly about?: string;
}

/** Exports a LayersModel.
 *  @param source model.json, or its folder */
export async function convertLayers(
  source: string,
  options: LayersArguments,
  context: CommandContext,
): Promise<Report> {
  const { precision, tokenizer, data, about } = options;
  if (precision?.some((form) => form !== 'f32')) {
    throw new InputError(
      'unused-precision',
      `option --precision: ${source} is converted as f32 alone; leave the option out`,
    );
  }
  if (tokenizer !== undefined) return toArtifact(source, tokenizer, options, context);
  const unused = data !== undefined ? '--data' : about !== undefined ? '--about' : undefined;
  if (unused !== undefined) {
    throw new InputError(
      'unused-option',
      `option ${unused}: is for a model that composes; give its --tokenizer too, or leave the option out`,
    );
  }
  return toOnnx(source, options, context);
}

async function toOnnx(
  source: string,
  { out }: LayersArguments,
  { progress, signal }: CommandContext,
): Promise<Report> {
  const model = await readLayersModel(source);
  progress.update('converting, and comparing with TF.js');
  const { converted, parity, bytes } = await exportLayersModel(model, out, { signal });
  const { inputs, outputs, states, layers } = converted;
  const named = (list: readonly { readonly name: string; readonly shape: readonly unknown[] }[]) =>
    list.map(({ name, shape }) => `${printable(name)} [${shape.join(', ')}]`).join(', ');
  return {
    lines: [
      `${out}: ${formatPlural(layers.length, 'layer')} as model.onnx, ${formatBytes(bytes)}`,
      `inputs   ${named(inputs)}`,
      `outputs  ${named(outputs)}`,
      ...(states.length === 0
        ? []
        : [`states   ${formatPlural(states.length, 'state')}, in and out`]),
      `parity: within ${parity.largestDifference.toExponential(1)} of TF.js on ${formatPlural(parity.inputsTried, 'random input')}, ` +
        `the largest output being ${parity.largestOutput.toPrecision(3)}`,
    ],
    data: { out, bytes, inputs, outputs, states, layers, parity },
  };
}

async function toArtifact(
  source: string,
  tokenizerFile: string,
  { out, data, about }: LayersArguments,
  context: CommandContext,
): Promise<Report> {
  const { progress, signal } = context;
  const tokenizer = await readTokenizer(tokenizerFile);
  const texts = about === undefined ? {} : await readAbout(about);
  const model = await readLayersModel(source);
  await using validation = data === undefined ? undefined : await openValidationData(data, context);
  progress.update('converting, and comparing with TF.js');
  const described = describeModel(
    out,
    { description: 'A music model converted from TF.js.', ...texts },
    { steps: 0, tokens: 0, metrics: {} },
  );
  const exported = await exportLayersArtifact({ model, tokenizer, about: described }, out, {
    speed: true,
    signal,
    ...(validation && { validation }),
  });
  const { manifest, bytes, report } = exported;
  return {
    lines: [
      `${out}: ${formatBytes(bytes)}`,
      ...manifest.graphs.map((graph) => `  ${graph.file}: ${formatBytes(graph.bytes)}`),
      ...describeForms(exported),
      ...report.forms.map((form) => describeParity(form, "TF.js's")),
    ],
    data: { out, bytes, ...report, graphs: manifest.graphs, architecture: manifest.architecture },
  };
}
