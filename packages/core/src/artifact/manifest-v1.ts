// Manifests of schema version 1 (November 2026), and what they mean today.
import * as z from 'zod/mini';
import {
  fileEntrySchema,
  lstmArchitectureSchema,
  metadataSchema,
  MODEL_RUNTIMES,
  type ModelRuntime,
} from './manifest-parts.js';

export const manifestV1Schema = z.object({
  schemaVersion: z.literal(1),
  ...metadataSchema.shape,
  architecture: lstmArchitectureSchema,
  graphs: z
    .array(
      z.extend(fileEntrySchema, {
        kind: z.enum(['step', 'chunk']),
        precision: z.enum(['f32', 'f16', 'int8']),
        opset: z.int().check(z.positive()),
      }),
    )
    .check(z.minLength(1)),
});

/** As runtimes chose by themselves in version 1: on WebGPU a loop over tokens runs on the host, so they step there. */
const RUNTIMES: Readonly<Record<'step' | 'chunk', readonly ModelRuntime[]>> = {
  step: MODEL_RUNTIMES,
  chunk: ['node-cpu', 'node-cuda', 'web-wasm'],
};

type ManifestV1 = z.infer<typeof manifestV1Schema>;

/** A manifest of version 2 without its seal. */
type Upgraded = Omit<ManifestV1, 'schemaVersion' | 'graphs'> & {
  schemaVersion: 2;
  stateSize: number;
  graphs: (ManifestV1['graphs'][number] & { runtimes: ModelRuntime[] })[];
};

/** The same manifest in version 2. */
export function upgradeManifestV1(manifest: ManifestV1): Upgraded {
  const { layers, hiddenSize } = manifest.architecture;
  return {
    ...manifest,
    schemaVersion: 2,
    stateSize: 2 * layers * hiddenSize,
    graphs: manifest.graphs.map((graph) => ({ ...graph, runtimes: [...RUNTIMES[graph.kind]] })),
  };
}
