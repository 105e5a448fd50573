// TF.js and ONNX Runtime side by side: most of it in this process, and each in its own as `verifyOnnx` does it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '@ostinato/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphModelFile, typeAttribute } from './testing/graph-model-file.js';
import { onnxOf, smallGraphModel, smallOnnx, smallSignature } from './testing/small-models.js';
import { openOnnxModel } from './onnx-model.js';
import { openReference } from './reference/open-reference.js';
import { compareModels, type CompareOptions, verifyOnnx } from './verify-onnx.js';

let folder: string;
let reference: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-verify-'));
  reference = await smallGraphModel().write(join(folder, 'small'), { signature: smallSignature });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function onnxFile(name: string, bytes: Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return file;
}

/** `verifyOnnx` without its processes. */
async function compare(tfjs: string, onnx: string, options: CompareOptions = {}) {
  return compareModels(await openReference(tfjs), await openOnnxModel(onnx), options);
}

describe('a graph model and an ONNX file that compute the same', () => {
  it('agree, with ids from the range of the table that they are looked up in', async () => {
    const report = await verifyOnnx(reference, await onnxFile('same.onnx', smallOnnx()));
    expect(report).toMatchObject({ format: 'TF.js GraphModel', agrees: true, runs: 3 });
    expect(report.inputs).toEqual([
      {
        reference: 'tokens',
        onnx: 'tokens',
        matchedBy: 'name',
        kind: 'integer',
        shape: [2, 8],
        idCount: 11,
      },
    ]);
    expect(report.outputs.map(({ onnx, matchedBy }) => [onnx, matchedBy])).toEqual([
      ['probabilities', 'name'],
      ['scores', 'name'],
    ]);
    for (const { largest, mean, largestValue, count } of report.outputs) {
      expect(largest).toBeLessThan(1e-6);
      expect(mean).toBeLessThanOrEqual(largest);
      expect(largestValue).toBeGreaterThan(0.3);
      expect(count).toBe(3 * 16 * 4);
    }
  });

  it('agree without a signature, matched by order, in a shape that was asked for', async () => {
    const bare = await smallGraphModel().write(join(folder, 'bare'));
    const onnx = await onnxFile('renamed.onnx', smallOnnx({ input: 'x' }));
    const report = await compare(bare, onnx, {
      shapes: new Map([['x', [3, 1]]]),
      vocabulary: 4,
      runs: 1,
    });
    expect(report.agrees).toBe(true);
    expect(report.inputs).toMatchObject([
      { reference: 'ids', onnx: 'x', matchedBy: 'order', shape: [3, 1], idCount: 4 },
    ]);
    expect(report.outputs).toMatchObject([{ reference: 'Identity' }, { reference: 'Identity_1' }]);
  });

  it('follows the caller where names and order mislead', async () => {
    const onnx = await onnxFile('same.onnx', smallOnnx());
    const crossed = new Map([
      ['probabilities', 'scores'],
      ['Identity_1:0', 'probabilities'],
    ]);
    const report = await compare(reference, onnx, { pairs: crossed, runs: 1 });
    expect(report.agrees).toBe(false);
    expect(report.outputs).toMatchObject([
      { reference: 'probabilities', onnx: 'scores', matchedBy: 'caller', agrees: false },
      { reference: 'scores', onnx: 'probabilities', matchedBy: 'caller', agrees: false },
    ]);
  });

  it('runs loops, which TF.js only does step by step', async () => {
    const model = new GraphModelFile();
    const [float, integer] = ['DT_FLOAT', 'DT_INT32'];
    const state = [
      { name: 'i', type: integer },
      { name: 'x', type: float },
    ];
    model.weight('limit', 'int32', [], [5]);
    model.weight('one', 'int32', [], [1]);
    const constant = (name: string) => ({
      name,
      op: 'Const',
      attr: { dtype: typeAttribute('int32') },
    });
    model.functions.push(
      {
        signature: {
          name: 'cond',
          inputArg: state,
          outputArg: [{ name: 'again', type: 'DT_BOOL' }],
        },
        nodeDef: [constant('limit'), { name: 'Less', op: 'Less', input: ['i', 'limit:output:0'] }],
        ret: { again: 'Less:z:0' },
      },
      {
        signature: {
          name: 'body',
          inputArg: state,
          outputArg: state.map((s) => ({ ...s, name: `${s.name}_out` })),
        },
        nodeDef: [
          constant('one'),
          { name: 'next', op: 'AddV2', input: ['i', 'one:output:0'] },
          { name: 'doubled', op: 'AddV2', input: ['x', 'x'] },
        ],
        ret: { i_out: 'next:z:0', x_out: 'doubled:z:0' },
      },
    );
    model.placeholder('x', 'float32', [-1, 3]);
    model.constant('zero', 'int32', [], [0]);
    model.node('while', 'StatelessWhile', ['zero', 'x'], {
      cond: { func: { name: 'cond' } },
      body: { func: { name: 'body' } },
      T: { list: { type: [integer, float] } },
    });
    model.node('Identity', 'Identity', ['while:1'], { T: typeAttribute('float32') });
    const looping = await model.write(join(folder, 'looping'));

    const graph = new GraphBuilder('power');
    const x = graph.input('x', 'float32', ['B', 3]);
    graph.output(graph.mul(x, graph.float(2 ** 5)), 'y');
    const report = await compare(looping, await onnxFile('power.onnx', onnxOf(graph.build())));
    expect(report).toMatchObject({ agrees: true, outputs: [{ largest: 0, count: 3 * 6 }] });
    expect(report.outputs[0].largestValue).toBeGreaterThan(16);
  });
});

