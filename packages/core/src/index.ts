export { ArtifactError } from './artifact/artifact-error.js';
export type { Golden, GoldenOptions } from './artifact/golden.js';
export {
  checkGolden,
  createGolden,
  goldenSchema,
  GOLDEN_LOGIT_TOLERANCE,
  GOLDEN_SCHEMA_VERSION,
  parseGolden,
} from './artifact/golden.js';
export type { FileEntry, GraphEntry, Manifest } from './artifact/manifest.js';
export {
  MANIFEST_FILE,
  manifestFiles,
  manifestSchema,
  MANIFEST_SCHEMA_VERSION,
  parseManifest,
} from './artifact/manifest.js';
export { OstinatoError, VocabularyError } from './errors.js';
export { GenerationError } from './generation/generation-error.js';
export type { Random, Seed } from './generation/random.js';
export { createRandom, shuffle } from './generation/random.js';
export type { SamplingMask } from './generation/sample-token.js';
export { sampleToken } from './generation/sample-token.js';
export type { ModelSizes } from './model/check-request.js';
export {
  checkBatch,
  checkBias,
  checkConsume,
  checkDecode,
  checkSampling,
  checkScore,
  checkTokens,
} from './model/check-request.js';
export type { Advance } from './model/decode-by-steps.js';
export {
  allowedAfter,
  decodeBySteps,
  logProbability,
  scoreBySteps,
} from './model/decode-by-steps.js';
export type {
  ConsumeResult,
  DecodeRequest,
  DecodeResult,
  ModelState,
  NextTokenModel,
  SamplingParameters,
} from './model/next-token-model.js';
export { NEXT_TOKEN_MODEL_VERSION } from './model/next-token-model.js';
export type { PianoRollOptions } from './piano-roll/piano-roll.js';
export { pianoRollSvg } from './piano-roll/piano-roll.js';
