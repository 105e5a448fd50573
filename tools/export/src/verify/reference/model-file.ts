// The files of a TF.js model: `model.json` and the weights beside it. They may come from anywhere: nothing is fetched, no
// path leaves the folder, and sizes are known before anything is read.
import { constants, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { VerifyError } from '../verify-error.js';

const MIB = 2 ** 20;
/** A graph of 20,000 nodes takes some 10 MiB. */
const MOST_JSON_BYTES = 64 * MIB;
const MOST_WEIGHT_BYTES = 1024 * MIB;
const STRING_LENGTH_BYTES = 4;

/** Links are not followed and pipes not waited for, where the system has flags for it. */
const { O_NOFOLLOW, O_NONBLOCK } = constants as Partial<typeof constants>;
const OPEN_FLAGS = constants.O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

const TYPE_BYTES = { float32: 4, int32: 4, bool: 1 } as const;
const STORED_BYTES = { uint8: 1, uint16: 2, float16: 2 } as const;

const weightSchema = z.looseObject({
  name: z.string().min(1),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['float32', 'int32', 'bool', 'string']),
  quantization: z
    .looseObject({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});

const modelFileSchema = z.looseObject({
  format: z.string().nullish(),
  modelTopology: z.looseObject({}),
  weightsManifest: z
    .array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) }))
    .optional(),
});

export type ModelFile = z.infer<typeof modelFileSchema>;
export type WeightSpec = z.infer<typeof weightSchema>;

export interface Weights {
  readonly specs: readonly WeightSpec[];
  /** All of them, one after the other. */
  readonly data: ArrayBuffer;
}

/** Reads `model.json`.
 *  @param path of the file
 *  @throws {VerifyError} `missing-file` or `damaged-reference` */
export async function readModelFile(path: string): Promise<ModelFile> {
  const name = basename(path);
  const place = await realpath(path).catch(() => path); // the caller may name a link, a manifest may not
  const bytes = await readWithin(place, path, MOST_JSON_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new VerifyError(
      'damaged-reference',
      `${name}: expected JSON, the model.json of a TF.js model; was it cut?`,
      { cause },
    );
  }
  return checked(name, modelFileSchema, value);
}

/** Holds a part of a file against its schema.
 *  @throws {VerifyError} `damaged-reference`, naming the place */
export function checked<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue.path.join('.') || 'content';
  throw new VerifyError('damaged-reference', `${name}: ${place}: ${issue.message}`, {
    cause: result.error,
  });
}

/** Reads the weights beside a model.json.
 *  @throws {VerifyError} `missing-file` or `damaged-reference` */
export async function readWeights(
  path: string,
  { weightsManifest = [] }: ModelFile,
): Promise<Weights> {
  const name = basename(path);
  const parts: Uint8Array[] = [];
  let room = MOST_WEIGHT_BYTES;
  for (const { paths, weights } of weightsManifest) {
    const group: Uint8Array[] = [];
    for (const shard of paths) {
      checkShardName(name, shard);
      const part = await readWithin(join(dirname(path), shard), shard, room);
      room -= part.length;
      group.push(part);
    }
    const bytes = Buffer.concat(group);
    checkSize(name, paths, weights, bytes);
    parts.push(bytes);
  }
  const specs = weightsManifest.flatMap(({ weights }) => weights);
  const names = new Set(specs.map((spec) => spec.name));
  if (names.size !== specs.length) damaged(name, 'weightsManifest: a weight is there twice');
  return { specs, data: Uint8Array.from(Buffer.concat(parts)).buffer };
}

function checkShardName(name: string, shard: string): void {
  const isPlain = shard === basename(shard) && !/[\\:\0]/.test(shard) && !/^\.{0,2}$/.test(shard);
  if (isPlain) return;
  damaged(name, `weights in ${JSON.stringify(shard.slice(0, 60))}, expected a file beside it`);
}

/** What the manifest says of its weights must fill their files to the byte. */
function checkSize(
  name: string,
  paths: readonly string[],
  specs: readonly WeightSpec[],
  bytes: Buffer,
): void {
  let end = 0;
  for (const spec of specs) {
    const start = end;
    end += bytesOf(name, spec, bytes.subarray(start));
    if (end > bytes.length) {
      const found = `${paths.join(' + ')} ${paths.length === 1 ? 'has' : 'have'} ${bytes.length}`;
      damaged(name, `weight ${spec.name} ends at byte ${end}, ${found}; fetch the files again`);
    }
  }
  if (end === bytes.length) return;
  damaged(name, `its weights take ${end} bytes, ${paths.join(' + ')}: ${bytes.length} found`);
}

function bytesOf(
  name: string,
  { name: weight, shape, dtype, quantization }: WeightSpec,
  rest: Buffer,
): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (quantization) {
    const isScaled = quantization.scale !== undefined && quantization.min !== undefined;
    if (quantization.dtype !== 'float16' && !isScaled) {
      damaged(name, `weight ${weight}: stored as ${quantization.dtype} without scale and min`);
    }
    return count * STORED_BYTES[quantization.dtype];
  }
  if (dtype !== 'string') return count * TYPE_BYTES[dtype];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    // A string that is cut counts as one byte more than there is, which the caller refuses.
    if (bytes + STRING_LENGTH_BYTES > rest.length) return rest.length + 1;
    bytes += STRING_LENGTH_BYTES + rest.readUInt32LE(bytes);
  }
  return bytes;
}

async function readWithin(path: string, name: string, limit: number): Promise<Buffer> {
  const file = await open(path, OPEN_FLAGS).catch((cause: unknown) => {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new VerifyError(
      'missing-file',
      `${name}: ${reason}; expected a TF.js model.json with its weights beside it`,
      { cause },
    );
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new VerifyError('missing-file', `${name}: not a file`);
    if (stats.size > limit) damaged(name, `${stats.size} bytes, at most ${limit} are read`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

export function damaged(name: string, problem: string): never {
  throw new VerifyError('damaged-reference', `${name}: ${problem}`);
}
