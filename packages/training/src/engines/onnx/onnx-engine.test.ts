import { describe, expect, it } from 'vitest';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import { createOnnxEngine } from './onnx-engine.js';

for (const form of ['scan', 'unrolled'] as const) {
  trainingEngineContract(
    `onnx, cpu, ${form}`,
    (request) => createOnnxEngine({ ...request, form, threads: 2 }),
    { describe, expect, it },
  );
}
