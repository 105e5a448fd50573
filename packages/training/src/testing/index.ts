export {
  type EngineCapabilities,
  type TestRunner,
  trainingEngineContract,
} from './engine-contract.js';
export { createLinearMemoryEngine } from './linear-memory-engine.js';
export { createMemoryCorpus, type MemoryCorpusOptions } from './memory-corpus.js';
