import { describe, expect, it } from 'vitest';
import { ArtifactError } from './artifact-error.js';
import { parseManifest } from './manifest.js';
import {
  type ManifestFacts,
  tinyArtifact,
  tinyGolden,
  tinyTokenizer,
} from '../testing/tiny-artifact.js';
import { type InspectGraph, verifyArtifact, verifyFile } from './verify.js';

const V = tinyTokenizer.vocabularySize;
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The text of a manifest with a seal that it chose itself. */
const withoutTruth = (manifest: ManifestFacts) =>
  JSON.stringify({ sha256: 'a'.repeat(64), ...manifest });

/** Finds nothing wrong with a graph. */
const inspect: InspectGraph = () => ({ opset: 21, metadata: new Map() });

function errorOf(work: () => unknown): ArtifactError {
  try {
    work();
  } catch (error) {
    if (error instanceof ArtifactError) return error;
    throw error;
  }
  throw new Error('expected an ArtifactError');
}

describe('verifyArtifact', () => {
  it('gives the parts of an artifact that fits together', () => {
    const verified = verifyArtifact(tinyArtifact(), inspect);
    expect(verified.manifest.name).toBe('tiny');
    expect(verified.tokenizer.hash).toBe(tinyTokenizer.hash);
    expect(verified.golden.primer).toEqual([0]);
    expect(verified.card).toBe('# Card');
    expect(verified.graphs.map(({ kind, content }) => [kind, [...content]])).toEqual([
      ['step', [1, 2, 3]],
    ]);
  });

  it.each<[string, string, RegExp, (files: Map<string, Uint8Array>) => void]>([
    ['no manifest', 'missing-file', /^manifest\.json: not found/, (f) => f.delete('manifest.json')],
    ['a missing file', 'missing-file', /step\.onnx, not found/, (f) => f.delete('step.onnx')],
    [
      'an extra file',
      'extra-file',
      /^weights\.bin: not named/,
      (f) => f.set('weights.bin', new Uint8Array(1)),
    ],
    [
      'a shortened file',
      'wrong-size',
      /^step\.onnx: expected 3 bytes, found 2/,
      (f) => f.set('step.onnx', Uint8Array.of(1, 2)),
    ],
    [
      'a changed file',
      'wrong-hash',
      /^step\.onnx: expected SHA-256/,
      (f) => f.set('step.onnx', Uint8Array.of(1, 2, 4)),
    ],
    [
      'a manifest that is not JSON',
      'not-json',
      /^manifest\.json/,
      (f) => f.set('manifest.json', bytesOf('{')),
    ],
  ])('refuses %s', (_, code, message, spoil) => {
    const files = tinyArtifact();
    spoil(files);
    const error = errorOf(() => verifyArtifact(files, inspect));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each<[string, string, RegExp, (manifest: ManifestFacts) => void]>([
    [
      'of another vocabulary',
      'vocabulary-mismatch',
      /^tokenizer\.json: vocabulary is/,
      (m) => {
        m.architecture.vocabularySize = 7;
      },
    ],
    [
      'that names a file twice',
      'duplicate-file',
      /README\.md is named twice/,
      (m) => {
        m.golden = m.card;
      },
    ],
    [
      'that names itself',
      'duplicate-file',
      /manifest\.json is named twice/,
      (m) => {
        m.card.file = 'manifest.json';
      },
    ],
  ])('refuses a sealed manifest %s', (_, code, message, change) => {
    const error = errorOf(() => verifyArtifact(tinyArtifact({ change }), inspect));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each<[string, string, RegExp, (manifest: ManifestFacts) => void]>([
    [
      'that was changed after it was sealed',
      'wrong-hash',
      /^manifest\.json: expected SHA-256/,
      (m) => {
        Object.assign(m, { sha256: 'a'.repeat(64) });
      },
    ],
    [
      'that holds its seal twice',
      'wrong-hash',
      /found the seal twice/,
      (m) => {
        Object.assign(m, { sha256: m.card.sha256 });
      },
    ],
    [
      'without a seal',
      'invalid-schema',
      /^manifest\.json at sha256/,
      (m) => {
        Object.assign(m, { sha256: undefined });
      },
    ],
    [
      'that names a path',
      'invalid-schema',
      /at card\.file: expected a plain file name/,
      (m) => {
        m.card.file = '../x';
      },
    ],
    [
      'of a newer version',
      'newer-schema',
      /expected schema version 2 or older, found 3; use a newer release/,
      (m) => {
        Object.assign(m, { schemaVersion: 3 });
      },
    ],
    [
      'whose state does not fit its network',
      'invalid-schema',
      /at stateSize: expected 2 x layers x hiddenSize = 8, found 9/,
      (m) => {
        m.stateSize = 9;
      },
    ],
    [
      'that gives integer products to a page',
      'invalid-schema',
      /at graphs\.0\.runtimes: int8-dynamic is for node-cpu alone/,
      (m) => {
        Object.assign(m.graphs[0], { precision: 'int8-dynamic', runtimes: ['web-wasm'] });
      },
    ],
    [
      'that names a runtime twice',
      'invalid-schema',
      /at graphs\.0\.runtimes: expected each runtime once/,
      (m) => {
        m.graphs[0].runtimes = ['node-cpu', 'node-cpu'];
      },
    ],
    [
      'without graphs',
      'invalid-schema',
      /at graphs/,
      (m) => {
        m.graphs = [];
      },
    ],
  ])('refuses a manifest %s', (_, code, message, change) => {
    const error = errorOf(() =>
      verifyArtifact(tinyArtifact({ change, seal: withoutTruth }), inspect),
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('refuses golden files of another vocabulary', () => {
    const short = { ...tinyGolden, logits: [0, 0] };
    expect(() => verifyArtifact(tinyArtifact({ golden: short }), inspect)).toThrow(
      /golden\.json: vocabulary is 2/,
    );
    const strange = { ...tinyGolden, primer: [V] };
    expect(() => verifyArtifact(tinyArtifact({ golden: strange }), inspect)).toThrow(
      `has token ${V}`,
    );
  });
});

describe('the graphs of an artifact', () => {
  it('are held against the signature of their kind, the precision and the tokenizer', () => {
    const asked: Parameters<InspectGraph>[] = [];
    verifyArtifact(tinyArtifact(), (...request) => {
      asked.push(request);
      return { opset: 21, metadata: new Map([['tokenizer_hash', tinyTokenizer.hash]]) };
    });
    const [[content, { inputs, outputs, integerProducts }]] = asked;
    expect([...content]).toEqual([1, 2, 3]);
    expect(inputs).toContainEqual({ name: 'state', dataType: 'float32', shape: ['B', 8] });
    expect(outputs).toContainEqual({ name: 'logits', dataType: 'float32', shape: ['B', 'T', V] });
    expect(integerProducts).toBe(false);
  });

  it.each<[string, string, RegExp, InspectGraph]>([
    [
      'an unsafe one',
      'unsafe-graph',
      /^step\.onnx: too deep$/,
      () => {
        throw new Error('too deep');
      },
    ],
    [
      'one of another operator set',
      'unsafe-graph',
      /^step\.onnx: operator set 7, manifest\.json says 21/,
      () => ({ opset: 7, metadata: new Map() }),
    ],
    [
      'one made for another tokenizer',
      'vocabulary-mismatch',
      /^step\.onnx: made for another tokenizer\.json/,
      () => ({ opset: 21, metadata: new Map([['tokenizer_hash', 'x']]) }),
    ],
  ])('are refused: %s', (_, code, message, inspectGraph) => {
    const error = errorOf(() => verifyArtifact(tinyArtifact(), inspectGraph));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('verifyFile and parseManifest', () => {
  it('can be used alone, where files are fetched one by one', () => {
    const files = tinyArtifact();
    const manifest = parseManifest(new TextDecoder().decode(files.get('manifest.json')));
    expect(() => verifyFile(manifest.graphs[0], Uint8Array.of(1, 2, 3))).not.toThrow();
    expect(() => verifyFile(manifest.graphs[0], Uint8Array.of(3, 2, 1))).toThrow(ArtifactError);
  });
});
