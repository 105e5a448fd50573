// Runs the real binary as a person would. It needs a build, which `npm test` makes first.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BINARY = fileURLToPath(new URL('../../bin/ostinato.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Variables of the environment beside the present ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Close the reading end of stderr at once. Default false. */
  readonly closeStderr?: boolean;
  /** Send `signal` as soon as stderr contains `after`. */
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly after: string };
}

/** Runs a command to its end.
 *  @param command its arguments; a text is split at spaces */
export function runOstinato(
  command: string | readonly string[],
  { cwd, environment, closeStderr = false, interrupt }: RunOptions = {},
): Promise<Finished> {
  const args = typeof command === 'string' ? command.split(' ') : command;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BINARY, ...args], {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (closeStderr) child.stderr.destroy();
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (interrupt && !sent && stderr.includes(interrupt.after)) {
        sent = true;
        child.kill(interrupt.signal);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a command that must succeed with `--json`.
 *  @returns the object in its last line of stdout */
export async function runJson(
  command: string,
  options: RunOptions = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runOstinato(`${command} --json`, options);
  if (code !== 0) throw new Error(`ostinato ${command} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
