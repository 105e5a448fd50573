// The whole way: parameters to a folder, the folder to a running model.
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkGolden,
  createTokenizer,
  type Manifest,
  type ModelPrecision,
  type NextTokenModel,
  type Tokenizer,
} from '@ostinato/core';
import { tinyTokenizerConfig } from '@ostinato/core/testing';
import { loadModel, readArtifact } from '@ostinato/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertArtifact } from './convert-artifact.js';
import { exportArtifact, type ExportedModel, type TrainedModel } from './export-artifact.js';
import { randomParameters, tinyConfig } from './testing/random-network.js';

const tokenizer: Tokenizer = createTokenizer(tinyTokenizerConfig);
const config = { ...tinyConfig, vocabularySize: tokenizer.vocabularySize };
const trained: TrainedModel = {
  parameters: randomParameters(config, 7),
  config,
  tokenizer,
  about: {
    name: 'random',
    description: 'Random parameters | of a tiny network.',
    licence: 'CC0-1.0',
    attribution: 'Nobody.',
    training: { data: 'none', steps: 12, tokens: 3456, metrics: { validationLoss: 1.23456789 } },
    commands: ['ostinato export runs/random --out models/random'],
  },
};

let root: string;

/** Artifacts that several tests look at, made once. */
const made = new Map<ModelPrecision, Promise<ExportedModel>>();
function exported(precision: ModelPrecision): Promise<ExportedModel> {
  const known =
    made.get(precision) ?? exportArtifact(trained, join(root, precision), { precision });
  made.set(precision, known);
  return known;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ostinato-export-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe.each(['int8', 'f16', 'f32'] as const)(
  'an artifact with weights stored as %s',
  (precision) => {
    it('agrees with the trained network, loads, and gives its golden tokens', async () => {
      const { folder, manifest, report, bytes } = await exported(precision);
      const [{ parity, logitErrors, natsPerToken }] = report.forms;
      expect(parity.draws).toMatchObject({ tokens: 3000, different: 0 });
      expect(parity.trainedToStep).toBeLessThan(1e-5);
      const mostError = { int8: 0.1, f16: 5e-3, f32: 1e-5 }[precision];
      expect(logitErrors.largest).toBeLessThan(mostError);
      expect(Math.abs(natsPerToken - report.trainedNatsPerToken)).toBeLessThan(mostError);
      expect(manifest.graphs.map(({ file }) => file)).toEqual(['step.onnx', 'chunk.onnx']);
      expect(bytes).toBeGreaterThan(10_000);

      await using loaded = await loadModel(folder, { threads: 2 });
      await checkGolden(loaded.model, loaded.golden);
      expect(loaded.manifest).toEqual(manifest);
      expect(loaded.tokenizer.hash).toBe(tokenizer.hash);
    });
  },
);

describe('an artifact of several forms', () => {
  it('says which runtime takes which, and gives the fast one only when asked', async () => {
    const folder = join(root, 'several');
    const precision = ['int8-dynamic', 'int8', 'f32'] as const;
    const { manifest, report } = await exportArtifact(trained, folder, { precision });
    expect(manifest.graphs.map(({ file, runtimes }) => [file, runtimes.length])).toEqual([
      ['chunk.int8-dynamic.onnx', 1],
      ['step.onnx', 5],
      ['chunk.onnx', 3],
      ['step.f32.onnx', 5],
      ['chunk.f32.onnx', 3],
    ]);
    expect(report.forms.map((form) => form.precision)).toEqual(precision);
    for (const { natsPerToken } of report.forms) {
      expect(Math.abs(natsPerToken - report.trainedNatsPerToken)).toBeLessThan(0.1);
    }
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    expect(card).toContain('| int8-dynamic |');

    await using usual = await loadModel(folder, { threads: 1 });
    await checkGolden(usual.model, usual.golden);
    await using fast = await loadModel(folder, { threads: 1, precision: 'int8-dynamic' });
    const { primer } = fast.golden;
    const request = {
      ...fast.manifest.sampling,
      topK: fast.model.vocabularySize,
      state: fast.model.createState(1),
      previousTokens: Int32Array.of(primer[0]),
      uniforms: Float32Array.from({ length: 400 }, (_, i) => (i * 0.618) % 1),
    };
    const ours = await usual.model.decode(request);
    const theirs = await fast.model.decode(request);
    expect(theirs.tokens).not.toEqual(ours.tokens);
    await expect(loadModel(folder, { precision: 'f16' })).rejects.toMatchObject({
      code: 'missing-graph',
      message: expect.stringContaining('found int8-dynamic, int8, f32') as string,
    });
    await expect(
      loadModel(folder, { precision: 'int8-dynamic', device: 'cuda' }),
    ).rejects.toMatchObject({ code: 'missing-graph' });
  });

  it('needs a reproducible form, and each once', async () => {
    const refusal = { code: 'bad-precision' };
    for (const precision of [['int8-dynamic'], ['int8', 'int8']] as const) {
      await expect(
        exportArtifact(trained, join(root, 'none'), { precision }),
      ).rejects.toMatchObject(refusal);
    }
  });

  it('is measured on the data of the caller, who sees each form', async () => {
    const seen: string[] = [];
    const validation = {
      name: 'two pieces',
      evaluate: async (model: NextTokenModel, what: string) => {
        seen.push(what);
        const { logits } = await model.consume(Int32Array.of(0), model.createState(1));
        return { tokens: 2, natsPerToken: logits[0] };
      },
    };
    const precision = ['int8', 'int8-dynamic'] as const;
    const { report } = await exportArtifact(trained, join(root, 'data'), { precision, validation });
    expect(seen).toEqual(['trained weights', 'int8', 'int8-dynamic']);
    const figures = [report.trainedNatsPerToken, ...report.forms.map((f) => f.natsPerToken)];
    expect(new Set(figures).size).toBe(3);
    expect(report).toMatchObject({ evaluatedOn: 'two pieces', tokens: 2 });
  });
});

describe('convertArtifact', () => {
  it.each(['int8', 'f16'] as const)(
    'keeps every bit of weights that stay %s, and golden.json',
    async (precision) => {
      const { folder } = await exported(precision);
      const again = await convertArtifact(folder, join(root, 'again'), { precision });
      expect(again.manifest.name).toBe('random');
      expect(again.report.forms[0].natsPerToken).toBe(again.report.trainedNatsPerToken);
      for (const file of ['step.onnx', 'chunk.onnx', 'golden.json', 'tokenizer.json']) {
        const before = await readFile(join(folder, file));
        expect((await readFile(join(again.folder, file))).equals(before)).toBe(true);
      }
    },
  );

  it('makes another form, in the same folder, with another card', async () => {
    const { folder } = await exported('f32');
    const place = join(root, 'in-place');
    await cp(folder, place, { recursive: true });
    const about = { attribution: 'Somebody.' };
    const { manifest } = await convertArtifact(place, place, { precision: 'int8', about });
    expect(manifest).toMatchObject({ name: 'random', licence: 'CC0-1.0', ...about });
    expect(await readFile(join(place, 'README.md'), 'utf8')).toContain('Somebody.');
    const direct = await exported('int8');
    const sizes = (model: Manifest) => model.graphs.map(({ file, precision }) => [file, precision]);
    expect(sizes(manifest)).toEqual(sizes(direct.manifest));
    await using loaded = await loadModel(place, { threads: 1 });
    await checkGolden(loaded.model, (await readArtifact(direct.folder)).golden);
  });

  it('takes an artifact of version 1, and says what is no artifact', async () => {
    const folder = join(root, 'version-1');
    const { manifest, folder: today } = await exported('int8');
    await cp(today, folder, { recursive: true });
    const { sha256: _, stateSize: __, attribution: ___, ...rest } = manifest;
    const graphs = manifest.graphs.map(({ runtimes: ____, ...graph }) => graph);
    const old = JSON.stringify({ ...rest, schemaVersion: 1, graphs });
    await writeFile(join(folder, 'manifest.json'), old);
    await using loaded = await loadModel(folder, { threads: 1 });
    await checkGolden(loaded.model, loaded.golden);
    const converted = await convertArtifact(folder, join(root, 'version-2'));
    expect(converted.manifest.graphs.map((graph) => graph.bytes)).toEqual(
      manifest.graphs.map((graph) => graph.bytes),
    );
    await expect(convertArtifact(root, join(root, 'x'))).rejects.toMatchObject({
      code: 'extra-file',
    });
  });
});

describe('exporting into a folder', () => {
  it('gives the same bytes for the same parameters, and replaces an artifact', async () => {
    const first = await exported('int8');
    const folder = join(root, 'twice');
    await cp(first.folder, folder, { recursive: true });
    const second = await exportArtifact(trained, folder);
    expect(second.manifest).toEqual(first.manifest);
    expect((await readdir(root)).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });

  it('refuses a folder that holds something else, and leaves it alone', async () => {
    const folder = await mkdtemp(join(root, 'taken-'));
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await expect(exportArtifact(trained, folder)).rejects.toMatchObject({ code: 'folder-taken' });
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });

  it('refuses a folder with a manifest.json and other files, such as a web page', async () => {
    const folder = await mkdtemp(join(root, 'page-'));
    const files = ['index.html', 'manifest.json'];
    for (const file of files) await writeFile(join(folder, file), 'mine');
    await expect(exportArtifact(trained, folder)).rejects.toMatchObject({
      code: 'folder-taken',
      message: expect.stringContaining('index.html') as string,
    });
    expect(await readdir(folder)).toEqual(files);
  });

  it('refuses parameters that are missing, misshapen or not finite', async () => {
    const broken = (
      change: (tensors: Map<string, { shape: number[]; data: Float32Array }>) => void,
    ) => {
      const parameters = new Map(
        [...trained.parameters].map(([name, { shape, data }]) => [
          name,
          { shape: [...shape], data: data.slice() },
        ]),
      );
      change(parameters);
      return exportArtifact({ ...trained, parameters }, join(root, 'broken'));
    };
    const refusal = { code: 'bad-parameters' };
    await expect(broken((tensors) => tensors.delete('lstm.1.bias'))).rejects.toMatchObject(refusal);
    await expect(
      broken((tensors) => tensors.get('output.bias')!.shape.push(1)),
    ).rejects.toMatchObject(refusal);
    await expect(
      broken((tensors) => tensors.get('output.bias')!.data.fill(NaN, 3, 4)),
    ).rejects.toMatchObject(refusal);
    await expect(readdir(join(root, 'broken'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('loading a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(root, 'tampered');
    await cp((await exported('int8')).folder, folder, { recursive: true });
  });

  it('refuses a changed file before the runtime sees it', async () => {
    const file = join(folder, 'chunk.onnx');
    const original = await readFile(file);
    const changed = Uint8Array.from(original);
    changed[changed.length >> 1] ^= 1;
    await writeFile(file, changed);
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'wrong-hash' });
    await writeFile(file, original.subarray(0, -1));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'wrong-size' });
    await writeFile(file, original);
  });

  it('refuses links, strange files and folders that are no model', async () => {
    await symlink(join(folder, 'manifest.json'), join(folder, 'link'));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'linked-file' });
    await rm(join(folder, 'link'));
    await writeFile(join(folder, 'extra.txt'), 'x');
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'extra-file' });
    await rm(join(folder, 'extra.txt'));
    await expect(loadModel(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});
