// The weights of a LayersModel: which files hold them, and the numbers as TF.js reads them.
// Format: https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-core/src/io/types.ts (WeightsManifestGroupConfig)
import { basename } from 'node:path';
import { float16ToNumber } from '@ostinato/graph';
import * as z from 'zod';
import type { Weight, WeightSpec } from '../types.js';
import { checked, damaged, quoted } from './refuse.js';

/** All weights together. */
const MAX_WEIGHT_BYTES = 2 ** 31;
const MAX_WEIGHTS = 20_000;
const MAX_FILES = 10_000;
const MAX_RANK = 8;
const MAX_NAME_LENGTH = 1000;

const BYTES_OF = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

const quantizationSchema = z.discriminatedUnion('dtype', [
  z.object({
    dtype: z.enum(['uint8', 'uint16']),
    scale: z.number(),
    min: z.number(),
    original_dtype: z.string().optional(),
  }),
  z.object({ dtype: z.literal('float16'), original_dtype: z.string().optional() }),
]);
const specSchema = z.object({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  shape: z.array(z.int().nonnegative()).max(MAX_RANK),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: quantizationSchema.nullish(),
  group: z.enum(['model', 'optimizer']).nullish(),
});
const manifestSchema = z
  .array(
    z.object({
      paths: z.array(z.string().min(1).max(MAX_NAME_LENGTH)).max(MAX_FILES),
      weights: z.array(specSchema).max(MAX_WEIGHTS),
    }),
  )
  .max(MAX_FILES);

/** Files whose bytes follow one another, and the weights in them. */
export interface WeightGroup {
  /** Plain file names. */
  readonly paths: readonly string[];
  readonly specs: readonly WeightSpec[];
  readonly bytes: number;
}

/** Reads the manifest.
 *  @param manifest the field `weightsManifest` of model.json
 *  @throws {ExportError} `damaged-model` if it is malformed, too large, or names a file elsewhere */
export function parseManifest(manifest: unknown, where: string): WeightGroup[] {
  const groups = checked(manifestSchema, manifest, `${where}, weightsManifest`).map(
    ({ paths, weights }): WeightGroup => {
      const specs = weights.map(specOf);
      return { paths, specs, bytes: specs.reduce((sum, spec) => sum + byteLength(spec), 0) };
    },
  );
  const total = groups.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_WEIGHT_BYTES) {
    damaged(where, `its weights take ${total} bytes, at most ${MAX_WEIGHT_BYTES} are read`);
  }
  for (const path of groups.flatMap(({ paths }) => paths)) {
    if (path === basename(path) && !path.includes('\\') && path !== '..' && path !== '.') continue;
    damaged(where, `weights in ${quoted(path)}: expected the name of a file beside it`);
  }
  const names = new Set<string>();
  for (const { name } of groups.flatMap(({ specs }) => specs)) {
    if (names.has(name)) damaged(where, `two weights have the name ${quoted(name)}`);
    names.add(name);
  }
  return groups;
}

/** Without the fields that are null, as Keras's converter writes them, or of no meaning. */
function specOf({ quantization, group, ...spec }: z.infer<typeof specSchema>): WeightSpec {
  return {
    ...spec,
    ...(quantization ? { quantization: withoutOrigin(quantization) } : {}),
    ...(group ? { group } : {}),
  };
}

function withoutOrigin(
  quantization: z.infer<typeof quantizationSchema>,
): NonNullable<WeightSpec['quantization']> {
  if (quantization.dtype === 'float16') return { dtype: 'float16' };
  const { dtype, scale, min } = quantization;
  return { dtype, scale, min };
}

function elements({ shape }: WeightSpec): number {
  return shape.reduce((product, size) => product * size, 1);
}

function byteLength(spec: WeightSpec): number {
  return elements(spec) * BYTES_OF[spec.quantization?.dtype ?? spec.dtype];
}

/** The model's weights as numbers; what belongs to an optimizer is passed over.
 *  @param bytes of all groups, one after another
 *  @throws {ExportError} `damaged-model` naming a weight that is no float32 or not finite */
export function decodeWeights(
  groups: readonly WeightGroup[],
  bytes: Uint8Array,
  where: string,
): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  let start = 0;
  for (const spec of groups.flatMap(({ specs }) => specs)) {
    const end = start + byteLength(spec);
    if (spec.group !== 'optimizer') {
      const { name, shape } = spec;
      const here = `${where}, weight ${quoted(name)}`;
      const data = numbersOf(spec, bytes.slice(start, end), here);
      if (!data.every(Number.isFinite)) {
        damaged(here, 'expected finite numbers, found others; save an earlier state of the model');
      }
      weights.set(name, { name, shape, data });
    }
    start = end;
  }
  return weights;
}

/** @param bytes a copy, so that it is aligned */
function numbersOf(spec: WeightSpec, bytes: Uint8Array<ArrayBuffer>, where: string): Float32Array {
  if (spec.dtype !== 'float32') {
    return damaged(where, `expected float32, found ${spec.dtype}, which no supported layer has`);
  }
  const { quantization } = spec;
  if (quantization === undefined) return new Float32Array(bytes.buffer);
  const stored =
    quantization.dtype === 'uint8' ? new Uint8Array(bytes.buffer) : new Uint16Array(bytes.buffer);
  if (quantization.dtype === 'float16') return Float32Array.from(stored, float16ToNumber);
  const { scale, min } = quantization;
  return Float32Array.from(stored, (value) => value * scale + min);
}
