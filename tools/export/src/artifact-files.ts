// The files of an artifact, and the manifest that names them.
import { createHash } from 'node:crypto';
import {
  type FileEntry,
  type Golden,
  type Manifest,
  MANIFEST_FILE,
  MANIFEST_SCHEMA_VERSION,
  type RecommendedSampling,
  type Tokenizer,
  tokenizerToJson,
} from '@ostinato/core';
import { OPSET } from '@ostinato/graph';
import type { LstmConfig } from '@ostinato/model';
import type { AboutModel } from './about.js';
import { ARTIFACT_FILES } from './file-names.js';
import type { EncodedGraphs } from './graphs/encode-graphs.js';
import type { Precision } from './graphs/weights.js';
import { modelCard } from './model-card.js';
import type { ParityReport } from './parity/check-parity.js';
import { PRODUCER_NAME, PRODUCER_VERSION } from './producer.js';
import type { ArtifactFile } from './write-folder.js';

const NEUTRAL_SAMPLING: RecommendedSampling = { temperature: 1, topP: 1, minP: 0 };

export interface ArtifactParts {
  readonly about: AboutModel;
  readonly config: LstmConfig;
  readonly precision: Precision;
  readonly tokenizer: Tokenizer;
  readonly graphs: EncodedGraphs;
  readonly golden: Golden;
  readonly parity: ParityReport;
}

/** Lays out an artifact. */
export function artifactFiles(parts: ArtifactParts): { manifest: Manifest; files: ArtifactFile[] } {
  const step = { name: ARTIFACT_FILES.step, content: parts.graphs.step };
  const chunk = { name: ARTIFACT_FILES.chunk, content: parts.graphs.chunk };
  const tokenizer = textFile(ARTIFACT_FILES.tokenizer, tokenizerToJson(parts.tokenizer));
  const golden = textFile(ARTIFACT_FILES.golden, `${JSON.stringify(parts.golden)}\n`);
  const data = [step, chunk, tokenizer, golden];
  const card = textFile(ARTIFACT_FILES.card, modelCard({ ...parts, files: data }));

  const { about, config, precision } = parts;
  const graph = { precision, opset: OPSET };
  const manifest: Manifest = {
    schemaVersion: MANIFEST_SCHEMA_VERSION,
    name: about.name,
    description: about.description,
    licence: about.licence,
    architecture: {
      kind: config.kind,
      vocabularySize: config.vocabularySize,
      embeddingSize: config.embeddingSize,
      hiddenSize: config.hiddenSize,
      layers: config.layers,
      tiedOutput: config.tiedOutput,
    },
    graphs: [
      { ...entryOf(step), kind: 'step', ...graph },
      { ...entryOf(chunk), kind: 'chunk', ...graph },
    ],
    tokenizer: entryOf(tokenizer),
    golden: entryOf(golden),
    card: entryOf(card),
    sampling: about.sampling ?? NEUTRAL_SAMPLING,
    training: {
      data: about.training.data,
      steps: about.training.steps,
      tokens: about.training.tokens,
      metrics: { ...about.training.metrics },
    },
    producer: `${PRODUCER_NAME} ${PRODUCER_VERSION}`,
  };
  const manifestFile = textFile(MANIFEST_FILE, `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, files: [manifestFile, ...data, card] };
}

function entryOf({ name, content }: ArtifactFile): FileEntry {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { file: name, bytes: content.length, sha256 };
}

function textFile(name: string, text: string): ArtifactFile {
  return { name, content: new TextEncoder().encode(text) };
}
