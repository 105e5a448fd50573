// The model card: README.md of an artifact.
import type { Architecture, GraphEntry } from '@ostinato/core';
import type { AboutModel } from './about.js';
import { ARTIFACT_FILES } from './file-names.js';
import type { FormReport, ModelReport } from './measure/form-report.js';
import type { ArtifactFile } from './write-folder.js';

export interface CardFacts {
  readonly about: AboutModel;
  readonly architecture: Architecture;
  readonly graphs: readonly GraphEntry[];
  readonly report: ModelReport;
  readonly files: readonly ArtifactFile[];
}

/** Writes the card as Markdown. */
export function modelCard({ about, architecture, graphs, report, files }: CardFacts): string {
  const isConverted = architecture.kind === 'layers';
  const original = isConverted ? 'TF.js' : 'the trained network in float64';
  const reference = isConverted
    ? 'TF.js'
    : 'the trained network with the stored weights (in float64)';
  const sections = [
    `# ${about.name}`,
    about.description,
    section('Use', useSection(about)),
    section('Licence and attribution', `${about.licence}. ${about.attribution}`),
    section('Training', trainingSection(about)),
    section('Network', networkSection(architecture)),
    section('Forms', formsSection(report, graphs, original)),
    section('Files', filesSection(files, graphs)),
    section('Parity', paritySection(report, reference)),
    ...(about.notes ? [section('Notes', about.notes)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function useSection({ name, sampling }: AboutModel): string {
  const command = codeBlock('sh', [
    `ostinato generate --model models/${name} --seed 1 --seconds 60`,
  ]);
  if (!sampling) return command;
  const { temperature, topP, minP } = sampling;
  return `${command}\n\nDrawn, unless told otherwise, with temperature ${temperature}, top-p ${topP}, min-p ${minP}.`;
}

function trainingSection({ training, commands = [] }: AboutModel): string {
  const facts: [string, string][] = [
    ['Data', training.data],
    ['Steps', count(training.steps)],
    ['Tokens seen', count(training.tokens)],
    ['Hardware', training.hardware ?? 'not recorded'],
  ];
  for (const [name, value] of Object.entries(training.metrics)) {
    facts.push([name, Number(value.toPrecision(6)).toString()]);
  }
  const table = tableOf(['', ''], facts);
  if (commands.length === 0) return table;
  return `${table}\n\nMade by:\n\n${codeBlock('sh', commands)}`;
}

function networkSection(architecture: Architecture): string {
  if (architecture.kind === 'layers') {
    const { vocabularySize, layers } = architecture;
    return `Converted from a TF.js LayersModel: a vocabulary of ${vocabularySize} tokens, layers ${layers.join(', ')}.`;
  }
  const { vocabularySize, embeddingSize, hiddenSize, layers, tiedOutput } = architecture;
  return (
    `An LSTM language model: a vocabulary of ${vocabularySize} tokens, embedding ${embeddingSize}, ` +
    `${layers} x ${hiddenSize} hidden units${tiedOutput ? ', output tied to the embedding' : ''}.`
  );
}

const MEANING: Readonly<Record<FormReport['precision'], string>> = {
  f32: 'weights stored as float32',
  f16: 'weights stored as float16 and widened to float32 when a session loads them; all arithmetic is float32',
  int8: 'weights stored as int8 with one scale a row and widened to float32 when a session loads them; all arithmetic is float32',
  'int8-dynamic':
    'int8 weights and products of integers: faster in Node on a CPU, and other notes than the forms above; only when asked for',
};

function formsSection(
  report: ModelReport,
  graphs: readonly GraphEntry[],
  original: string,
): string {
  const { forms, evaluatedOn, tokens, trainedNatsPerToken } = report;
  const hasSpeed = forms.some(({ tokensPerSecond }) => tokensPerSecond !== undefined);
  const head = ['form', 'bytes', 'logit error, largest', 'mean', 'nats per token', 'perplexity'];
  const figures = (nats: number) => [nats.toFixed(4), Math.exp(nats).toFixed(4)];
  const rows = forms.map(({ precision, logitErrors, natsPerToken, tokensPerSecond }) => {
    const bytes = graphs.filter((graph) => graph.precision === precision);
    return [
      precision,
      count(bytes.reduce((sum, graph) => sum + graph.bytes, 0)),
      difference(logitErrors.largest),
      difference(logitErrors.mean),
      ...figures(natsPerToken),
      ...(hasSpeed ? [count(tokensPerSecond ?? 0)] : []),
    ];
  });
  const trained = ['as trained', '', '', '', ...figures(trainedNatsPerToken)];
  const table = tableOf(hasSpeed ? [...head, 'tokens/s'] : head, [
    hasSpeed ? [...trained, ''] : trained,
    ...rows,
  ]);
  const list = forms
    .map(({ precision }) => `- \`${precision}\`: ${MEANING[precision]}.`)
    .join('\n');
  const measured =
    `Logit errors are differences from ${original} over ${forms[0]?.parity.tokens} tokens; ` +
    `nats per token (its exponential is the perplexity) are means over ${count(tokens)} tokens of ${evaluatedOn}` +
    `${hasSpeed ? '; tokens/s are those of one sequence on one thread of the machine of the export' : ''}.`;
  return `${list}\n\n${table}\n\n${measured}`;
}

function filesSection(files: readonly ArtifactFile[], graphs: readonly GraphEntry[]): string {
  const purposes = new Map<string, string>([
    [ARTIFACT_FILES.tokenizer, 'what the token ids mean'],
    [ARTIFACT_FILES.golden, 'what a right runtime computes, in a reproducible form'],
    ...graphs.map(({ file, kind, precision, runtimes }): [string, string] => [
      file,
      `${precision}: ${kind === 'step' ? 'consumes tokens, gives logits and state' : 'draws many tokens in one run'}; for ${runtimes.join(', ')}`,
    ]),
  ]);
  const rows = files.map(({ name, content }): [string, string, string] => [
    `\`${name}\``,
    count(content.length),
    purposes.get(name) ?? '',
  ]);
  return tableOf(['file', 'bytes', 'what it is'], rows);
}

function paritySection({ forms }: ModelReport, reference: string): string {
  const head = ['form', 'largest logit', 'trained and step', 'trained and chunk', 'step and chunk'];
  const rows = forms.map(({ precision, parity }) => [
    precision,
    parity.largestLogit.toFixed(1),
    ...[parity.trainedToStep, parity.trainedToChunk, parity.stepToChunk].map(difference),
  ]);
  const drawn = forms.map(({ precision, parity: { draws } }) => {
    const alike =
      draws.ties === 0
        ? `drew the same ${count(draws.tokens)} tokens`
        : `drew the same ${count(draws.tokens - draws.ties)} of ${count(draws.tokens)} tokens, the others within rounding of each other,`;
    return `- \`${precision}\`: the chunk graph and the step graph ${alike} over seeds ${draws.seeds.join(', ')}.`;
  });
  return (
    `Largest differences of a logit between ${reference}, the step graph and ` +
    `the chunk graph, over ${forms[0]?.parity.tokens} tokens:\n\n${tableOf(head, rows)}\n\n${drawn.join('\n')}`
  );
}

function difference(value: number): string {
  return value.toExponential(1);
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function codeBlock(language: string, lines: readonly string[]): string {
  return ['```' + language, ...lines, '```'].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}
