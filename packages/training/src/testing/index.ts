export { type TestRunner, trainingEngineContract } from './engine-contract.js';
export { createLinearMemoryEngine } from './linear-memory-engine.js';
