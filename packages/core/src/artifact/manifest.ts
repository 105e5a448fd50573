// The manifest of a model artifact: what a folder `models/<name>/` says of itself. The format: docs/artifact.md.
import * as z from 'zod/mini';
import { ArtifactError } from './artifact-error.js';
import { hashInJavaScript } from './hash.js';
import { checkSchema, parseJson } from './json-file.js';
import { manifestV1Schema, upgradeManifestV1 } from './manifest-v1.js';
import {
  architectureSchema,
  fileEntrySchema,
  metadataSchema,
  MODEL_RUNTIMES,
  MOST_STATE,
  sha256Schema,
} from './manifest-parts.js';
import { MANIFEST_FILE } from './manifest-file.js';

/** Version of the manifest's schema. */
export const MANIFEST_SCHEMA_VERSION = 2;

const graphEntrySchema = z
  .extend(fileEntrySchema, {
    /** `step` consumes tokens and gives logits; `chunk` draws many tokens in one run. */
    kind: z.enum(['step', 'chunk']),
    /** f32, f16 and int8 say how weights are stored and compute in float32: they are reproducible. int8-dynamic also
     *  computes its products with integers: faster on a CPU in Node, and other notes. */
    precision: z.enum(['f32', 'f16', 'int8', 'int8-dynamic']),
    opset: z.int().check(z.positive()),
    /** Who may take this graph. */
    runtimes: z.array(z.enum(MODEL_RUNTIMES)).check(z.minLength(1)),
  })
  .check((context) => {
    const { precision, runtimes } = context.value;
    const problem =
      new Set(runtimes).size < runtimes.length
        ? 'expected each runtime once'
        : precision === 'int8-dynamic' && runtimes.some((runtime) => runtime !== 'node-cpu')
          ? 'int8-dynamic is for node-cpu alone'
          : undefined;
    if (problem === undefined) return;
    const input = context.value;
    context.issues.push({ code: 'custom', message: problem, path: ['runtimes'], input });
  });

/** Schema of `manifest.json`. */
export const manifestSchema = z
  .object({
    schemaVersion: z.literal(MANIFEST_SCHEMA_VERSION),
    /** The seal: SHA-256 of the manifest's text with these 64 digits replaced by zeros. As the manifest holds the hashes
     *  of all other files, it stands for the whole artifact. */
    sha256: sha256Schema,
    ...metadataSchema.shape,
    architecture: architectureSchema,
    /** S, the numbers of state of one sequence; 0 for a network that remembers nothing. */
    stateSize: z.int().check(z.gte(0), z.lte(MOST_STATE)),
    graphs: z.array(graphEntrySchema).check(z.minLength(1)),
  })
  .check((context) => {
    const { architecture, stateSize } = context.value;
    if (architecture.kind !== 'lstm') return;
    const expected = 2 * architecture.layers * architecture.hiddenSize;
    if (stateSize === expected) return;
    const message = `expected 2 x layers x hiddenSize = ${expected}, found ${stateSize}`;
    context.issues.push({ code: 'custom', message, path: ['stateSize'], input: context.value });
  });

export type Manifest = z.infer<typeof manifestSchema>;
export type GraphEntry = z.infer<typeof graphEntrySchema>;
export type FileEntry = z.infer<typeof fileEntrySchema>;
export type Architecture = z.infer<typeof architectureSchema>;
export type GraphKind = GraphEntry['kind'];
export type ModelPrecision = GraphEntry['precision'];

/** Reads a manifest of this or an older version; an older one is given as it would be today.
 *  @throws {ArtifactError} `not-json` or `invalid-schema`, naming the place; `newer-schema`; `wrong-hash` if the text was
 *    changed after it was written */
export function parseManifest(text: string): Manifest {
  const value = parseJson(MANIFEST_FILE, text);
  const { schemaVersion } = checkSchema(
    MANIFEST_FILE,
    value,
    z.looseObject({ schemaVersion: z.int().check(z.positive()) }),
  );
  if (schemaVersion > MANIFEST_SCHEMA_VERSION) {
    throw new ArtifactError(
      'newer-schema',
      `${MANIFEST_FILE}: expected schema version ${MANIFEST_SCHEMA_VERSION} or older, found ${schemaVersion}; ` +
        'use a newer release of Ostinato, or export the model again with this one',
    );
  }
  if (schemaVersion === 1) {
    return sealManifest(upgradeManifestV1(checkSchema(MANIFEST_FILE, value, manifestV1Schema)))
      .manifest;
  }
  const manifest = checkSchema(MANIFEST_FILE, value, manifestSchema);
  checkSeal(text, manifest);
  return manifest;
}

/** Finishes a manifest.
 *  @returns the manifest with its seal, and the text of the file
 *  @throws {ArtifactError} `invalid-schema`, naming the place */
export function sealManifest(facts: Omit<Manifest, 'sha256'>): {
  manifest: Manifest;
  text: string;
} {
  const unsealed = checkSchema(MANIFEST_FILE, { ...facts, sha256: NO_SEAL }, manifestSchema);
  const blank = `${JSON.stringify(unsealed, null, 2)}\n`;
  const seal = hashText(blank);
  return { manifest: { ...unsealed, sha256: seal }, text: blank.replace(NO_SEAL, seal) };
}

const NO_SEAL = '0'.repeat(64);

function checkSeal(text: string, { sha256: seal }: Manifest): void {
  const [before, ...after] = text.split(seal);
  const found = after.length === 1 ? hashText(before + NO_SEAL + after[0]) : 'the seal twice';
  if (found === seal) return;
  throw new ArtifactError(
    'wrong-hash',
    `${MANIFEST_FILE}: expected SHA-256 ${seal}, found ${found}; it was changed after the export, fetch the artifact again`,
  );
}

function hashText(text: string): string {
  return hashInJavaScript(new TextEncoder().encode(text));
}

/** Every file that a manifest names, in its order.
 *  @throws {ArtifactError} `duplicate-file` if two entries name the same file, or one names the manifest */
export function manifestFiles(manifest: Manifest): FileEntry[] {
  const entries = [...manifest.graphs, manifest.tokenizer, manifest.golden, manifest.card];
  const names = new Set([MANIFEST_FILE]);
  for (const { file } of entries) {
    if (names.has(file)) {
      throw new ArtifactError(
        'duplicate-file',
        `${MANIFEST_FILE}: ${file} is named twice; export again`,
      );
    }
    names.add(file);
  }
  return entries;
}
