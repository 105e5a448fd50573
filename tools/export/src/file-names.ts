// The names of an artifact's files, beside its manifest.
import type { GraphKind, ModelPrecision } from '@ostinato/core';

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
export function isArtifactFile(name: string): boolean {
  return Object.values<string>(ARTIFACT_FILES).includes(name) || GRAPH_FILE.test(name);
}
