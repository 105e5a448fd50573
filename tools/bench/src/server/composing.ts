// Compositions at the same time: how much more is done than one after the other, and whether the server stays awake.
import { rounded, scaled, type ServerCase, untilIdle } from './case.js';
import { probeHealth } from './health-probe.js';
import { composeNotes } from './http-client.js';
import type { ServerProcess } from './server-process.js';

/** Pieces of one client after the other, against many clients at a time; in turn, so that both see the same machine. */
export const throughput: ServerCase = async (server, options) => {
  const clients = scaled(64, options, 8);
  const rounds = scaled(5, options, 1);
  const seconds = scaled(10, options, 1);
  const pieceSeconds = scaled(20, options, 5);
  const ratios: object[] = [];
  for (let round = 0; round < rounds; round++) {
    const single = await tokensPerSecond(server, { clients: 1, seconds, pieceSeconds });
    const many = await tokensPerSecond(server, { clients, seconds, pieceSeconds });
    ratios.push({ single: rounded(single), many: rounded(many), times: rounded(many / single) });
  }
  await untilIdle(server);
  return { clients, pieceSeconds, tokensPerSecond: ratios };
};

/** 16 clients that compose all the time. */
export const composing: ServerCase = async (server, options) => {
  const clients = 16;
  const seconds = scaled(30, options, 1);
  const endProbe = probeHealth(server.url);
  const pieceSeconds = scaled(20, options, 5);
  const tokens = await tokensPerSecond(server, { clients, seconds, pieceSeconds });
  const health = await endProbe();
  await untilIdle(server);
  return { clients, seconds, tokensPerSecond: rounded(tokens), health };
};

/** Tokens of whole pieces, a second. */
async function tokensPerSecond(
  server: ServerProcess,
  { clients, seconds, pieceSeconds }: { clients: number; seconds: number; pieceSeconds: number },
): Promise<number> {
  const started = performance.now();
  const isOver = (): boolean => performance.now() - started > seconds * 1000;
  let seed = 0;
  let tokens = 0;
  const run = async (): Promise<void> => {
    while (!isOver()) {
      const { status, body } = await composeNotes(server.url, {
        seed: ++seed,
        seconds: pieceSeconds,
      });
      if (status !== 200) throw new Error(`compose answered ${status}: ${body.toString()}`);
      tokens += (JSON.parse(body.toString()) as { tokenCount: number }).tokenCount;
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  return tokens / ((performance.now() - started) / 1000);
}
