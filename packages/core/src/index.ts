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
