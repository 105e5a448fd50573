// The engine on CUDA, where the machine has it.
import { describe, expect, it } from 'vitest';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import { createOnnxEngine } from './onnx-engine.js';
import { resolveTrainingDevice } from './training-device.js';

const missing = await resolveTrainingDevice('cuda').then(
  () => undefined,
  (error: Error) => error.message,
);
if (missing) console.error(`The tests of the cuda device skip: ${missing}`);

describe.skipIf(missing)('cuda', () => {
  trainingEngineContract(
    'onnx, cuda',
    (request) => createOnnxEngine({ ...request, device: 'cuda' }),
    { describe, expect, it },
  );
});
