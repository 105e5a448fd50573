// Trained parameters to a model artifact that has been checked on the runtime it is for.
import {
  type Architecture,
  isReproducible,
  type Manifest,
  type ModelPrecision,
  type Tokenizer,
} from '@ostinato/core';
import {
  type LstmConfig,
  lstmParameters,
  type NamedTensors,
  validateLstmConfig,
} from '@ostinato/model';
import type { AboutModel } from './about.js';
import { artifactFiles } from './artifact-files.js';
import { ExportError } from './errors.js';
import { makeForm } from './graphs/forms.js';
import type { StoredMatrices } from './graphs/network.js';
import { stateSize } from './graphs/state.js';
import type { ModelReport, ValidationData } from './measure/form-report.js';
import { measureForms } from './measure/measure-forms.js';
import { checkFolderIsFree, writeFolder } from './write-folder.js';

export interface TrainedModel {
  /** By the names and shapes of `lstmParameters`. */
  readonly parameters: NamedTensors;
  readonly config: LstmConfig;
  readonly tokenizer: Tokenizer;
  readonly about: AboutModel;
  /** Matrices that a file had in a smaller form: a form of that precision takes them as they are. Default: none. */
  readonly stored?: StoredMatrices;
}

export interface ExportOptions {
  /** The forms, at least one of them reproducible (not int8-dynamic). The first reproducible one is what runtimes take by
   *  default, and what golden.json belongs to. Default `int8`: a quarter of the size. */
  readonly precision?: ModelPrecision | readonly ModelPrecision[];
  /** What each form's perplexity is measured on. Default: pieces that the trained network composes. */
  readonly validation?: ValidationData;
  /** Also measure how fast each form composes. The card then has figures of this machine, and is not the same twice.
   *  Default false. */
  readonly speed?: boolean;
  /** Aborted before the files are written, the export throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal;
}

export interface ExportedModel {
  readonly folder: string;
  readonly manifest: Manifest;
  /** What each form costs and gives. */
  readonly report: ModelReport;
  /** All files together. */
  readonly bytes: number;
}

/** Writes `manifest.json`, the graphs of each form, `tokenizer.json`, `golden.json` and the model card. The graphs are run
 *  and compared with the trained network first; if they do not agree, nothing is written.
 *  @param folder made if it is not there; an artifact in it is replaced
 *  @throws {ExportError} if the parts do not fit, the graphs do not agree, or the folder is taken */
export async function exportArtifact(
  trained: TrainedModel,
  folder: string,
  options: ExportOptions = {},
): Promise<ExportedModel> {
  const { config, tokenizer, about } = trained;
  checkParts(trained);
  const precisions = precisionsOf(options);
  await checkFolderIsFree(folder);
  const source = { ...trained, grammar: tokenizer.grammar, metadata: metadataOf(trained) };
  const forms = precisions.map((precision) => makeForm(source, precision));
  const { golden, report } = await measureForms(source, forms, primerOf(tokenizer), options);
  const { manifest, files } = artifactFiles({
    about,
    architecture: architectureOf(config),
    stateSize: stateSize(config),
    tokenizer,
    forms,
    golden,
    report,
  });
  options.signal?.throwIfAborted();
  await writeFolder(folder, files);
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  return { folder, manifest, report, bytes };
}

function architectureOf(config: LstmConfig): Architecture {
  const { kind, vocabularySize, embeddingSize, hiddenSize, layers, tiedOutput } = config;
  return { kind, vocabularySize, embeddingSize, hiddenSize, layers, tiedOutput };
}

/** @throws {ExportError} `bad-precision` if a form is asked for twice, or none is reproducible */
function precisionsOf({ precision = 'int8' }: ExportOptions): readonly ModelPrecision[] {
  const precisions = typeof precision === 'string' ? [precision] : precision;
  const list = precisions.join(', ');
  if (new Set(precisions).size < precisions.length) {
    throw new ExportError('bad-precision', `precision: expected each form once, found ${list}`);
  }
  if (!precisions.some(isReproducible)) {
    throw new ExportError(
      'bad-precision',
      `precision: expected a reproducible form (f32, f16 or int8) among them, found ${list}; add one, such as int8`,
    );
  }
  return precisions;
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
export function primerOf(tokenizer: Tokenizer): number[] {
  return [...tokenizer.head({ instruments: tokenizer.instruments.slice(0, 1) })];
}
