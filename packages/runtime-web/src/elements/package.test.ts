// What the elements are as a package: small, described, and harmless on a server.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program of this package's tools. */
function run(script: string, ...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

describe('the elements as a package', () => {
  // All that a page's main and audio thread load to compose and play: elements, synthesiser, and what loads a model. Not what
  // is only loaded where it is wanted (a SoundFont's library, files to save) or where there are no audio worklets, and not
  // what belongs to the runtime: the worker, which holds ONNX Runtime's JavaScript and checks the model, and the wasm.
  it('take at most 60 kB gzip with what loads a model', () => {
    const sizeLimit = fileURLToPath(new URL('bin.js', import.meta.resolve('size-limit')));
    const { status, said } = run(sizeLimit, '--json');
    const [{ size, passed }] = JSON.parse(said) as [{ size: number; passed: boolean }];
    expect({ size, passed }).toEqual({ size: expect.any(Number) as number, passed: true });
    expect(size).toBeGreaterThan(40_000); // the files were there
    expect(status).toBe(0);
  });

  it('are described by a custom-elements.json that is up to date', () => {
    expect(run('scripts/custom-elements.mjs', '--check')).toEqual({ status: 0, said: '' });
  });

  it('can be imported on a server', async () => {
    expect(globalThis).not.toHaveProperty('document');
    const { OstinatoComposerElement, OstinatoPlayerElement } = await import('./define.js');
    const player = new OstinatoPlayerElement();
    expect([player.state, player.duration]).toEqual(['stopped', 0]);
    expect(new OstinatoComposerElement().settings.length).toBe(60);
  });
});
