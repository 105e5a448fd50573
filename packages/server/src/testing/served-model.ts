// A served model for tests of the app: the tokenizer and manifest of the bundled model over a fake network, so that no
// runtime is needed.
import { readFileSync } from 'node:fs';
import { parseManifest, parseTokenizer } from '@ostinato/core';
import { createFakeModel, type FakeModelOptions } from '@ostinato/core/testing';
import type { ServedModel } from '../app-options.js';

const folder = new URL('../../../../models/musicnet/', import.meta.url);

export function fakeServedModel(options: FakeModelOptions = {}): ServedModel {
  const tokenizer = parseTokenizer(readFileSync(new URL('tokenizer.json', folder), 'utf8'));
  const manifest = parseManifest(readFileSync(new URL('manifest.json', folder), 'utf8'));
  return { model: createFakeModel(tokenizer.grammar, options), tokenizer, manifest };
}
