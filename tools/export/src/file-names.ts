// The names of the files that exports write.
import { type GraphKind, MANIFEST_FILE, type ModelPrecision } from '@ostinato/core';

export const ARTIFACT_FILES = {
  tokenizer: 'tokenizer.json',
  golden: 'golden.json',
  card: 'README.md',
} as const;

/** The form that runtimes take by default has plain names, others say what they are: `chunk.int8-dynamic.onnx`. */
export function graphFile(kind: GraphKind, precision: ModelPrecision, isDefault: boolean): string {
  return isDefault ? `${kind}.onnx` : `${kind}.${precision}.onnx`;
}

const GRAPH_FILE = /^(step|chunk)(\.[a-z0-9-]+)?\.onnx$/;

/** Whether a file may be one of an artifact's. */
function isArtifactFile(name: string): boolean {
  return Object.values<string>(ARTIFACT_FILES).includes(name) || GRAPH_FILE.test(name);
}

/** The files of a converted model without a tokenizer. */
export const CONVERSION_FILES = {
  model: 'model.onnx',
  description: 'conversion.json',
  readme: 'README.md',
} as const;

/** The first file of a folder that no export made; undefined if there is none. */
export function foreignFile(names: readonly string[]): string | undefined {
  if (names.includes(MANIFEST_FILE)) {
    return names.find((name) => name !== MANIFEST_FILE && !isArtifactFile(name));
  }
  const isConversion = names.includes(CONVERSION_FILES.description);
  const own: readonly string[] = isConversion ? Object.values(CONVERSION_FILES) : [];
  return names.find((name) => !own.includes(name));
}
