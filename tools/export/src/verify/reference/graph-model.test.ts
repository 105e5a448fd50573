// GraphModels from disk: what is damaged is named before TF.js or a disk sees more of it.
import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallGraphModel, smallSignature } from '../testing/small-models.js';
import { openReference } from './open-reference.js';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ostinato-graph-model-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

/** Writes the small model with changes in its JSON. */
function written(changes: Record<string, unknown> = {}): Promise<string> {
  return smallGraphModel().write(join(root, String(count++)), changes);
}

interface ModelJson {
  modelTopology: { node: { name: string; op: string; input: string[] }[] };
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
}

/** Writes the small model after a change of what its file says. */
async function changed(change: (json: ModelJson) => void): Promise<string> {
  const file = await written();
  const json = JSON.parse(await readFile(file, 'utf8')) as ModelJson;
  change(json);
  await writeFile(file, JSON.stringify(json));
  return file;
}

describe('a GraphModel', () => {
  it('says what it takes and gives, and computes', async () => {
    const model = await openReference(await written({ signature: smallSignature }));
    expect(model.signature).toEqual({
      format: 'TF.js GraphModel',
      inputs: [
        { name: 'tokens', aliases: ['ids'], type: 'int32', shape: [null, null], idCount: 11 },
      ],
      outputs: [
        { name: 'probabilities', aliases: ['Identity:0'] },
        { name: 'scores', aliases: ['Identity_1:0'] },
      ],
    });
    const ids = { shape: [1, 2], values: Float32Array.of(10, 0) };
    const outputs = await model.run(new Map([['tokens', ids]]));
    const { shape, values } = outputs.get('probabilities')!;
    expect(shape).toEqual([2, 4]);
    const [a, b, c, d] = values;
    expect(a + b + c + d).toBeCloseTo(1, 6);
  });

  it('finds its signature among the metadata too, where older converters put it', async () => {
    const model = await openReference(
      await written({ userDefinedMetadata: { signature: smallSignature } }),
    );
    expect(model.signature.inputs).toMatchObject([{ name: 'tokens' }]);
  });
});

describe('a damaged GraphModel is refused', () => {
  it.each<[string, (json: ModelJson) => void, string]>([
    [
      'a weight that ends behind its file',
      (json) => {
        json.weightsManifest[0].weights[0]['shape'] = [12, 5];
      },
      'its weights take 348 bytes, group1-shard1of1.bin has 328',
    ],
    [
      'weights of a type that is not known',
      (json) => {
        json.weightsManifest[0].weights[0]['dtype'] = 'float64';
      },
      'dtype',
    ],
    [
      'a path out of the folder',
      (json) => {
        json.weightsManifest[0].paths = ['../group1-shard1of1.bin'];
      },
      '../group1-shard1of1.bin',
    ],
    [
      'an address instead of a file',
      (json) => {
        json.weightsManifest[0].paths = ['https://example.org/weights.bin'];
      },
      'https://example.org/weights.bin',
    ],
    [
      'a shard that is not there',
      (json) => {
        json.weightsManifest[0].paths = ['group1-shard2of2.bin'];
      },
      'group1-shard2of2.bin',
    ],
    [
      'a constant without a weight',
      (json) => {
        json.weightsManifest[0].weights[0]['name'] = 'another';
      },
      'constant table has no weight',
    ],
    [
      'a node that takes what is not there',
      (json) => {
        json.modelTopology.node.at(-1)!.input = ['nowhere:0'];
      },
      'node Identity_1 (Identity) takes "nowhere:0"',
    ],
    [
      'two nodes of one name',
      (json) => {
        json.modelTopology.node.at(-1)!.name = 'Identity';
      },
      'two nodes',
    ],
    [
      'no nodes',
      (json) => {
        json.modelTopology.node = [];
      },
      'node',
    ],
  ])('%s', async (_, change, message) => {
    await expect(openReference(await changed(change))).rejects.toThrow(message);
  });

  it('with weights that were cut', async () => {
    const file = await written();
    await truncate(join(dirname(file), 'group1-shard1of1.bin'), 40);
    await expect(openReference(file)).rejects.toThrow(/has 40/);
  });

  it('with a link instead of weights', async () => {
    const file = await written();
    const shard = join(dirname(file), 'group1-shard1of1.bin');
    await rm(shard);
    await symlink('/etc/hostname', shard);
    await expect(openReference(file)).rejects.toThrow('group1-shard1of1.bin');
  });

  it.each([
    ['text', 'not JSON {'],
    ['a list', '[]'],
    ['an object of another kind', '{"modelTopology":{"layers":[]}}'],
  ])('%s in the place of its JSON', async (_, text) => {
    const file = join(root, `text-${count++}.json`);
    await writeFile(file, text);
    await expect(openReference(file)).rejects.toMatchObject({ code: expect.any(String) as string });
  });

  it('that is not there', async () => {
    await expect(openReference(join(root, 'nothing.json'))).rejects.toThrow('nothing.json');
  });
});
