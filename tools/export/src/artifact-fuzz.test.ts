// Damaged artifacts: whatever is changed is refused by name, and where the hashes are made to fit again, nothing that gets
// through does harm.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import {
  ArtifactError,
  createRandom,
  createTokenizer,
  type Manifest,
  parseManifest,
  sealManifest,
  verifyArtifact,
} from '@ostinato/core';
import { tinyTokenizerConfig } from '@ostinato/core/testing';
import { decodeModel, type Graph, inspectModel } from '@ostinato/graph';
import { afterAll, describe, expect, it } from 'vitest';
import { artifactFiles } from './artifact-files.js';
import { makeForm } from './graphs/forms.js';
import { stateSize } from './graphs/state.js';
import { randomParameters, tinyConfig } from './testing/random-network.js';

type Files = ReadonlyMap<string, Uint8Array>;
type Damage = (content: Uint8Array, place: number, value: number) => Uint8Array;

const tokenizer = createTokenizer(tinyTokenizerConfig);
const config = {
  ...tinyConfig,
  vocabularySize: tokenizer.vocabularySize,
  embeddingSize: 4,
  hiddenSize: 4,
};
const random = createRandom(20_261_125);
let drawn = 0;
const below = (limit: number): number => random.integerAt(drawn++, limit);

const { files, manifest } = smallArtifact();

/** An artifact that nothing has run yet: its figures are made up. */
function smallArtifact(): { files: Files; manifest: Manifest } {
  const { grammar } = tokenizer;
  const source = { parameters: randomParameters(config, 7), config, grammar, metadata: new Map() };
  const precisions = ['int8', 'int8-dynamic'] as const;
  const laidOut = artifactFiles({
    about: {
      name: 'fuzz',
      description: 'Random parameters of a tiny network.',
      licence: 'CC0-1.0',
      attribution: 'Nobody.',
      training: { data: 'none', steps: 1, tokens: 1, metrics: { validationLoss: 1.5 } },
    },
    architecture: config,
    stateSize: stateSize(config),
    tokenizer,
    forms: precisions.map((precision) => makeForm(source, precision)),
    golden: {
      schemaVersion: 1,
      primer: [0],
      logits: Array<number>(config.vocabularySize).fill(0.5),
      compositions: [{ seed: 1, temperature: 1, topK: 2, topP: 1, minP: 0, tokens: [1, 2, 3] }],
    },
    report: { evaluatedOn: 'nothing', tokens: 1, trainedNatsPerToken: 1, forms: [] },
  });
  const contents = laidOut.files.map(({ name, content }): [string, Uint8Array] => [name, content]);
  return { files: new Map(contents), manifest: laidOut.manifest };
}

const flipBit: Damage = (content, place, value) => {
  const changed = content.slice();
  changed[place] ^= 1 << (value % 8);
  return changed;
};
const cut: Damage = (content, place) => content.slice(0, place);
const insert: Damage = (content, place, value) =>
  Uint8Array.from([...content.subarray(0, place), value, ...content.subarray(place)]);

/** Damages one file, each as likely as the others. */
function damaged(damage: Damage): { name: string; changed: Files; what: string } {
  const names = [...files.keys()].toSorted();
  const name = names[below(names.length)];
  const content = files.get(name)!;
  const place = below(content.length);
  const value = below(256);
  const changed = new Map(files).set(name, damage(content, place, value));
  return { name, changed, what: `${name}, byte ${place}, value ${value}` };
}

it('an artifact that nobody changed is accepted', () => {
  expect(verifyArtifact(files, inspectModel).manifest).toEqual(manifest);
});

describe('a changed artifact', () => {
  it.each<[string, number, Damage]>([
    ['one bit', 1000, flipBit],
    ['a file cut short', 200, cut],
    ['a byte more', 200, insert],
  ])('is refused: %s, %i times', (_, times, damage) => {
    for (let i = 0; i < times; i++) {
      const { name, changed, what } = damaged(damage);
      const error = errorOf(() => verifyArtifact(changed, inspectModel));
      expect({ what, error: nameOf(error) }).toEqual({ what, error: 'ArtifactError' });
      expect((error as Error).message).toContain(name);
    }
  });
});

