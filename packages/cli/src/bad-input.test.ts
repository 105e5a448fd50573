// Wrong input ends with exit code 1 and one line on stderr that says what to change.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMain } from './testing/run-main.js';
import { type Finished, runOstinato } from './testing/run-ostinato.js';

const COMMANDS = [
  'prepare',
  'merge',
  'train',
  'report',
  'export',
  'generate',
  'evaluate',
  'inspect',
  'transcribe',
  'serve',
  'verify',
];

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-bad-input-'));
  await writeFile(join(cwd, 'text.mid'), 'not a MIDI file');
  await writeFile(join(cwd, 'empty.mid'), '');
  await writeFile(join(cwd, 'cut.wav'), encodeWav([new Float32Array(9)], 8000).subarray(0, 36));
  await writeFile(join(cwd, 'musicnet.npz'), 'PK');
  await writeFile(join(cwd, 'about.json'), '{"license":"MIT"}');
  await mkdir(join(cwd, 'folder', 'inside'), { recursive: true });
  await mkdir(join(cwd, 'odd', 'manifest.json'), { recursive: true });
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

describe('help', () => {
  it.each(COMMANDS)('%s has an example', async (command) => {
    const { code, stdout } = await runMain([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Example');
    expect(stdout).toContain(`$ ostinato ${command} `);
    expect(stdout).toContain('--json');
  });

  it('lists every command', async () => {
    const { code, stdout } = await runOstinato(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `);
  });
});

const generate = ['generate', '--model', 'folder'];
const train = ['train', '--data', 'folder', '--out', 'run'];

describe('what a command is not made for, before any work', () => {
  it.each([
    [['compose'], "unknown command 'compose'"],
    [['inspect', 'a.mid', '--loud'], "unknown option '--loud'"],
    [['inspect'], "missing required argument 'file'"],
    [['inspect', 'a.mid', 'b.mid'], 'too many arguments'],
    [['prepare', 'folder'], "required option '--out <DIR>' not specified"],
    [['prepare', 'folder', '--out', 'c', '--validation-share', '0.9'], '--validation-share <X>'],
    [['prepare', 'folder', '--out', 'c', '--jobs', '0'], 'Expected an integer in 1..256'],
    [['prepare', 'folder', '--out', 'c', '--file-seconds', '0'], 'Expected an integer in 1..86400'],
    [['prepare', 'folder', '--out', 'c', '--shard', '3/2'], 'Expected i/n with i in 1..n'],
    [['prepare', 'folder', '--out', 'c', '--shard', '2'], 'Expected i/n with i in 1..n'],
    [['merge', '--out', 'corpus'], "missing required argument 'shards'"],
    [['merge', 'folder'], "required option '--out <DIR>' not specified"],
    [[...train, '--preset', 'huge'], 'Allowed choices are tiny, small, base'],
    [[...train, '--steps', '0'], 'Expected an integer in 1..10000000'],
    [[...train, '--batch', '1.5'], '--batch <B>'],
    [[...train, '--threads', 'many'], '--threads <N>'],
    [[...train, '--seed', '-1'], 'Expected an integer in 0..4294967295'],
    [['export', 'folder', '--out', 'model', '--precision', 'int4'], 'Allowed choices are int8'],
    [[...generate, '--temperature', '0'], 'Expected a number in 0.01..100'],
    [[...generate, '--top-p', '0'], 'Expected a number in 0 (excluded)..1'],
    [[...generate, '--top-k', '0'], '--top-k <K>'],
    [[...generate, '--seconds', '-5'], '--seconds <N>'],
    [[...generate, '--seed', '4294967296'], 'Expected an integer in 0..4294967295'],
    [[...generate, '--device', 'tpu'], 'Allowed choices are cpu, cuda, webgpu'],
    [['transcribe', 'cut.wav', '--onset-threshold', '1'], 'Expected a number in 0..1 (excluded)'],
    [['transcribe', 'cut.wav', '--instrument', 'kazoo'], 'Expected a General MIDI program'],
    [['transcribe', 'cut.wav', '--tempo', '0'], 'Expected a number in 10..1000'],
    [['serve', '--port', '65536'], 'Expected an integer in 0..65535'],
    [['serve', '--cors', 'example.org'], 'Expected origins such as https://'],
    [['evaluate', '--model', 'a', '--data', 'b', '--split', 'dev'], 'Allowed choices are train'],
  ])('%j', async (args, message) => {
    check(await runMain(args), message);
  });

  it('in a process too', async () => {
    check(await runOstinato([...train, '--steps', '0']), 'Expected an integer in 1..10000000');
  });
});

it.concurrent.each([
  [['inspect', 'missing.mid'], 'missing.mid: there is no such file'],
  [['inspect', 'text.mid'], 'text.mid: MIDI file, byte 0: expected a Standard MIDI File'],
  [['inspect', 'empty.mid'], 'empty.mid: MIDI file, byte 0'],
  [['inspect', 'folder'], 'folder: neither a model'],
  [['inspect', 'odd'], 'manifest.json: not a file'],
  [['prepare', 'missing', '--out', 'corpus'], 'missing: expected a folder or an archive'],
  [['prepare', 'folder', '--out', 'corpus'], 'folder'],
  [['prepare', 'musicnet.npz', '--out', 'corpus'], 'musicnet.npz'],
  [['prepare', 'folder', '--out', 'folder/c', '--shard', '1/2'], 'cannot lie inside its source'],
  [['merge', 'missing', '--out', 'corpus'], 'shard.json cannot be read (ENOENT)'],
  [['merge', 'folder', '--out', 'corpus'], 'folder: expected a folder that `prepare --shard` made'],
  [['train', '--data', 'missing', '--out', 'run'], 'missing: expected a corpus'],
  [['export', 'missing', '--out', 'model'], 'missing'],
  [['export', 'folder', '--out', 'model', '--about', 'about.json'], 'about.json: content'],
  [['generate', '--model', './missing'], './missing: expected the folder of a model'],
  [
    ['generate', '--model', 'missing'],
    "missing: neither a folder nor a model's name; looked in models",
  ],
  [
    ['generate', '--model', 'http://example.org/m'],
    'http://example.org/m: http: is taken from this',
  ],
  [
    ['generate', '--model', 'https://x.invalid/m', '--offline'],
    'https://x.invalid/m/manifest.json: has not been',
  ],
  [[...generate, '--out', 'piece.txt'], 'ends in .mid or .midi'],
  [[...generate, '--svg', 'text.mid/a.svg'], 'text.mid/a.svg: its folder cannot be made'],
  [[...generate, '--primer', 'text.mid'], 'text.mid: MIDI file'],
  [['transcribe', 'missing.wav'], 'missing.wav: there is no such file'],
  [['transcribe', 'folder'], 'folder: not a file'],
  [['transcribe', 'text.mid'], 'text.mid: expected a recording (WAV, FLAC'],
  [['transcribe', 'empty.mid'], 'found an empty file'],
  [['transcribe', 'cut.wav'], 'cut.wav: WAV file: expected a "data" chunk'],
  [['transcribe', 'cut.wav', '--out', 'x.wav'], 'ends in .mid or .midi'],
  [
    ['transcribe', 'cut.wav', '--min-frequency', '880', '--max-frequency', '440'],
    'at most --max-frequency, 440, found 880',
  ],
  [['serve', '--host', '0.0.0.0'], 'option --host: other machines reach 0.0.0.0'],
  [['serve', '--model', 'a', '--model', 'b/a'], 'Two models would be called "a"'],
  [['serve', '--model', 'missing'], "missing: neither a folder nor a model's name"],
  [['serve', '--key-file', 'missing.txt'], 'missing.txt: there is no such file'],
  [['serve', '--key-file', 'text.mid'], 'text.mid, entry 1: expected NAME:KEY'],
  [['serve', '--key-file', 'empty.mid'], 'empty.mid: expected at least one line NAME:KEY'],
  [['evaluate', '--model', 'folder', '--data', 'missing'], 'missing: expected a corpus'],
])('%j', async (args, message) => {
  check(await runOstinato(args, { cwd }), message);
});

function check({ code, stdout, stderr }: Finished, message: string): void {
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^ostinato: [^\n]+\n$/);
  expect(stdout).toBe('');
  expect(code).toBe(1);
}

it('says with --json what went wrong, in the last line of stdout', async () => {
  const { code, stdout } = await runOstinato(['inspect', 'missing.mid', '--json'], { cwd });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({ error: 'missing.mid: there is no such file' });
});
