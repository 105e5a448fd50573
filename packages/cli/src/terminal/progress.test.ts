import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.js';

function recorder(terminal: boolean): { stream: PassThrough; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns: 20 });
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, text: () => chunks.join('') };
}

describe('progress', () => {
  it('prints a line every five seconds to a file, and the last one', () => {
    const { stream, text } = recorder(false);
    let clock = 0;
    const progress = createProgress(stream, () => clock);
    for (; clock <= 11_000; clock += 1000) progress.update(`at ${clock}`);
    progress.end();
    expect(text()).toBe('at 5000\nat 10000\nat 11000\n');
  });

  it('prints nothing to a file for short work', () => {
    const { stream, text } = recorder(false);
    const progress = createProgress(stream, () => 0);
    progress.update('at 0');
    progress.end();
    expect(text()).toBe('');
  });

  it('rewrites one line on a terminal, cut to its width', () => {
    const { stream, text } = recorder(true);
    let clock = 0;
    const progress = createProgress(stream, () => clock);
    progress.update('first');
    clock = 50;
    progress.update('too soon');
    clock = 200;
    progress.update('a line that is longer than the terminal');
    progress.end();
    expect(text()).toBe('\r\u001B[2Kfirst\r\u001B[2Ka line that is long\n');
  });

  it('puts a note above the changing line', () => {
    const { stream, text } = recorder(true);
    const progress = createProgress(stream, () => 0);
    progress.update('working');
    progress.update('never shown: older than the note');
    progress.note('warning');
    progress.end();
    expect(text()).toBe('\r\u001B[2Kworking\r\u001B[2Kwarning\n');
  });

  it('prints nothing when nothing was shown', () => {
    const { stream, text } = recorder(true);
    createProgress(stream).end();
    expect(text()).toBe('');
  });
});
