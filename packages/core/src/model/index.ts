// What a process or worker needs that runs a network: a tenth of the package to load, for it starts again where one has died.
export { ArtifactError } from '../artifact/artifact-error.js';
export { ModelSourceError } from '../artifact/fetch/model-source-error.js';
export { OstinatoError } from '../errors.js';
export { TokenizerError } from '../tokenizer/tokenizer-error.js';
export { allowedAfter, decodeBySteps, logProbability } from './decode-by-steps.js';
