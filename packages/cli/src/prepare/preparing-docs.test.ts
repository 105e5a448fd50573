// The examples of docs/preparing.md, run with the real binary. Where a scheduler would start them, its variables are set.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeSmallPieces } from '../testing/small-pieces.js';

const PAGE = fileURLToPath(new URL('../../../../docs/preparing.md', import.meta.url));
const BINARY = fileURLToPath(new URL('../../bin/ostinato.js', import.meta.url));

let cwd: string;
let blocks: { language: string; text: string }[];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-preparing-'));
  await mkdir(join(cwd, 'bin'));
  await symlink(BINARY, join(cwd, 'bin', 'ostinato'));
  await writeSmallPieces(join(cwd, 'my-midi'), 12);
  const page = await readFile(PAGE, 'utf8');
  blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({
    language,
    text,
  }));
  await run('ostinato prepare my-midi --out whole');
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

/** The first block of the page that contains some words. */
function block(words: string): string {
  const found = blocks.find(({ text }) => text.includes(words));
  if (!found) throw new Error(`no block with ${words}`);
  return found.text;
}

async function run(script: string, variables: Record<string, string> = {}): Promise<void> {
  const PATH = `${join(cwd, 'bin')}${delimiter}${process.env['PATH']}`;
  await promisify(execFile)('bash', ['-c', script], {
    cwd,
    env: { ...process.env, PATH, ...variables },
  });
}

async function expectTheWhole(corpus: string): Promise<void> {
  const names = await readdir(join(cwd, 'whole'));
  expect(await readdir(join(cwd, corpus))).toEqual(names);
  for (const name of names) {
    const made = await readFile(join(cwd, corpus, name));
    const isEqual = made.equals(await readFile(join(cwd, 'whole', name)));
    expect({ name, isEqual }).toEqual({ name, isEqual: true });
  }
}

async function startAgain(): Promise<void> {
  await rm(join(cwd, 'parts'), { recursive: true, force: true });
  await rm(join(cwd, 'corpora'), { recursive: true, force: true });
}

describe.skipIf(process.platform === 'win32')('docs/preparing.md', () => {
  it('has shell scripts without mistakes of syntax', async () => {
    const scripts = blocks.filter(({ language }) => language === 'bash');
    expect(scripts.length).toBeGreaterThan(4);
    for (const { text } of scripts) {
      await promisify(execFile)('bash', ['-n', '-c', text]);
    }
  });

  it('prepares on one machine', async () => {
    await startAgain();
    await run(block('--jobs 8'));
    await expectTheWhole('corpora/mine');
  });

  it('prepares two shards and merges them', async () => {
    await startAgain();
    await run(block('--shard 1/2'));
    await expectTheWhole('corpora/mine');
  });

  it('prepares eight shards with xargs', async () => {
    await startAgain();
    await run(block('seq 8 | xargs'));
    await expectTheWhole('corpora/mine');
  });

  it('prepares with a SLURM array', async () => {
    await startAgain();
    for (const task of ['1', '2', '3']) {
      await run(block('SLURM_ARRAY_TASK_ID'), {
        MIDI: 'my-midi',
        PARTS: 'parts',
        SLURM_ARRAY_TASK_ID: task,
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_CPUS_PER_TASK: '1',
      });
    }
    await run('ostinato merge parts/* --out corpora/mine --jobs 1');
    await expectTheWhole('corpora/mine');
  });

  it('prepares with an indexed job of Kubernetes', async () => {
    await startAgain();
    const { spec } = parse(block('kind: Job')) as {
      spec: {
        completionMode: string;
        completions: number;
        template: {
          spec: {
            containers: {
              env: { name: string; value: string }[];
              command: string[];
              args: string[];
            }[];
          };
        };
      };
    };
    const [{ env, command, args }] = spec.template.spec.containers;
    expect(spec.completionMode).toBe('Indexed');
    expect(env).toContainEqual({ name: 'SHARDS', value: `${spec.completions}` });
    expect(command).toEqual(['/bin/sh', '-c']);
    for (const index of ['0', '1']) {
      await run(args[0], {
        MIDI: 'my-midi',
        PARTS: 'parts',
        SHARDS: '2',
        JOB_COMPLETION_INDEX: index,
      });
    }
    await run('ostinato merge parts/* --out corpora/mine');
    await expectTheWhole('corpora/mine');
  });
});
