// step.onnx in Python's ONNX Runtime: the program of examples/python composes what our grammar allows.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countNotes, parseTokenizer } from '@ostinato/core';
import { expect, it } from 'vitest';

const examples = dirname(fileURLToPath(import.meta.url));
const program = join(examples, 'python', 'compose.py');
const model = join(examples, '..', 'models', 'musicnet');
const python = findPython();

function findPython(): string | undefined {
  const own = join(examples, '..', 'tools', 'bench', '.venv', 'bin', 'python');
  const candidates = [process.env['OSTINATO_PYTHON'], own, 'python3'];
  return candidates.find((candidate) => {
    if (!candidate || (candidate === own && !existsSync(own))) return false;
    try {
      execFileSync(candidate, ['-c', 'import numpy, onnxruntime'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

it('takes no more than 20 lines of code', () => {
  const [, code] = readFileSync(program, 'utf8').split(/^""".*?"""$/ms);
  expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20);
});

it.skipIf(!python)(
  'composes a piece that our tokenizer reads, the same for the same seed (OSTINATO_PYTHON, or python3 with numpy and onnxruntime)',
  async () => {
    const tokenizer = parseTokenizer(readFileSync(join(model, 'tokenizer.json'), 'utf8'));
    const run = async (seed: string) => {
      const { stdout } = await promisify(execFile)(python!, [program, model, seed, '120']);
      return stdout.trimEnd().split('\n');
    };
    const names = await run('5');
    const score = tokenizer.decode(names.map((name) => tokenizer.idOf(name)));
    expect(countNotes(score)).toBeGreaterThan(20);
    expect(await run('5')).toEqual(names);
    expect(await run('8')).not.toEqual(names);
  },
);
