// docs/schemas holds the schemas of an artifact's JSON files for programs in other languages and for editors. They are
// written from the ones that the code checks with: npx vitest run packages/core/src/artifact/json-schemas.test.ts -u
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { tokenizerFileSchema } from '../tokenizer/json.js';
import { goldenSchema } from './golden.js';
import { manifestSchema } from './manifest.js';

it.each([
  ['manifest', manifestSchema, "An artifact's manifest.json: what is in its folder."],
  [
    'golden',
    goldenSchema,
    "An artifact's golden.json: what a right runtime computes and composes.",
  ],
  ['tokenizer', tokenizerFileSchema, "tokenizer.json: the tokens of a model's vocabulary."],
])('docs/schemas/%s.schema.json is what the code checks', async (name, schema, description) => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  const text = JSON.stringify({ $schema, title: `${name}.json`, description, ...rest }, null, 2);
  const file = new URL(`../../../../docs/schemas/${name}.schema.json`, import.meta.url);
  await expect(`${text}\n`).toMatchFileSnapshot(fileURLToPath(file));
});
