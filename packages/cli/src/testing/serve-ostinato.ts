// A server as a person starts it, on a free port of this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BINARY } from './run-ostinato.js';

export interface ServedOstinato extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  /** Records of its log so far. */
  records(): readonly Readonly<Record<string, unknown>>[];
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts `ostinato serve` and waits until it listens. */
export async function serveOstinato(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServedOstinato> {
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0', '--json', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let stdout = '';
  for await (const chunk of child.stdout) {
    stdout += String(chunk);
    if (stdout.includes('\n')) break;
  }
  if (!stdout.includes('\n')) throw new Error(`ostinato serve did not start: ${stderr}`);
  const { url } = JSON.parse(stdout.split('\n')[0]) as { url: string };
  return {
    url,
    records: () =>
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    kill: (signal) => void child.kill(signal),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
