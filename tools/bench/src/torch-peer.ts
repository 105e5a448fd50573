// PyTorch beside us: a Python process that answers one JSON line for each request.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../python/peer.py', import.meta.url));

export interface TorchPeer {
  readonly version: string;
  ask<Answer>(request: Readonly<Record<string, unknown>>): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts the peer, or says why it cannot be had.
 *  @param python an interpreter that can import torch */
export async function startTorch(
  python: string,
  threads: number,
): Promise<TorchPeer | { missing: string }> {
  const child = spawn(python, [SCRIPT, String(threads)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  child.stdin.on('error', () => {}); // a child that died is told by the end of its lines
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <Answer>(request: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { done, value } = await lines.next();
    if (done) throw new Error('PyTorch ended without an answer');
    return JSON.parse(value) as Answer;
  };
  const info = await Promise.race([ask<{ torch: string }>({ op: 'info' }), failed]).catch(
    (error: Error) => error,
  );
  if (info instanceof Error) {
    const reason = complaint.trim().split('\n').at(-1) || info.message;
    return { missing: `${python}: ${reason}` };
  }
  return {
    version: info.torch,
    ask,
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
