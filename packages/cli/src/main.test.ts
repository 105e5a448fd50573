import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runOstinato } from './testing/run-ostinato.js';
import { writeSmallPieces } from './testing/small-pieces.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-main-'));
});
afterEach(async () => rm(cwd, { recursive: true }));

it('finishes its work when nobody reads its messages any more', async () => {
  await writeSmallPieces(join(cwd, 'pieces'), 4);
  const { code, stdout } = await runOstinato('prepare pieces --out corpus --json', {
    cwd,
    closeStderr: true,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ out: 'corpus', pieces: 4 });
});
