import { describe, expect, it } from 'vitest';
import { chooseGraph, type GraphRequest } from './choose-graph.js';
import { type Manifest, parseManifest, sealManifest } from './manifest.js';

const entry = (file: string) => ({ file, bytes: 3, sha256: '0123456789abcdef'.repeat(4) });

/** What version 1 wrote. */
const version1 = {
  schemaVersion: 1,
  name: 'old',
  description: 'From another age.',
  licence: 'CC0-1.0',
  architecture: {
    kind: 'lstm',
    vocabularySize: 9,
    embeddingSize: 4,
    hiddenSize: 5,
    layers: 2,
    tiedOutput: true,
  },
  graphs: [
    { ...entry('step.onnx'), kind: 'step', precision: 'int8', opset: 18 },
    { ...entry('chunk.onnx'), kind: 'chunk', precision: 'int8', opset: 18 },
  ],
  tokenizer: entry('tokenizer.json'),
  golden: entry('golden.json'),
  card: entry('README.md'),
  sampling: { temperature: 1, topP: 0.9, minP: 0 },
  training: { data: 'notes', steps: 1, tokens: 2, metrics: { validationLoss: 1.5 } },
  producer: 'ostinato 0.1.0',
};

function manifestWith(
  graphs: Pick<Manifest['graphs'][number], 'kind' | 'precision' | 'runtimes'>[],
) {
  const { schemaVersion: _, graphs: _graphs, ...rest } = parseManifest(JSON.stringify(version1));
  return sealManifest({
    ...rest,
    schemaVersion: 2,
    graphs: graphs.map((graph, i) => ({ ...entry(`${i}.onnx`), opset: 18, ...graph })),
  });
}

describe('parseManifest', () => {
  it('gives a manifest of version 1 as it would be today', () => {
    const manifest = parseManifest(JSON.stringify(version1));
    expect(manifest).toMatchObject({
      ...version1,
      schemaVersion: 2,
      stateSize: 20,
      graphs: [
        {
          kind: 'step',
          runtimes: ['node-cpu', 'node-cuda', 'node-webgpu', 'web-wasm', 'web-webgpu'],
        },
        { kind: 'chunk', runtimes: ['node-cpu', 'node-cuda', 'web-wasm'] },
      ],
    });
    expect(parseManifest(sealManifest(manifest).text)).toEqual(manifest);
  });

  it('names the fault of a manifest of version 1 by its own schema', () => {
    const broken = { ...version1, graphs: [{ ...version1.graphs[0], precision: 'int8-dynamic' }] };
    expect(() => parseManifest(JSON.stringify(broken))).toThrow(/at graphs\.0\.precision/);
  });

  it('reads what sealManifest wrote, and no text that was changed afterwards', () => {
    const { manifest, text } = manifestWith([
      { kind: 'step', precision: 'f32', runtimes: ['node-cpu'] },
    ]);
    expect(parseManifest(text)).toEqual(manifest);
    expect(text).toContain(`"sha256": "${manifest.sha256}"`);
    for (const changed of [`${text} `, text.replace('another', 'brother'), text.toUpperCase()]) {
      expect(() => parseManifest(changed)).toThrow(/^manifest\.json/);
    }
  });

  it('knows the networks of converted models', () => {
    const { manifest } = manifestWith([{ kind: 'step', precision: 'f32', runtimes: ['node-cpu'] }]);
    const architecture = { kind: 'layers' as const, vocabularySize: 9, layers: ['GRU', 'Dense'] };
    const { text } = sealManifest({ ...manifest, architecture, stateSize: 0 });
    expect(parseManifest(text)).toMatchObject({ architecture, stateSize: 0 });
  });
});

describe('chooseGraph', () => {
  const { manifest } = manifestWith([
    { kind: 'chunk', precision: 'int8-dynamic', runtimes: ['node-cpu'] },
    { kind: 'step', precision: 'int8', runtimes: ['node-cpu', 'web-webgpu'] },
    { kind: 'chunk', precision: 'int8', runtimes: ['node-cpu'] },
    { kind: 'step', precision: 'f32', runtimes: ['node-cpu'] },
  ]);

  it.each<[string, GraphRequest, string | undefined]>([
    ['the first reproducible form', { kind: 'step', runtime: 'node-cpu' }, '1.onnx'],
    ['no integer products by itself', { kind: 'chunk', runtime: 'node-cpu' }, '2.onnx'],
    [
      'the form that is asked for',
      { kind: 'chunk', runtime: 'node-cpu', precision: 'int8-dynamic' },
      '0.onnx',
    ],
    ['nothing that is not for the runtime', { kind: 'chunk', runtime: 'web-webgpu' }, undefined],
    [
      'nothing in place of what is asked for',
      { kind: 'chunk', runtime: 'node-cpu', precision: 'f32' },
      undefined,
    ],
  ])('takes %s', (_, request, file) => {
    expect(chooseGraph(manifest, request)?.file).toBe(file);
  });
});
