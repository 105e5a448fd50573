// The model card: README.md of an artifact.
import type { LstmConfig } from '@ostinato/model';
import type { AboutModel } from './about.js';
import { ARTIFACT_FILES } from './file-names.js';
import type { Precision } from './graphs/weights.js';
import type { ParityReport } from './parity/check-parity.js';
import type { ArtifactFile } from './write-folder.js';

export interface CardFacts {
  readonly about: AboutModel;
  readonly config: LstmConfig;
  readonly precision: Precision;
  readonly parity: ParityReport;
  readonly files: readonly ArtifactFile[];
}

/** Writes the card as Markdown. */
export function modelCard({ about, config, precision, parity, files }: CardFacts): string {
  const sections = [
    `# ${about.name}`,
    about.description,
    section('Use', useSection(about)),
    section('Licence and attribution', `${about.licence}. ${about.attribution}`),
    section('Training', trainingSection(about)),
    section('Network', networkSection(config, precision)),
    section('Files', filesSection(files)),
    section('Parity', paritySection(parity)),
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

function networkSection(config: LstmConfig, precision: Precision): string {
  const { vocabularySize, embeddingSize, hiddenSize, layers, tiedOutput } = config;
  const storage = {
    f32: 'Weights are stored as float32.',
    f16: 'Weights are stored as float16 and widened to float32 when a session loads them.',
    int8: 'Weights are stored as int8 with one scale a row and widened to float32 when a session loads them.',
  };
  return (
    `An LSTM language model: a vocabulary of ${vocabularySize} tokens, embedding ${embeddingSize}, ` +
    `${layers} x ${hiddenSize} hidden units${tiedOutput ? ', output tied to the embedding' : ''}. ` +
    `${storage[precision]} All arithmetic is float32.`
  );
}

function filesSection(files: readonly ArtifactFile[]): string {
  const purposes: Record<string, string> = {
    [ARTIFACT_FILES.step]: 'consumes tokens, gives logits and state; for any ONNX Runtime',
    [ARTIFACT_FILES.chunk]: 'draws many tokens in one run; for CPUs',
    [ARTIFACT_FILES.tokenizer]: 'what the token ids mean',
    [ARTIFACT_FILES.golden]: 'what a right runtime computes',
  };
  const rows = files.map(({ name, content }): [string, string, string] => [
    `\`${name}\``,
    count(content.length),
    purposes[name] ?? '',
  ]);
  return tableOf(['file', 'bytes', 'what it is'], rows);
}

function paritySection(parity: ParityReport): string {
  const { draws, storage } = parity;
  const difference = (value: number) => value.toExponential(1);
  const rows: [string, string][] = [
    ['Trained network (float64) and step graph', difference(parity.trainedToStep)],
    ['Trained network (float64) and chunk graph', difference(parity.trainedToChunk)],
    ['Step graph and chunk graph', difference(parity.stepToChunk)],
    ['Storage against unrounded weights, largest', difference(storage.largest)],
    ['Storage against unrounded weights, mean', difference(storage.mean)],
  ];
  const alike =
    draws.ties === 0
      ? `drew the same ${count(draws.tokens)} tokens`
      : `drew the same ${count(draws.tokens - draws.ties)} of ${count(draws.tokens)} tokens, the others within rounding of each other,`;
  const drawn = `The chunk graph and the step graph ${alike} over seeds ${draws.seeds.join(', ')}.`;
  return (
    `Differences of logits (the largest is ${parity.largestLogit.toFixed(1)}) over ${parity.tokens} tokens:\n\n` +
    `${tableOf(['', 'difference'], rows)}\n\n${drawn}`
  );
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
