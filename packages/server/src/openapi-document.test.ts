import { validate } from '@readme/openapi-parser';
import { expect, it } from 'vitest';
import { createApp } from './create-app.js';
import { fakeServedModel } from './testing/served-model.js';

interface Operation {
  tags: string[];
  summary: string;
  responses: Record<string, { description: string }>;
}

async function readDocument() {
  const app = createApp({ models: { musicnet: fakeServedModel() } });
  return (await (await app.request('/openapi.json')).json()) as {
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
  };
}

it('is valid OpenAPI', async () => {
  const document = await readDocument();
  expect(await validate(document as never)).toMatchObject({ valid: true, warnings: [] });
});

it('says of every operation what it is for and what can come of it', async () => {
  const { tags, paths } = await readDocument();
  const known = tags.map(({ name }) => name);
  for (const operations of Object.values(paths)) {
    for (const { tags: own, summary, responses } of Object.values(operations)) {
      expect(summary).toMatch(/\w/);
      expect(own).toHaveLength(1);
      expect(known).toContain(own[0]);
      expect(Object.keys(responses)).not.toHaveLength(0);
    }
  }
});
