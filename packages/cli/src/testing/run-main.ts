// Runs the command line within this process, which is much faster than a process of its own: for what needs no work.
import { main } from '../main.js';
import type { Finished } from './run-ostinato.js';

/** Runs a command to its end. Only one at a time, since what the process prints meanwhile is taken for the command's. */
export async function runMain(args: readonly string[]): Promise<Finished> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.release();
    stderr.release();
  }
}

function capture(stream: NodeJS.WriteStream): { text: () => string; release: () => void } {
  const { write } = stream;
  const listeners = stream.listeners('error');
  let text = '';
  stream.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  const release = (): void => {
    stream.write = write;
    for (const listener of stream.listeners('error')) {
      if (!listeners.includes(listener)) stream.off('error', listener as () => void);
    }
  };
  return { text: () => text, release };
}
