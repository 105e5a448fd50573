// The names of an artifact's files, beside its manifest.

export const ARTIFACT_FILES = {
  step: 'step.onnx',
  chunk: 'chunk.onnx',
  tokenizer: 'tokenizer.json',
  golden: 'golden.json',
  card: 'README.md',
} as const;
