// The files of a GraphModel, read by the same rules as those of a LayersModel: nothing is fetched, no path leaves the folder,
// and sizes are known before anything is read.
import * as z from 'zod';
import { checkDepth } from '../../layers-model/read/check-depth.js';
import { joinFiles, readWeightFiles } from '../../layers-model/read/model-files.js';
import { checked } from '../../layers-model/read/refuse.js';
import { parseManifest } from '../../layers-model/read/weights.js';
import type { WeightSpec } from '../../layers-model/types.js';

const fileSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z.unknown().optional(),
});

export interface GraphModelFile {
  /** Name of model.json, for messages. */
  readonly where: string;
  readonly json: z.infer<typeof fileSchema>;
  readonly specs: readonly WeightSpec[];
  /** Of all specs in order, without gaps. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads the weights of a GraphModel.
 *  @param file of model.json
 *  @throws {ExportError} `missing-model` or `damaged-model` */
export async function readGraphModelFile(
  json: unknown,
  file: string,
  where: string,
): Promise<GraphModelFile> {
  checkDepth(json, where);
  const described = checked(fileSchema, json, where);
  const groups = parseManifest(described.weightsManifest ?? [], where);
  const bytes = joinFiles(groups, await readWeightFiles(groups, file), where);
  return { where, json: described, specs: groups.flatMap(({ specs }) => specs), bytes };
}
