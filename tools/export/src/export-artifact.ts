// Trained parameters to a model artifact that has been checked on the runtime it is for.
import { createGolden, type Manifest, type Tokenizer } from '@ostinato/core';
import {
  type LstmConfig,
  lstmParameters,
  type NamedTensors,
  validateLstmConfig,
} from '@ostinato/model';
import { startModel } from '@ostinato/node';
import type { AboutModel } from './about.js';
import { artifactFiles } from './artifact-files.js';
import { ExportError } from './errors.js';
import { encodeGraphs } from './graphs/encode-graphs.js';
import { storeNetwork } from './graphs/network.js';
import { stateSize } from './graphs/state.js';
import type { Precision } from './graphs/weights.js';
import { checkParity, type ParityReport } from './parity/check-parity.js';
import { checkFolderIsFree, writeFolder } from './write-folder.js';

export interface TrainedModel {
  /** By the names and shapes of `lstmParameters`. */
  readonly parameters: NamedTensors;
  readonly config: LstmConfig;
  readonly tokenizer: Tokenizer;
  readonly about: AboutModel;
}

export interface ExportOptions {
  /** How weights are stored; all three compute in float32. Default `int8`: a quarter of the size. */
  readonly precision?: Precision;
  /** Aborted before the files are written, the export throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal;
}

export interface ExportedModel {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly parity: ParityReport;
  /** All files together. */
  readonly bytes: number;
}

/** Writes `manifest.json`, `step.onnx`, `chunk.onnx`, `tokenizer.json`, `golden.json` and the model card. The graphs
 *  are run and compared with the trained network first; if they do not agree, nothing is written.
 *  @param folder made if it is not there; an artifact in it is replaced
 *  @throws {ExportError} if the parts do not fit, the graphs do not agree, or the folder is taken */
export async function exportArtifact(
  trained: TrainedModel,
  folder: string,
  { precision = 'int8', signal }: ExportOptions = {},
): Promise<ExportedModel> {
  const { parameters, config, tokenizer, about } = trained;
  checkParts(trained);
  await checkFolderIsFree(folder);
  const { grammar } = tokenizer;
  const network = storeNetwork(parameters, config, precision);
  const graphs = encodeGraphs(network, grammar, metadataOf(trained));
  const primer = primerOf(tokenizer);

  // One thread: an export may share its machine with a training run, and spinning threads would slow both.
  const parts = { graphs, grammar, stateSize: stateSize(config) };
  const model = await startModel(parts, { threads: 1 });
  try {
    signal?.throwIfAborted();
    const parity = await checkParity({ parameters, network, grammar, model, primer });
    signal?.throwIfAborted();
    const golden = await createGolden(model, { primer });
    const { manifest, files } = artifactFiles({
      about,
      config,
      precision,
      tokenizer,
      graphs,
      golden,
      parity,
    });
    signal?.throwIfAborted();
    await writeFolder(folder, files);
    const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
    return { folder, manifest, parity, bytes };
  } finally {
    await model.dispose();
  }
}

function checkParts({ parameters, config, tokenizer }: TrainedModel): void {
  validateLstmConfig(config);
  if (tokenizer.vocabularySize !== config.vocabularySize) {
    throw new ExportError(
      'vocabulary-mismatch',
      `tokenizer.json: vocabulary is ${tokenizer.vocabularySize}, the network's is ${config.vocabularySize}; export both from one run`,
    );
  }
  for (const { name, shape } of lstmParameters(config)) {
    const tensor = parameters.get(name);
    const found = tensor ? `[${tensor.shape.join(', ')}]` : 'nothing';
    const expected = `[${shape.join(', ')}]`;
    if (found !== expected) {
      throw new ExportError(
        'bad-parameters',
        `${name}: expected shape ${expected}, found ${found}; are these the parameters of this network?`,
      );
    }
    if (!tensor?.data.every(Number.isFinite)) {
      throw new ExportError(
        'bad-parameters',
        `${name}: expected finite numbers, found others; export an earlier checkpoint`,
      );
    }
  }
}

/** What the ONNX files say of themselves when somebody finds one alone. */
function metadataOf({ about, tokenizer, config }: TrainedModel): Map<string, string> {
  return new Map([
    ['name', about.name],
    ['description', about.description],
    ['licence', about.licence],
    ['attribution', about.attribution],
    ['tokenizer_hash', tokenizer.hash],
    [
      'state_layout',
      `for each of ${config.layers} layers: hidden [${config.hiddenSize}], cell [${config.hiddenSize}]`,
    ],
  ]);
}

/** The head of a piece for the first instrument of the vocabulary. */
function primerOf(tokenizer: Tokenizer): number[] {
  return [...tokenizer.head({ instruments: tokenizer.instruments.slice(0, 1) })];
}