describe('what is not the same', () => {
  it('is found: a bias that is off by a thousandth', async () => {
    const onnx = await onnxFile('off.onnx', smallOnnx({ error: 1e-3 }));
    const report = await compare(reference, onnx);
    expect(report.agrees).toBe(false);
    const [, scores] = report.outputs;
    expect(scores).toMatchObject({ reference: 'scores', agrees: false });
    expect(scores.largest).toBeGreaterThan(1e-5);
    expect(scores.largest).toBeLessThan(1.1e-3);
    // A coarser eye sees no difference.
    expect(await compare(reference, onnx, { tolerance: 1e-2 })).toMatchObject({ agrees: true });
  });

  it('is refused where shapes, kinds or counts differ', async () => {
    const graph = new GraphBuilder('other');
    const ids = graph.input('tokens', 'int64', ['B', 'T', 2]);
    graph.output(graph.identity(ids), 'probabilities');
    const onnx = await onnxFile('other.onnx', onnxOf(graph.build()));
    await expect(compare(reference, onnx)).rejects.toMatchObject({
      code: 'no-match',
      message: 'input tokens: [?, ?] in the reference, [?, ?, 2] as tokens of the ONNX file',
    });
  });

  it('is refused where a table gets ids that it does not have', async () => {
    const onnx = await onnxFile('same.onnx', smallOnnx());
    const asked = { shapes: new Map([['tokens', [2]]]) };
    await expect(compare(reference, onnx, asked)).rejects.toMatchObject({
      code: 'no-match',
      message: 'input tokens: shape [2] was asked for, the models take [?, ?]',
    });
  });
});

describe('models that cannot run', () => {
  it('are named, with the operator that TF.js lacks', async () => {
    const odd = await smallGraphModel({ operator: 'XlaSpmdShard' }).write(join(folder, 'odd'));
    const onnx = await onnxFile('same.onnx', smallOnnx());
    await expect(compare(odd, onnx)).rejects.toMatchObject({
      code: 'unsupported-operator',
      message: expect.stringContaining('TF.js has no operator XlaSpmdShard') as string,
    });
  });

  it('are named, with the words of ONNX Runtime', async () => {
    const onnx = await onnxFile('text.onnx', Buffer.from('no model'));
    await expect(compare(reference, onnx)).rejects.toMatchObject({
      code: 'onnx-failed',
      message: expect.stringMatching(/^text\.onnx: ONNX Runtime: /) as string,
    });
  });

  it('are ended when they take too long, and leave no process', async () => {
    const model = new GraphModelFile();
    const state = [{ name: 'x', type: 'DT_FLOAT' }];
    model.weight('always', 'int32', [], [1]);
    model.functions.push(
      {
        signature: {
          name: 'cond',
          inputArg: state,
          outputArg: [{ name: 'again', type: 'DT_INT32' }],
        },
        nodeDef: [{ name: 'always', op: 'Const', attr: { dtype: typeAttribute('int32') } }],
        ret: { again: 'always:output:0' },
      },
      {
        signature: {
          name: 'body',
          inputArg: state,
          outputArg: [{ name: 'x_out', type: 'DT_FLOAT' }],
        },
        nodeDef: [{ name: 'sum', op: 'AddV2', input: ['x', 'x'] }],
        ret: { x_out: 'sum:z:0' },
      },
    );
    model.placeholder('x', 'float32', [1]);
    model.node('while', 'StatelessWhile', ['x'], {
      cond: { func: { name: 'cond' } },
      body: { func: { name: 'body' } },
    });
    const endless = await model.write(join(folder, 'endless'));
    const graph = new GraphBuilder('same');
    graph.output(graph.identity(graph.input('x', 'float32', [1])), 'y');
    const onnx = await onnxFile('identity.onnx', onnxOf(graph.build()));
    await expect(verifyOnnx(endless, onnx, { timeoutSeconds: 3 })).rejects.toMatchObject({
      code: 'too-slow',
    });
  });

  it('stop when the caller does', async () => {
    const onnx = await onnxFile('same.onnx', smallOnnx());
    const controller = new AbortController();
    const work = verifyOnnx(reference, onnx, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });
});
