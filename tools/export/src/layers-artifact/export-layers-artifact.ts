// A TF.js LayersModel of the next token and the tokenizer that it was trained with, to a model artifact.
import { createGolden, type NextTokenModel, type Tokenizer } from '@ostinato/core';
import { startModel } from '@ostinato/node';
import type { AboutModel } from '../about.js';
import { artifactFiles } from '../artifact-files.js';
import { ExportError } from '../errors.js';
import { type ExportedModel, primerOf } from '../export-artifact.js';
import { encodeGraph } from '../graphs/encode-graphs.js';
import type { EncodedForm } from '../graphs/forms.js';
import type { LayersModel } from '../layers-model/types.js';
import { evaluationOnComposed } from '../measure/evaluate-composed.js';
import type { ModelReport, ValidationData } from '../measure/form-report.js';
import { measureSpeed } from '../measure/measure-speed.js';
import { checkFolderIsFree, writeFolder } from '../write-folder.js';
import { checkTokenParity } from './check-token-parity.js';
import { stateVectors, tokenChunkGraph, tokenStepGraph } from './token-graphs.js';
import { tokenNetwork } from './token-network.js';

export interface LayersArtifactSource {
  readonly model: LayersModel;
  /** Its vocabulary must be the model's, token for token. */
  readonly tokenizer: Tokenizer;
  readonly about: AboutModel;
}

export interface LayersArtifactOptions {
  /** What its perplexity is measured on. Default: pieces that it composes. */
  readonly validation?: ValidationData;
  /** Also measure how fast it composes. Default false. */
  readonly speed?: boolean;
  /** Aborted before the files are written, the export throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal;
}

/** Writes an artifact whose graphs compute what TF.js does; they are run and compared first, and if they do not agree,
 *  nothing is written. Weights are stored as float32.
 *  @param folder made if it is not there; an artifact in it is replaced
 *  @throws {ExportError} `not-next-token` if the model is none, `vocabulary-mismatch`, `unsupported-layer`, `parity`,
 *    `folder-taken` */
export async function exportLayersArtifact(
  { model: source, tokenizer, about }: LayersArtifactSource,
  folder: string,
  { validation, speed = false, signal }: LayersArtifactOptions = {},
): Promise<ExportedModel> {
  const tokens = tokenNetwork(source);
  const { vocabularySize } = tokens;
  if (tokenizer.vocabularySize !== vocabularySize) {
    throw new ExportError(
      'vocabulary-mismatch',
      `tokenizer.json: vocabulary is ${tokenizer.vocabularySize}, that of ${source.where} is ${vocabularySize}; ` +
        'give the tokenizer that the model was trained with',
    );
  }
  await checkFolderIsFree(folder);
  const token = { model: source, tokens };
  const { grammar } = tokenizer;
  const vectors = stateVectors(token);
  const stateSize = vectors.reduce((sum, { size }) => sum + size, 0);
  const metadata = new Map([
    ['name', about.name],
    ['description', about.description],
    ['licence', about.licence],
    ['attribution', about.attribution],
    ['tokenizer_hash', tokenizer.hash],
    [
      'state_layout',
      vectors.map(({ layer, name, size }) => `${layer} ${name} [${size}]`).join(', '),
    ],
  ]);
  const { graph: step, weightNames } = tokenStepGraph(token);
  const form: EncodedForm = {
    precision: 'f32',
    step: encodeGraph(step, metadata),
    chunk: encodeGraph(tokenChunkGraph(token, grammar), metadata),
  };
  const observedChunk = encodeGraph(
    tokenChunkGraph(token, grammar, { withLogits: true }),
    new Map(),
  );
  const primer = primerOf(tokenizer);

  // One thread: an export may share its machine with a training run, and spinning threads would slow both.
  await using model = await startModel({ graphs: form, grammar, stateSize }, { threads: 1 });
  signal?.throwIfAborted();
  const subject = { token, weightNames, grammar, model, observedChunk, stateSize, primer };
  const checked = await checkTokenParity(subject);
  signal?.throwIfAborted();
  const evaluated = await evaluate(model, primer, validation);
  const tokensPerSecond = speed ? await measureSpeed(model, primer) : undefined;
  const { natsPerToken } = evaluated;
  const report: ModelReport = {
    evaluatedOn: validation?.name ?? 'pieces that the model composed',
    tokens: evaluated.tokens,
    trainedNatsPerToken: natsPerToken,
    forms: [
      {
        precision: 'f32',
        ...checked,
        natsPerToken,
        ...(tokensPerSecond !== undefined && { tokensPerSecond }),
      },
    ],
  };
  const golden = await createGolden(model, { primer });
  const { manifest, files } = artifactFiles({
    about,
    architecture: { kind: 'layers', vocabularySize, layers: [...tokens.layerNames] },
    stateSize,
    tokenizer,
    forms: [form],
    golden,
    report,
  });
  signal?.throwIfAborted();
  await writeFolder(folder, files);
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  return { folder, manifest, report, bytes };
}

async function evaluate(
  model: NextTokenModel,
  primer: readonly number[],
  validation: ValidationData | undefined,
) {
  if (validation) return validation.evaluate(model, 'converted model');
  return (await evaluationOnComposed(model, primer))(model);
}
