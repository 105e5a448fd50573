import { describe, expect, it } from 'vitest';
import { createApp } from './create-app.js';
import { fakeServedModel } from './testing/served-model.js';

const app = createApp({ models: { musicnet: fakeServedModel() } });

describe('createApp', () => {
  it('lists and describes its models', async () => {
    const list = await app.request('/v1/models');
    const one = await app.request('/v1/models/musicnet');
    expect(await list.json()).toEqual({ models: [await one.json()] });
  });

  it.each([
    ['/v1/models/other', 404, 'model-not-found'],
    ['/elsewhere', 404, 'not-found'],
  ])('answers %s with a problem document', async (path, status, code) => {
    const answer = await app.request(path, { headers: { 'x-request-id': 'mine' } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      type: `urn:ostinato:problem:${code}`,
      status,
      code,
      instance: 'mine',
    });
  });

  it('lists its routes as OpenAPI', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/v1/models/{model}');
  });

  it('refuses to be made without models, or with names that no address can hold', () => {
    expect(() => createApp({ models: {} })).toThrow(TypeError);
    expect(() => createApp({ models: { 'a/b': fakeServedModel() } })).toThrow('a/b');
  });
});
