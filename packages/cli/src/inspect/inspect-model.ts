// A model folder as a person would want to read it: what it is, what it can do, what runs it, and whether it is whole.
import {
  type Architecture,
  instrumentSlug,
  type Manifest,
  type RecommendedSampling,
  type Tokenizer,
} from '@ostinato/core';
import { readArtifact } from '@ostinato/node';
import type { Report } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatTable } from '../terminal/table.js';
import { formatBytes, formatCount } from '../terminal/units.js';

const LONG = 400;

/** Verifies a model folder and describes it.
 *  @throws {ArtifactError} saying what is wrong, if it is not whole and safe */
export async function describeModel(folder: string): Promise<Report> {
  const artifact = await readArtifact(folder);
  const { manifest, tokenizer, graphs } = artifact;
  const others = [manifest.tokenizer, manifest.golden, manifest.card];
  const bytes = [...graphs, ...others].reduce((sum, file) => sum + file.bytes, 0);
  return {
    lines: [
      `${folder}: model ${printable(manifest.name)}, ${formatBytes(bytes)}; every file is as it was exported`,
      printable(manifest.description, LONG),
      '',
      ...describeFacts(manifest),
      '',
      ...describeVocabulary(tokenizer),
      '',
      ...formatTable(
        ['graph', 'form', ' size', 'for'],
        graphs.map(({ file, kind, precision, bytes, runtimes }) => [
          `${file} (${kind})`,
          precision,
          formatBytes(bytes),
          runtimes.join(', '),
        ]),
      ),
    ],
    data: {
      kind: 'model',
      folder,
      verified: true,
      bytes,
      manifest,
      instruments: tokenizer.instruments.map(instrumentSlug),
      labels: Object.fromEntries(tokenizer.labels.map(({ kind, values }) => [kind, values])),
    },
  };
}

function describeFacts(manifest: Manifest): string[] {
  const { architecture, stateSize, training, sampling, licence, attribution, producer } = manifest;
  const facts: [string, string][] = [
    ['network', `${describeNetwork(architecture)}; ${formatCount(stateSize)} numbers of state`],
    ['draws', describeSampling(sampling)],
    [
      'trained',
      `${formatCount(training.steps)} steps, ${formatCount(training.tokens)} tokens, on ${printable(training.data, LONG)}`,
    ],
    ...Object.entries(training.metrics).map(([name, value]): [string, string] => [
      'figure',
      `${printable(name)}: ${value}`,
    ]),
    ['licence', printable(licence)],
    ...(attribution === undefined
      ? []
      : [['credit', printable(attribution, LONG)] as [string, string]]),
    ['made by', printable(producer)],
  ];
  return facts.map(([name, text]) => `${name.padEnd(9)} ${text}`);
}

function describeNetwork(architecture: Architecture): string {
  const vocabulary = `a vocabulary of ${formatCount(architecture.vocabularySize)}`;
  if (architecture.kind === 'layers') {
    const layers = architecture.layers.map((name) => printable(name)).join(', ');
    return `converted layers (${layers}), ${vocabulary}`;
  }
  const { layers, hiddenSize, embeddingSize, tiedOutput } = architecture;
  const tied = tiedOutput ? ', output tied to it' : '';
  return `${layers} LSTM layers of ${hiddenSize}, embedding ${embeddingSize}${tied}, ${vocabulary}`;
}

function describeSampling({ temperature, topP, minP }: RecommendedSampling): string {
  return `with temperature ${temperature}, top-p ${topP}, min-p ${minP} unless told otherwise`;
}

function describeVocabulary({ instruments, labels }: Tokenizer): string[] {
  return [
    `plays     ${instruments.map(instrumentSlug).join(', ')}`,
    ...labels.map(
      ({ kind, values }) =>
        `${printable(kind).padEnd(9)} ${values.map((value) => printable(value)).join(', ')}`,
    ),
  ];
}
