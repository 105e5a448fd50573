// The files of an artifact, and the manifest that names them.
import { createHash } from 'node:crypto';
import {
  type Architecture,
  type FileEntry,
  type Golden,
  type GraphEntry,
  type GraphKind,
  isReproducible,
  type Manifest,
  MANIFEST_FILE,
  MANIFEST_SCHEMA_VERSION,
  MODEL_RUNTIMES,
  type ModelRuntime,
  type RecommendedSampling,
  sealManifest,
  type Tokenizer,
  tokenizerToJson,
} from '@ostinato/core';
import { OPSET } from '@ostinato/graph';
import type { AboutModel } from './about.js';
import { ARTIFACT_FILES, graphFile } from './file-names.js';
import type { EncodedForm } from './graphs/forms.js';
import { modelCard } from './model-card.js';
import type { ModelReport } from './measure/form-report.js';
import { PRODUCER_NAME, PRODUCER_VERSION } from './producer.js';
import type { ArtifactFile } from './write-folder.js';

/** Of the reproducible forms. The loop over tokens of a chunk runs on the host: on WebGPU that means reading back each
 *  token, and a step is faster. */
const RUNTIMES: Readonly<Record<GraphKind, readonly ModelRuntime[]>> = {
  step: MODEL_RUNTIMES,
  chunk: ['node-cpu', 'node-cuda', 'web-wasm'],
};

const NEUTRAL_SAMPLING: RecommendedSampling = { temperature: 1, topP: 1, minP: 0 };

export interface ArtifactParts {
  readonly about: AboutModel;
  readonly architecture: Architecture;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
  readonly tokenizer: Tokenizer;
  readonly forms: readonly EncodedForm[];
  readonly golden: Golden;
  readonly report: ModelReport;
}

/** Lays out an artifact. */
export function artifactFiles(parts: ArtifactParts): { manifest: Manifest; files: ArtifactFile[] } {
  const { about, architecture, stateSize, forms, report } = parts;
  const graphs = graphFiles(forms);
  const tokenizer = textFile(ARTIFACT_FILES.tokenizer, tokenizerToJson(parts.tokenizer));
  const golden = textFile(ARTIFACT_FILES.golden, `${JSON.stringify(parts.golden)}\n`);
  const data = [...graphs.map(({ file }) => file), tokenizer, golden];
  const facts = {
    about,
    architecture,
    report,
    graphs: graphs.map(({ entry }) => entry),
    files: data,
  };
  const card = textFile(ARTIFACT_FILES.card, modelCard(facts));

  const { manifest, text } = sealManifest({
    schemaVersion: MANIFEST_SCHEMA_VERSION,
    name: about.name,
    description: about.description,
    licence: about.licence,
    attribution: about.attribution,
    architecture,
    stateSize,
    graphs: facts.graphs,
    tokenizer: entryOf(tokenizer),
    golden: entryOf(golden),
    card: entryOf(card),
    sampling: about.sampling ?? NEUTRAL_SAMPLING,
    training: {
      data: about.training.data,
      steps: about.training.steps,
      tokens: about.training.tokens,
      metrics: { ...about.training.metrics },
      ...(about.training.hardware && { hardware: about.training.hardware }),
    },
    producer: `${PRODUCER_NAME} ${PRODUCER_VERSION}`,
  });
  const manifestFile = textFile(MANIFEST_FILE, text);
  return { manifest, files: [manifestFile, ...data, card] };
}

/** The graphs that are shipped. Of int8-dynamic that is the chunk: who asks for logits wants those that are the same
 *  everywhere. */
function graphFiles(forms: readonly EncodedForm[]): { file: ArtifactFile; entry: GraphEntry }[] {
  const primary = forms.find(({ precision }) => isReproducible(precision));
  return forms.flatMap((form) => {
    const { precision } = form;
    const kinds = isReproducible(precision) ? (['step', 'chunk'] as const) : (['chunk'] as const);
    return kinds.map((kind) => {
      const file = { name: graphFile(kind, precision, form === primary), content: form[kind] };
      const runtimes = isReproducible(precision) ? [...RUNTIMES[kind]] : ['node-cpu' as const];
      return { file, entry: { ...entryOf(file), kind, precision, opset: OPSET, runtimes } };
    });
  });
}

function entryOf({ name, content }: ArtifactFile): FileEntry {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { file: name, bytes: content.length, sha256 };
}

function textFile(name: string, text: string): ArtifactFile {
  return { name, content: new TextEncoder().encode(text) };
}
