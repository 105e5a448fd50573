import { expect, it } from 'vitest';
import { importOptional } from './optional-package.js';
import { TranscriptionError } from './transcription-error.js';

it('says how to install what is missing', async () => {
  const missing = Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' });
  const load = importOptional('a-package', ['a-package@1'], () => Promise.reject(missing));
  await expect(load).rejects.toThrow(TranscriptionError);
  await expect(load).rejects.toThrow('a-package: it is not installed; run npm install a-package@1');
});

it('says why a package does not load', async () => {
  const load = importOptional('a-package', ['a-package@1'], () => {
    throw new Error('wrong machine');
  });
  await expect(load).rejects.toThrow('a-package: it does not load (wrong machine)');
});

it('gives what it loads', async () => {
  expect(await importOptional('a-package', [], () => 5)).toBe(5);
});
