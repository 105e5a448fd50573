import { describe, expect, it } from 'vitest';
import { trainingEngineContract } from '../../testing/engine-contract.js';
import { loadNativePackage } from './native-package.js';
import { createTfjsEngine } from './tfjs-engine.js';

trainingEngineContract(
  'tfjs, wasm',
  (request) => createTfjsEngine({ ...request, backend: 'wasm' }),
  { describe, expect, it },
);

const native = await loadNativePackage();
const absent = native.tf ? '' : `; skipped: ${native.reason}`;

describe.skipIf(absent)(`TensorFlow's library${absent}`, () => {
  trainingEngineContract(
    'tfjs, tensorflow',
    (request) => createTfjsEngine({ ...request, backend: 'tensorflow' }),
    { describe, expect, it },
  );
});
