// `ostinato train` through the real binary: settings from a file, mixed corpora, early stopping, what is refused.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMain } from './testing/run-main.js';
import { type Finished, runJson, runOstinato } from './testing/run-ostinato.js';
import { writeSmallPieces } from './testing/small-pieces.js';

const SMALL = '--preset tiny --batch 4 --window 32 --threads 1 --device cpu --no-report';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-train-command-'));
  await writeSmallPieces(join(cwd, 'midi'), 12);
  await writeSmallPieces(join(cwd, 'one'), 1);
  await runJson('prepare midi --out corpus', { cwd });
  await runJson('prepare one --out single --tokenizer corpus/tokenizer.json', { cwd });
  await runJson('prepare one --out foreign', { cwd });
  await writeSmallPieces(join(cwd, 'two'), 2);
  await runJson('prepare two --out pair --validation-share 0 --test-share 0', { cwd });
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

const bestParameters = async (run: string, step: number): Promise<Buffer> =>
  readFile(join(cwd, run, 'checkpoints', `step-${step}`, 'parameters.safetensors'));

it('trains the same from flags, from a file, and from the settings it prints', async () => {
  await runJson(`train --data corpus --out flags ${SMALL} --steps 6 --tempo-stretch 0.2`, { cwd });
  await writeFile(
    join(cwd, 'run.yaml'),
    'data: corpus\npreset: tiny\nbatch: 4\nwindow: 32\nthreads: 1\ndevice: cpu\nreport: false\nsteps: 7\ntempo-stretch: 0.2\n',
  );
  await runJson('train --config run.yaml --out file --steps 6', { cwd });
  const printed = await runOstinato('train --config run.yaml --steps 6 --print-config', { cwd });
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  await writeFile(join(cwd, 'printed.yaml'), printed.stdout);
  await runJson('train --config printed.yaml --out printed', { cwd });
  const [flags, file, again] = await Promise.all(
    ['flags', 'file', 'printed'].map(async (run) => bestParameters(run, 6)),
  );
  expect(file.equals(flags)).toBe(true);
  expect(again.equals(flags)).toBe(true);
});

it('says what it chose and what a run takes before it begins', async () => {
  const { stderr } = await runOstinato(`train --data corpus --out said ${SMALL} --steps 2`, {
    cwd,
  });
  const lines = stderr.split('\n');
  expect(lines[0]).toBe('device: cpu, as asked');
  expect(lines[1]).toMatch(
    /^network: 1 x 128, [\d,]+ parameters; about \d+ MB of memory, .*FLOP a step$/,
  );
  expect(lines[2]).toMatch(
    /^time: very roughly [\d.]+ s for 2 steps, evaluations not counted; better known after a few$/,
  );
  expect(lines[3]).toMatch(/^training by onnx, cpu, 1 thread, from step 0 to 2$/);
});

it('mixes corpora by weight, and goes on with the same mix only', async () => {
  await runJson(`train --data corpus=3 --data single --out mixed ${SMALL} --steps 4`, { cwd });
  const { stderr } = await runOstinato('train --data corpus --out mixed --resume --no-report', {
    cwd,
  });
  expect(stderr).toMatch(/^ostinato: .*trained on corpus [^\n]+\n$/m);
  const result = await runJson(
    'train --data corpus=3 --data single --out mixed --resume --steps 5 --no-report',
    { cwd },
  );
  expect(result).toMatchObject({ status: 'finished', step: 5 });
});

it('reports on a mix with all of its data, and with nothing less', async () => {
  const { page } = await runJson('report mixed --data corpus=3 --data single=1', { cwd });
  const text = await readFile(join(cwd, page as string), 'utf8');
  expect(text).toContain('What became of the 13 files that were met.');
  for (const data of [
    '--data corpus',
    '--data single --data corpus=3',
    '--data corpus --data single',
  ]) {
    const { code, stderr } = await runOstinato(`report mixed ${data}`, { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ostinato: this run was trained on corpus [^\n]*all parts of a mix[^\n]*\n$/m,
    );
  }
});

it('stops early, and says why', async () => {
  const { stdout, code } = await runOstinato(
    `train --data corpus --out early ${SMALL} --steps 500 --learning-rate 0.9 --warmup-steps 0 --evaluation-interval 2 --early-stopping 2`,
    { cwd },
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^stopped early, since the validation loss no longer improves, at step \d+/,
  );
});

it.concurrent.each([
  [
    '--data corpus --out new --batch 4096 --window 4096',
    /the largest batch that works|at most \d+ tokens/,
  ],
  [
    '--data corpus --out new --batch 10 --micro-batch 4',
    /microBatch: expected a divisor of the batch of 10/,
  ],
  [
    '--data single --out new --batch 2 --window 16',
    /^ostinato: the corpus one holds one piece only/,
  ],
  ['--data pair --out new --batch 2 --window 16 --early-stopping 2', /no validation pieces/],
  ['--data corpus --data foreign --out new', /network knows one; prepare both with the same/],
  ['--data corpus --out new --engine tfjs --device cuda', /--device cuda is for the onnx engine/],
  ['--data corpus --out new --config missing.yaml', /missing\.yaml: there is no such file/],
])('refuses %s before any work', async (args, message) => {
  checkRefusal(await runOstinato(`train ${args}`, { cwd }), message);
});

it.each([
  ['--data corpus=-1 --out new', /'--data <DIR\[=WEIGHT\]>' argument 'corpus=-1'/],
  ['--data corpus', /required option '--out <DIR>' not specified/],
  ['--out new', /required option '--data <DIR\[=WEIGHT\]>' not specified/],
  ['--data corpus --out new --hidden -5', /'--hidden <N>' argument '-5' is invalid/],
])('refuses %s', async (args, message) => {
  checkRefusal(await runMain(['train', ...args.split(' ')]), message);
});

function checkRefusal({ code, stdout, stderr }: Finished, message: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^ostinato: [^\n]+\n$/);
  expect(existsSync(join(cwd, 'new'))).toBe(false);
}

it('writes a report unless it is told not to', async () => {
  const quiet = await readdir(join(cwd, 'flags'));
  expect(quiet).not.toContain('report.html');
  await runJson(`train --data corpus --out told ${SMALL.replace(' --no-report', '')} --steps 2`, {
    cwd,
  });
  expect(await readdir(join(cwd, 'told'))).toContain('report.html');
});