function nameOf(error: unknown): string {
  return error instanceof ArtifactError ? error.name : String(error);
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a graph that was changed by somebody who can compute hashes', () => {
  /** Cases that reach the runtime are slow, so they are few. */
  const CASES = 400;
  const MOST_MEMORY = 2 ** 30;
  const PATIENCE_MS = 20_000;

  let runner: ChildProcess | undefined;
  afterAll(() => {
    runner?.kill('SIGKILL');
  });

  it('is refused by name, or runs, or fails in its own process', { timeout: 120_000 }, async () => {
    const counts = { refused: 0, ran: 0, failed: 0 };
    for (let i = 0; i < CASES; i++) {
      const entry = manifest.graphs[i % manifest.graphs.length];
      const content = files.get(entry.file)!;
      const places = structurePlaces(content);
      const place = places[below(places.length)];
      const change = below(2) === 0 ? flipBit(content, place, below(8)) : setByte(content, place);
      const resealed = reseal(entry.file, change);
      const error = errorOf(() => verifyArtifact(resealed, inspectModel));
      if (error !== undefined) {
        expect({ place, error: nameOf(error) }).toEqual({ place, error: 'ArtifactError' });
        expect((error as Error).message).toContain(entry.file);
        counts.refused++;
        continue;
      }
      const { ran, memory } = await runGraph(entry.kind, change);
      expect(memory).toBeLessThan(MOST_MEMORY);
      counts[ran ? 'ran' : 'failed']++;
    }
    expect(counts.refused).toBeGreaterThan(CASES / 2);
    expect(counts.ran).toBeGreaterThan(0);
  });

  function setByte(content: Uint8Array, place: number): Uint8Array {
    return content.slice().fill(below(256), place, place + 1);
  }

  /** The artifact with another graph, and a manifest that is true of it. */
  function reseal(file: string, content: Uint8Array): Files {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const graphs = manifest.graphs.map((entry) =>
      entry.file === file ? { ...entry, bytes: content.length, sha256 } : entry,
    );
    const text = new TextEncoder().encode(sealManifest({ ...manifest, graphs }).text);
    expect(parseManifest(new TextDecoder().decode(text)).graphs).toEqual(graphs);
    return new Map(files).set(file, content).set('manifest.json', text);
  }

  /** Where a change can do more than change a weight. */
  function structurePlaces(content: Uint8Array): number[] {
    const isData = new Uint8Array(content.length);
    const mark = ({ initializers, nodes }: Graph): void => {
      for (const { bytes } of initializers.values()) {
        // Small constants hold axes and sizes, which are structure too.
        const from = bytes.byteOffset - content.byteOffset;
        if (bytes.length > 64) isData.fill(1, from, from + bytes.length);
      }
      for (const { attributes } of nodes) {
        for (const attribute of attributes.values()) {
          if (attribute.type === 'graph') mark(attribute.value);
        }
      }
    };
    mark(decodeModel(content).graph);
    return [...isData.keys()].filter((place) => isData[place] === 0);
  }

  /** Runs a graph in another process; one that dies of it is replaced. */
  async function runGraph(kind: string, content: Uint8Array) {
    if (!runner?.connected) {
      const file = new URL('./testing/graph-runner.mjs', import.meta.url);
      runner = fork(file, {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
    }
    const { vocabularySize } = config;
    const died = once(runner, 'exit').then(() => ({ ran: false, memory: 0 }));
    const replied = once(runner, 'message').then(
      ([reply]) => reply as { ran: boolean; memory: number },
    );
    runner.send({ kind, content, vocabularySize, stateSize: manifest.stateSize });
    const patience = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the runtime hangs')), PATIENCE_MS).unref();
    });
    return Promise.race([died, replied, patience]);
  }
});
