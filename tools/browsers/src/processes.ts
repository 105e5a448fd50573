// Programs that run beside a test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** A program that says nothing for so long does not work here. */
const PATIENCE_MILLISECONDS = 30_000;

export interface Program {
  readonly process: ChildProcess;
  /** Ends it, and waits until it has ended. */
  end(): Promise<void>;
}

/** Starts a program without a terminal; what it prints is not kept.
 *  @param env further variables of its environment */
export function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'close').catch(() => {});
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  return {
    process: child,
    async end() {
      if (child.exitCode === null) child.kill();
      await ended;
    },
  };
}

/** Waits for a line of a program.
 *  @returns the first group of the pattern
 *  @throws {Error} if it ends first, or says nothing like that */
export function said({ process: child }: Program, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (): void =>
      reject(new Error(`${child.spawnfile} did not say ${String(pattern)}: ${text}`));
    const timer = setTimeout(fail, PATIENCE_MILLISECONDS);
    child.once('exit', fail);
    child.once('error', fail);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        text += String(data);
        const found = pattern.exec(text)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
  });
}

/** Whether all of these programs can be found.
 *  @param install what to install where one cannot */
export function haveAll(name: string, commands: readonly string[], install: string): boolean {
  const missing = commands.filter((command) => spawnSync('which', [command]).status !== 0);
  if (missing.length === 0) return true;
  console.error(`Pages are not tested in ${name}: no ${missing.join(', ')} (${install}).`);
  return false;
}
