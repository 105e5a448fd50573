// `ostinato serve` as a child, watched from outside as an operator would: its figures, its memory, its descriptors.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { request } from './http-client.js';
import { parseMetrics, type Samples } from './metrics.js';

const COMMAND = fileURLToPath(new URL('../../../../packages/cli/bin/ostinato.js', import.meta.url));
/** Of the counters in /proc; a constant of Linux for programs. */
const TICKS_PER_SECOND = 100;

export interface ServerProcess extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly pid: number;
  /** What the server says of itself. */
  metrics(): Promise<Samples>;
  /** The processes that compute for it. */
  enginePids(): number[];
  memoryMB(): number;
  descriptors(): number;
  /** CPU time so far: of the process that answers, and of those that compute. */
  cpuSeconds(): { answering: number; computing: number };
  /** Asks it to end, and waits until it has. @returns its exit code; null where a signal ended it */
  end(): Promise<number | null>;
}

/** Starts a server of one model and waits until it listens.
 *  @param model folder of the artifact; it is served as `musicnet`
 *  @param options further ones of `ostinato serve` */
export async function startServer(
  model: string,
  options: readonly string[],
): Promise<ServerProcess> {
  const named = `musicnet=${model}`;
  const args = ['serve', '--model', named, '--port', '0', '--no-studio', '--json', ...options];
  const child = spawn(process.execPath, [COMMAND, ...args, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[code: number | null]>;
  const { url } = await Promise.race([firstLine(child), ended.then(failed)]);
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = await ended;
    return code;
  };
  return describe(child.pid!, url.replace(/\/$/, ''), end);
}

function failed([code]: [code: number | null]): never {
  throw new Error(`ostinato serve ended with ${code} before it listened`);
}

async function firstLine({ stdout }: ChildProcess): Promise<{ url: string }> {
  for await (const line of createInterface({ input: stdout! })) {
    return JSON.parse(line) as { url: string };
  }
  return new Promise(() => undefined); // the exit tells
}

function describe(pid: number, url: string, end: ServerProcess['end']): ServerProcess {
  return {
    url,
    pid,
    async metrics() {
      const { body } = await request(`${url}/metrics`);
      return parseMetrics(body.toString());
    },
    enginePids: () => childrenOf(pid),
    memoryMB: () => Number(/^VmRSS:\s+(\d+)/m.exec(readStatus(pid, 'status'))?.[1]) / 1024,
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    cpuSeconds: () => ({
      answering: cpuSecondsOf(pid),
      computing: childrenOf(pid).reduce((sum, each) => sum + cpuSecondsOf(each), 0),
    }),
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}

function readStatus(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}

/** The fields after the name, which may hold anything; the first is the state. */
function statOf(pid: number): string[] {
  const text = readStatus(pid, 'stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function cpuSecondsOf(pid: number): number {
  try {
    const fields = statOf(pid);
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0; // it has just ended
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return Number(statOf(each)[1]) === pid;
      } catch {
        return false; // it has just ended
      }
    });
}
