// A checkpoint to a model artifact: what `ostinato export` does.
import { type AboutOptions, describeModel } from './about.js';
import { exportArtifact, type ExportedModel, type ExportOptions } from './export-artifact.js';
import { readCheckpoint } from './read-checkpoint.js';

export interface ExportCheckpointOptions extends ExportOptions {
  /** What the run does not know of itself. Default: the folder's name, and that the rest is not recorded. */
  readonly about?: AboutOptions;
}

export interface ExportedCheckpoint extends ExportedModel {
  /** The step that was exported. */
  readonly step: number;
}

/** Exports a checkpoint.
 *  @param source folder of a run (its best checkpoint is taken) or of one checkpoint
 *  @param folder where the artifact goes; an artifact in it is replaced
 *  @throws {ExportError} if the source is not whole, the graphs do not agree, or the folder is taken */
export async function exportCheckpoint(
  source: string,
  folder: string,
  { about = {}, ...options }: ExportCheckpointOptions = {},
): Promise<ExportedCheckpoint> {
  const { parameters, config, tokenizer, step, tokens, metrics } = await readCheckpoint(source);
  const described = describeModel(folder, about, { steps: step, tokens, metrics });
  const trained = { parameters, config, tokenizer, about: described };
  return { ...(await exportArtifact(trained, folder, options)), step };
}
