// Servers that end, and engines that die, while requests are under way. Each has servers of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../statistics.js';
import { type CaseOptions, rounded, scaled, untilIdle } from './case.js';
import { type Answer, composeNotes, request } from './http-client.js';
import { type ServerProcess, startServer } from './server-process.js';

const CLIENTS = 16;

/** SIGTERM with 16 compositions under way, again and again. */
export async function drain(options: CaseOptions): Promise<object> {
  const rounds = scaled(20, options, 1);
  const pieceSeconds = scaled(60, options, 20);
  let answered = 0;
  let lost = 0;
  const exitCodes = new Set<number | null>();
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = await startServer(options.model, options.serve);
    const pieces = Array.from({ length: CLIENTS }, (_, i) =>
      composeNotes(server.url, { seed: CLIENTS * round + i, seconds: pieceSeconds }).catch(
        () => undefined,
      ),
    );
    await untilRunning(server, CLIENTS);
    const started = performance.now();
    exitCodes.add(await server.end());
    seconds.push((performance.now() - started) / 1000);
    for (const piece of await Promise.all(pieces)) {
      if (piece?.status === 200) answered++;
      else lost++;
    }
  }
  return {
    rounds,
    inFlight: CLIENTS * rounds,
    answered,
    lost,
    exitCodes: [...exitCodes],
    secondsUntilEnd: rounded(percentile(seconds, 1)),
  };
}

async function untilRunning(server: ServerProcess, count: number): Promise<void> {
  const sample = 'ostinato_places_running{kind="compositions"}';
  while (((await server.metrics()).get(sample) ?? 0) < count) await sleep(10);
}

/** Engines that are killed while 16 clients compose: the server stays, every request has an answer, and every piece is the
 *  one that its seed gives. */
export async function crash(options: CaseOptions): Promise<object> {
  const kills = scaled(20, options, 1);
  await using server = await startServer(options.model, options.serve);
  const pieces = await referencePieces(server);
  const statuses: Record<string, number> = {};
  let wrongPieces = 0;
  const over = new AbortController();
  const run = async (_: unknown, client: number): Promise<void> => {
    while (!over.signal.aborted) {
      const seed = client;
      const answer = await compose(server, seed);
      const name = answer === undefined ? 'no answer' : statusName(answer);
      statuses[name] = (statuses[name] ?? 0) + 1;
      if (answer?.status === 200 && answer.body.toString() !== pieces[seed]) wrongPieces++;
    }
  };
  const clients = Array.from({ length: CLIENTS }, run);
  const seconds: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await sleep(1000);
    const before = server.enginePids();
    process.kill(before[kill % before.length], 'SIGKILL');
    seconds.push(await secondsUntilAnswered(server, before.length));
  }
  over.abort();
  await Promise.all(clients);
  await untilIdle(server);
  const samples = await server.metrics();
  return {
    kills,
    clients: CLIENTS,
    answers: statuses,
    wrongPieces,
    restarts: samples.get('ostinato_model_restarts_total{model="musicnet"}') ?? 0,
    secondsUntilReady: {
      p50: rounded(percentile(seconds, 0.5)),
      highest: rounded(Math.max(...seconds)),
    },
    readyAfterwards: (await request(`${server.url}/v2/health/ready`)).status === 200,
  };
}

function compose(server: ServerProcess, seed: number): Promise<Answer | undefined> {
  return composeNotes(server.url, { seed, seconds: 10 }).catch(() => undefined);
}

/** What each seed gives where nothing breaks. */
async function referencePieces(server: ServerProcess): Promise<string[]> {
  const seeds = Array.from({ length: CLIENTS }, (_, seed) => seed);
  const answers = await Promise.all(seeds.map((seed) => compose(server, seed)));
  return answers.map((answer) => answer!.body.toString());
}

function statusName({ status, body }: Answer): string {
  return status === 200 ? 'ok' : (JSON.parse(body.toString()) as { code: string }).code;
}

/** Waits until all processes are there again and the server is ready. */
async function secondsUntilAnswered(server: ServerProcess, processes: number): Promise<number> {
  const started = performance.now();
  await sleep(20); // the server has to see it first
  for (;;) {
    const isWhole = server.enginePids().length >= processes;
    const { status } = await request(`${server.url}/v2/health/ready`);
    if (isWhole && status === 200) return (performance.now() - started) / 1000;
    await sleep(10);
  }
}
