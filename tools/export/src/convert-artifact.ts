// An artifact to another one: in other forms, with another card, or with the manifest of today.
import { readArtifact } from '@ostinato/node';
import { type AboutOptions, describeModel } from './about.js';
import { exportArtifact, type ExportedModel, type ExportOptions } from './export-artifact.js';
import { readArtifactNetwork } from './read-artifact-network.js';

export interface ConvertOptions extends ExportOptions {
  /** What the card should say instead of what the artifact says of itself. */
  readonly about?: AboutOptions;
}

/** Exports the network of an artifact again. Weights that are stored in the asked precision keep every bit; errors of
 *  rounding are then counted from what the artifact holds, not from what was once trained.
 *  @param source folder of an artifact, of this or an older schema
 *  @param folder where the new one goes; the same folder will do
 *  @throws {ArtifactError} if the source is not a whole and safe artifact
 *  @throws {ExportError} if its network cannot be read back, the graphs do not agree, or the folder is taken */
export async function convertArtifact(
  source: string,
  folder: string,
  { about = {}, ...options }: ConvertOptions = {},
): Promise<ExportedModel> {
  const artifact = await readArtifact(source);
  const { metadata, ...network } = readArtifactNetwork(artifact);
  const { manifest, tokenizer } = artifact;
  const { name, description, licence, sampling } = manifest;
  const attribution = manifest.attribution ?? metadata.get('attribution'); // version 1 had it there alone
  const { data, hardware, ...training } = manifest.training;
  const known = {
    name,
    description,
    licence,
    sampling,
    data,
    ...(attribution !== undefined && { attribution }),
    ...(hardware !== undefined && { hardware }),
  };
  const described = describeModel(folder, { ...known, ...about }, training);
  return exportArtifact({ ...network, tokenizer, about: described }, folder, options);
}
