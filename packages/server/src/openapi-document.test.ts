import { validate } from '@readme/openapi-parser';
import { expect, it } from 'vitest';
import { createApp } from './create-app.js';
import type { AccessOptions } from './protection/access-options.js';
import { fakeServedModel } from './testing/served-model.js';

interface Operation {
  tags: string[];
  summary: string;
  responses: Record<string, { description: string }>;
}

async function readDocument(access: AccessOptions = {}) {
  const app = createApp({ models: { musicnet: fakeServedModel() }, access });
  return (await (await app.request('/openapi.json')).json()) as {
    security: object[];
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
  };
}

it('is valid OpenAPI', async () => {
  const document = await readDocument();
  expect(await validate(document as never)).toEqual({
    valid: true,
    warnings: [],
    specification: 'OpenAPI',
  });
});

it('says where a key is needed, and what comes without one', async () => {
  const keys = [{ name: 'tests', key: '0123456789abcdef' }];
  const document = await readDocument({ keys, rateLimit: { requests: 100 } });
  expect(await validate(document as never)).toMatchObject({ valid: true });
  const { security, paths } = document;
  expect(security).toEqual([{ apiKey: [] }]);
  const answersOf = (path: string, method: string): string[] =>
    Object.keys(paths[path][method].responses);
  expect(answersOf('/v1/models/{model}/compose', 'post')).toEqual(
    expect.arrayContaining(['401', '429']),
  );
  expect(answersOf('/v2/health/ready', 'get')).toEqual(['200', '503']);
  expect((await readDocument()).security).toEqual([]);
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
