// A model folder as a person would want to read it: what it is, what it can do, what runs it, and whether it is whole.
import {
  type Architecture,
  instrumentSlug,
  type Manifest,
  type RecommendedSampling,
  type Tokenizer,
  type VerifiedArtifact,
} from '@ostinato/core';
import type { Report } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatTable } from '../terminal/table.js';
import { formatBytes, formatCount } from '../terminal/units.js';

const LONG = 400;

/** Describes a model that was verified, whole or without graphs.
 *  @param where its folder or address */
export function describeModel(
  where: string,
  { manifest, tokenizer, graphs }: VerifiedArtifact,
): Report {
  const others = [manifest.tokenizer, manifest.golden, manifest.card];
  const verified = graphs.length === manifest.graphs.length;
  const bytes = [...manifest.graphs, ...others].reduce((sum, file) => sum + file.bytes, 0);
  return {
    lines: [
      `${where}: model ${printable(manifest.name)}, ${formatBytes(bytes)}; ${verified ? 'every file is as it was exported' : 'its graphs were not looked at'}`,
      printable(manifest.description, LONG),
      '',
      ...describeFacts(manifest),
      '',
      ...describeVocabulary(tokenizer),
      '',
      ...formatTable(
        ['graph', 'form', ' size', 'for'],
        manifest.graphs.map(({ file, kind, precision, bytes, runtimes }) => [
          `${file} (${kind})`,
          precision,
          formatBytes(bytes),
          runtimes.join(', '),
        ]),
      ),
    ],
    data: {
      kind: 'model',
      folder: where,
      verified,
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
