// The whole line through the real binary: prepare, train, interrupt, resume, export, generate, evaluate.
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Score, writeMidi } from '@ostinato/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJson, runOstinato } from './testing/run-ostinato.js';
import { smallPiece, writeSmallPieces } from './testing/small-pieces.js';

const PIECES = 12;
/** 66,000 notes. */
const REPEATS = 750;
/** So many that a signal comes before the last, also on a busy machine. */
const STEPS = 120;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-whole-line-'));
  await writeSmallPieces(join(cwd, 'midi'), PIECES);
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

const train = (out: string, more: string): string => `train --data corpus --out ${out} ${more}`;
const parametersOf = (run: string): string =>
  join(cwd, run, 'checkpoints', `step-${STEPS}`, 'parameters.safetensors');
const SIZES = '--preset tiny --batch 4 --window 32 --threads 1 --device cpu';
const NEW = `${SIZES} --steps ${STEPS}`;

/** A small piece many times over. */
function longPiece(): Score {
  const piece = smallPiece(0);
  const bars = 8 * 4 * piece.ticksPerQuarter;
  const repeated = piece.tracks.map((track) => ({
    ...track,
    notes: Array.from({ length: REPEATS }, (_, time) =>
      track.notes.map((note) => ({ ...note, startTicks: note.startTicks + time * bars })),
    ).flat(),
  }));
  return { ...piece, tracks: repeated };
}

it('prepares a corpus with every file in the ledger', async () => {
  const corpus = await runJson('prepare midi --out corpus', { cwd });
  expect(corpus['files']).toMatchObject({ kept: PIECES, dropped: 0 });
  expect(corpus['pieces']).toBe(PIECES);
  const ledger = await readFile(join(cwd, 'corpus', 'ledger.jsonl'), 'utf8');
  expect(ledger.trimEnd().split('\n')).toHaveLength(PIECES);
});

it('leaves an older corpus as it was when it is interrupted', async () => {
  await writeSmallPieces(join(cwd, 'many'), PIECES);
  await writeFile(join(cwd, 'many', 'long.mid'), writeMidi(longPiece())); // encoding it takes a while
  const before = await readdir(cwd);
  const corpus = await readFile(join(cwd, 'corpus', 'corpus.json'), 'utf8');
  const { code, stdout, stderr } = await runOstinato('prepare many --out corpus', {
    cwd,
    interrupt: { signal: 'SIGINT', after: 'found 13 pieces' },
  });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('interrupted');
  expect(await readFile(join(cwd, 'corpus', 'corpus.json'), 'utf8')).toBe(corpus);
  // What was read stays beside it, for the same command to go on from.
  expect(await readdir(cwd)).toEqual(['.corpus.preparing', ...before]);
  await rm(join(cwd, '.corpus.preparing'), { recursive: true });
});

