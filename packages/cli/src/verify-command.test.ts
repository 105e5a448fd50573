// `ostinato verify`: exit code, report and errors, with files as a person has them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeModel, GraphBuilder, OPSET } from '@ostinato/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson, runOstinato } from './testing/run-ostinato.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-verify-command-'));
  const float = { type: 'DT_FLOAT' };
  const model = {
    format: 'graph-model',
    modelTopology: {
      node: [
        {
          name: 'x',
          op: 'Placeholder',
          attr: { dtype: float, shape: { shape: { dim: [{ size: '-1' }, { size: '2' }] } } },
        },
        { name: 'factor', op: 'Const', attr: { dtype: float } },
        { name: 'y', op: 'Mul', input: ['x', 'factor'], attr: { T: float } },
      ],
      versions: {},
    },
    weightsManifest: [
      { paths: ['w.bin'], weights: [{ name: 'factor', shape: [2], dtype: 'float32' }] },
    ],
  };
  await writeFile(join(cwd, 'model.json'), JSON.stringify(model));
  await writeFile(join(cwd, 'w.bin'), Buffer.from(Float32Array.of(3, -2).buffer));
  await writeFile(join(cwd, 'damaged.json'), JSON.stringify(model).slice(0, 100));
  await writeFile(join(cwd, 'same.onnx'), timesOnnx(3, -2));
  await writeFile(join(cwd, 'other.onnx'), timesOnnx(3, -2.001));
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

/** y = x · factors, x [B, 2]. */
function timesOnnx(...factors: number[]): Uint8Array {
  const graph = new GraphBuilder('times');
  const x = graph.input('x', 'float32', ['B', 2]);
  graph.output(graph.mul(x, graph.float(factors, [2])), 'y');
  const made = { metadata: new Map<string, string>(), producerName: 'test', producerVersion: '' };
  return encodeModel({ graph: graph.build(), opset: OPSET, ...made });
}

describe('ostinato verify', () => {
  it('reports how near the two are, and succeeds', async () => {
    const { code, stdout } = await runOstinato('verify model.json same.onnx', { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model\.json \(TF\.js GraphModel\) and same\.onnx: 3 runs/);
    expect(stdout).toMatch(/^x +x +by name +\[2, 2\] +-1\.\.1$/m);
    expect(stdout).toMatch(/^y +y +by name .* agrees$/m);
    expect(stdout).toContain('they agree');
  });

  it('fails where they differ, with the whole report', async () => {
    const { code, stdout, stderr } = await runOstinato(
      'verify model.json other.onnx --shape x=5,2',
      { cwd },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^y +y .* DIFFERS$/m);
    expect(stderr).toMatch(
      /^ostinato: other\.onnx: does not agree with model\.json: output y differs by [^\n]+\n$/m,
    );
  });

  it('says all of it to programs', async () => {
    const data = await runJson('verify model.json same.onnx --runs 1 --seed 7 --shape x=4,2', {
      cwd,
    });
    expect(data).toMatchObject({
      reference: 'model.json',
      onnx: 'same.onnx',
      agrees: true,
      runs: 1,
      seed: 7,
      tolerance: 1e-5,
      inputs: [{ reference: 'x', onnx: 'x', kind: 'float', shape: [4, 2] }],
      outputs: [{ reference: 'y', onnx: 'y', count: 8, agrees: true }],
    });
  });

  it.each([
    ['verify nothing.json same.onnx', 'nothing.json: there is no such file'],
    ['verify damaged.json same.onnx', 'damaged.json: expected JSON'],
    ['verify model.json w.bin', 'w.bin: ONNX Runtime: '],
    ['verify model.json same.onnx --shape z=1,2', 'shape of z: there is no such input, only x'],
  ])('%s is refused in one line', async (command, message) => {
    const { code, stdout, stderr } = await runOstinato(command, { cwd });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ostinato: [^\n]+\n$/m);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
