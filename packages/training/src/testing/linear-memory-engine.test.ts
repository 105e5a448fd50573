import { describe, expect, it } from 'vitest';
import { trainingEngineContract } from './engine-contract.js';
import { createLinearMemoryEngine } from './linear-memory-engine.js';

trainingEngineContract(
  'linear memory',
  createLinearMemoryEngine,
  { describe, it, expect },
  { trainsLstm: false },
);