it('trains: the loss falls', async () => {
  const result = await runJson(train('whole', NEW), { cwd });
  expect(result).toMatchObject({ status: 'finished', step: STEPS });
  const losses = (await readFile(join(cwd, 'whole', 'metrics.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; loss: number })
    .filter(({ kind }) => kind === 'step')
    .map(({ loss }) => loss);
  expect(losses).toHaveLength(STEPS);
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('keeps a checkpoint on %s and resumes to the same bytes', async (signal, exitCode) => {
  const out = `cut-by-${signal}`;
  const cut = await runOstinato(train(out, `${NEW} --json`), {
    cwd,
    interrupt: { signal, after: 'training by' },
  });
  expect(cut.code).toBe(exitCode);
  const report = JSON.parse(cut.stdout) as { status: string; step: number };
  expect(report.status).toBe('interrupted');
  expect(report.step).toBeLessThan(STEPS);

  const resumed = await runJson(train(out, '--resume --threads 1'), { cwd });
  expect(resumed).toMatchObject({ status: 'finished', step: STEPS });
  expect((await readFile(parametersOf(out))).equals(await readFile(parametersOf('whole')))).toBe(
    true,
  );
});

it('goes on after a kill that left no checkpoint, to the same bytes', async () => {
  const killed = await runOstinato(train('killed', NEW), {
    cwd,
    interrupt: { signal: 'SIGKILL', after: 'training by' },
  });
  expect(killed.code).toBeNull();
  await runJson(train('killed', '--resume --threads 1'), { cwd });
  expect(
    (await readFile(parametersOf('killed'))).equals(await readFile(parametersOf('whole'))),
  ).toBe(true);
});

it('does not train over an existing run', async () => {
  const { code, stderr } = await runOstinato(train('whole', NEW), { cwd });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ostinato: whole: the folder is not empty[^\n]*\n$/);
});

it('exports a model whose graphs agree', async () => {
  const exported = await runJson('export whole --out model', { cwd });
  expect(exported['step']).toBe(STEPS);
  expect(exported['forms']).toMatchObject([
    { precision: 'int8', parity: { draws: { different: 0 } } },
  ]);
});

it('generates the same bytes from the same seed, and others from another', async () => {
  const files = ['a', 'b', 'c'].map((name) => ['mid', 'svg', 'wav'].map((end) => `${name}.${end}`));
  for (const [index, [midi, svg, wav]] of files.entries()) {
    const seed = index === 2 ? '8' : '7';
    const result = await runJson(
      `generate --model model --seed ${seed} --seconds 4 --out ${midi} --svg ${svg} --wav ${wav}`,
      { cwd },
    );
    expect(result).toMatchObject({ files: { midi, svg, wav }, seed });
    expect(result['seconds']).toBeLessThanOrEqual(4);
  }
  const [a, b, c] = await Promise.all(
    files.map((names) => Promise.all(names.map((name) => readFile(join(cwd, name))))),
  );
  for (const index of [0, 1, 2]) {
    expect(a[index].equals(b[index])).toBe(true);
    expect(a[index].equals(c[index])).toBe(false);
  }
});

it('refuses what the model does not know, in one line', async () => {
  const options = ['--instruments tuba', '--label composer=Bach', '--top-k 60000'];
  for (const option of options) {
    const { code, stderr } = await runOstinato(`generate --model model ${option}`, { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ostinato: [^\n]+\n$/);
  }
});

it('continues a piece', async () => {
  const given = smallPiece(0).tracks.reduce((sum, { notes }) => sum + notes.length, 0);
  const result = await runJson(
    'generate --model model --primer midi/piece-0.mid --bars 2 --out continued.mid',
    { cwd },
  );
  expect(result['stoppedBy']).toBe('bars');
  expect(result['notes']).toBeGreaterThanOrEqual(given);
  const read = await runJson('inspect continued.mid', { cwd });
  expect(read).toMatchObject({ kind: 'midi', notes: result['notes'], warnings: [] });
});

it('writes nothing when composing is interrupted', async () => {
  const before = await readdir(cwd);
  const { code, stderr } = await runOstinato(
    'generate --model model --seconds 3600 --out cut.mid --wav cut.wav',
    { cwd, interrupt: { signal: 'SIGINT', after: 'composing with' } },
  );
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted');
  expect(await readdir(cwd)).toEqual(before);
});

it('evaluates the model beside a 5-gram on the same tokens', async () => {
  const figures = await runJson('evaluate --model model --data corpus', { cwd });
  const network = figures['network'] as Record<string, number>;
  const baseline = figures['baseline'] as Record<string, number>;
  expect(network['tokens']).toBe(baseline['tokens']);
  expect(network['natsPerToken']).toBeGreaterThan(0);
  expect(network['natsPerToken']).toBeLessThan(Math.log(200)); // better than chance
  expect(baseline['natsPerToken']).toBeLessThan(Math.log(200));
});

it('gives a model a fast form, measured on the corpus, and verifies what it reads out', async () => {
  const exported = await runJson(
    'export model --out forms --precision int8,int8-dynamic --data corpus',
    { cwd },
  );
  expect(exported['evaluatedOn']).toBe('the validation split of corpus');
  expect(exported['forms']).toMatchObject([
    { precision: 'int8', natsPerToken: exported['trainedNatsPerToken'] }, // its weights are what there is
    { precision: 'int8-dynamic' },
  ]);
  for (const file of ['step.onnx', 'chunk.onnx', 'golden.json']) {
    const before = await readFile(join(cwd, 'model', file));
    expect((await readFile(join(cwd, 'forms', file))).equals(before)).toBe(true);
  }
  await runJson('generate --model forms --precision int8-dynamic --bars 1 --out fast.mid', { cwd });

  const { code, stdout } = await runOstinato('inspect forms', { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/every file is as it was exported/);
  expect(stdout).toMatch(/^plays +acoustic-grand-piano/m);
  expect(stdout).toMatch(/^chunk\.int8-dynamic\.onnx \(chunk\) +int8-dynamic .* node-cpu$/m);
  await appendFile(join(cwd, 'forms', 'golden.json'), ' ');
  const damaged = await runOstinato('inspect forms', { cwd });
  expect(damaged.code).toBe(1);
  expect(damaged.stderr).toMatch(/^ostinato: golden\.json: expected \d+ bytes[^\n]*\n$/);
});

it('summarises each folder that it made', async () => {
  const kinds = ['corpus', 'whole', 'model'].map((folder) => runJson(`inspect ${folder}`, { cwd }));
  expect((await Promise.all(kinds)).map(({ kind }) => kind)).toEqual(['corpus', 'run', 'model']);
});

it('leaves no temporary files', async () => {
  const names = await readdir(cwd, { recursive: true });
  expect(names.filter((name) => /tmp|\.part/.test(name))).toEqual([]);
  expect((await stat(join(cwd, 'model', 'manifest.json'))).isFile()).toBe(true);
});
