// Every model in models/ loads, and computes what its golden file says.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkGolden } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { expect, it } from 'vitest';

const models = fileURLToPath(new URL('../../../models', import.meta.url));
const names = readdirSync(models, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('there is a default model', () => {
  expect(names).toContain('musicnet');
});

it.each(names)('%s computes what its golden file says', async (name) => {
  const { model, golden } = await loadModel(`${models}/${name}`);
  try {
    await checkGolden(model, golden);
  } finally {
    await model.dispose();
  }
});
