// A process beside this one that answers one JSON line for each request: PyTorch, or an engine of ours. Each side has a
// process of its own, so that its peak memory is its own too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Peer {
  /** In its own words: library, version, device. */
  readonly description: string;
  /** @throws {Error} with the peer's own reason if it cannot do that, or has died */
  ask<Answer>(request: Readonly<Record<string, unknown>>): Promise<Answer>;
  stop(): Promise<void>;
}

/** What a peer that could not be started says. */
export interface MissingPeer {
  readonly missing: string;
}

const PYTHON_SCRIPT = fileURLToPath(new URL('../../python/peer.py', import.meta.url));
const ENGINE_SCRIPT = fileURLToPath(new URL('engine-process.js', import.meta.url));
const VENV = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));

/** The interpreter of the benchmarks: that of tools/bench/.venv if there is one, else python3. */
export function defaultPython(): string {
  return existsSync(VENV) ? VENV : 'python3';
}

/** PyTorch.
 *  @param python an interpreter that can import torch; default: that of tools/bench/.venv, else python3 */
export function startTorch(
  python: string | undefined,
  threads: number,
  device: 'cpu' | 'cuda' = 'cpu',
): Promise<Peer | MissingPeer> {
  const interpreter = python ?? defaultPython();
  return startPeer(interpreter, [PYTHON_SCRIPT, String(threads), device]);
}

/** One of our training engines.
 *  @param engine its name in engine-process.ts: `onnx-cpu`, `tfjs-wasm`, ... */
export function startEngine(engine: string, threads: number): Promise<Peer | MissingPeer> {
  return startPeer(process.execPath, [ENGINE_SCRIPT, engine, String(threads)]);
}

async function startPeer(command: string, args: string[]): Promise<Peer | MissingPeer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  let complaint = '';
  child.stderr.on(
    'data',
    (text: Buffer) => (complaint = (complaint + text.toString()).slice(-4000)),
  );
  child.stdin.on('error', () => {}); // a child that died is told by the end of its lines
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const lastWords = (): string => {
    const words = complaint.trim().split('\n');
    return words.find((line) => /Error\b/.test(line)) ?? words.at(-1) ?? '';
  };
  const ask = async <Answer>(request: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { done, value } = await lines.next();
    if (done) throw new Error(`it ended without an answer: ${lastWords()}`);
    const answer = JSON.parse(value) as Answer & { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  const info = await Promise.race([ask<{ description: string }>({ op: 'info' }), failed]).catch(
    (error: Error) => error,
  );
  if (info instanceof Error) return { missing: `${command}: ${info.message}` };
  return {
    description: info.description,
    ask,
    stop: async () => {
      const exit = once(child, 'exit');
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await exit;
    },
  };
}
