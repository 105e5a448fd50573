import { describe, expect, it } from 'vitest';
import { CheckpointError } from './checkpoint-error.js';
import { writeFailed } from './write-failed.js';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe('a refused write', () => {
  it.each([
    ['ENOSPC', 'the disk is full (ENOSPC); what was written before stands: free some space'],
    ['EDQUOT', 'the quota of this disk is used up (EDQUOT); .*: free some space'],
    ['EACCES', 'writing is not permitted (EACCES); .*: make the folder writable'],
    ['EROFS', 'the disk is mounted read-only (EROFS); .*: mount it writable'],
    ['EMFILE', 'too many files are open (EMFILE); .*: raise the limit (ulimit -n)'],
    ['EIO', 'the disk reports an error (EIO); .*: check the disk'],
    ['EXDEV', 'EXDEV: no; .*: remove the cause'],
  ])('by %s says what to do', (code, text) => {
    const error = writeFailed('runs/a', 'step-20', systemError(code));
    expect(error.code).toBe('write-failed');
    const pattern = text.replaceAll(/[()]/g, String.raw`\$&`);
    expect(error.message).toMatch(
      new RegExp(`^runs/a: step-20 could not be written: ${pattern} and resume the run$`),
    );
  });

  it('keeps an error that says it already', () => {
    const inner = new CheckpointError('missing', 'metrics.jsonl: not a file');
    expect(writeFailed('runs/a', 'metrics.jsonl', inner)).toBe(inner);
  });

  it('tells of what is no error of the system', () => {
    expect(writeFailed('runs/a', 'x', 'odd', 'try again').message).toBe(
      'runs/a: x could not be written: odd; what was written before stands: remove the cause and try again',
    );
  });
});
