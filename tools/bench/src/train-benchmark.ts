// Training steps of each engine and of PyTorch in turn, on the same sizes.
import { matrixPeak } from './matrix-peak.js';
import { type MissingPeer, type Peer, startEngine, startTorch } from './peers/peer.js';
import { median, type Spread, spread } from './statistics.js';
import { flopsPerToken, type TrainSizes } from './train-sizes.js';

interface TrainSide {
  readonly description: string;
  readonly tokensPerSecond: Spread;
  /** This side's rate over PyTorch's, round by round. */
  readonly timesPyTorch?: Spread;
  /** The products of our graph at the median rate, over the best product that the machine gave either library. */
  readonly shareOfPeak: number;
  /** Most memory that the process of this side ever had resident, MiB. */
  readonly peakMemoryMiB: number;
}

export interface TrainResult {
  readonly sizes: TrainSizes;
  readonly threads: number;
  readonly peakGflops: { readonly onnxruntime: number; readonly torch: number | null };
  /** By name; for one that could not run, the reason. */
  readonly sides: Readonly<Record<string, TrainSide | MissingPeer>>;
}

export interface TrainBenchmarkOptions {
  readonly threads: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** Names of engines, see engine-process.ts. */
  readonly engines: readonly string[];
  readonly python: string | undefined;
}

/** A turn of a side lasts about this long, and one step at least. */
const TURN_SECONDS = 1.5;
const TORCH = 'torch';
/** Beside an engine on a GPU, PyTorch is on it too. */
const onGpu = (engine: string): boolean => /-(cuda|webgpu)$/.test(engine);

interface Side {
  readonly name: string;
  readonly peer: Peer;
  stepsPerTurn: number;
  readonly rates: number[];
}

export async function benchmarkTraining(
  sizes: TrainSizes,
  options: TrainBenchmarkOptions,
): Promise<TrainResult> {
  const { threads, rounds } = options;
  const failed: Record<string, MissingPeer> = {};
  const sides = await startSides(options, failed);
  try {
    // The first round warms up, finds out how many steps make a turn, and does not count.
    for (let round = -1; round < rounds; round++) {
      for (const side of sides.slice()) {
        await takeTurn(side, sizes, round >= 0).catch(async (error: Error) => {
          failed[side.name] = { missing: error.message };
          sides.splice(sides.indexOf(side), 1);
          await side.peer.stop();
        });
      }
    }
    const torch = sides.find(({ name }) => name === TORCH);
    const torchPeak = await torch?.peer.ask<{ gflops: number }>({ op: 'peak' });
    const peakGflops = { onnxruntime: await matrixPeak(threads), torch: torchPeak?.gflops ?? null };
    const peak = Math.max(peakGflops.onnxruntime, peakGflops.torch ?? 0);
    const found = await Promise.all(
      sides.map(async (side) => [side.name, await summarise(side, sizes, peak, torch)] as const),
    );
    return { sizes, threads, peakGflops, sides: { ...Object.fromEntries(found), ...failed } };
  } finally {
    await Promise.all(sides.map(({ peer }) => peer.stop()));
  }
}

async function startSides(
  { engines, threads, python }: TrainBenchmarkOptions,
  failed: Record<string, MissingPeer>,
): Promise<Side[]> {
  const sides: Side[] = [];
  for (const name of [...engines, TORCH]) {
    const peer = await (name === TORCH
      ? startTorch(python, threads, engines.some(onGpu) ? 'cuda' : 'cpu')
      : startEngine(name, threads));
    if ('missing' in peer) failed[name] = peer;
    else sides.push({ name, peer, stepsPerTurn: 1, rates: [] });
  }
  return sides;
}

async function takeTurn(side: Side, sizes: TrainSizes, counts: boolean): Promise<void> {
  const train = async (steps: number): Promise<number> => {
    const { seconds } = await side.peer.ask<{ seconds: number[] }>({
      op: 'train',
      ...sizes,
      steps,
    });
    return median(seconds);
  };
  if (counts) {
    side.rates.push((sizes.B * sizes.T) / (await train(side.stepsPerTurn)));
    return;
  }
  await train(1);
  side.stepsPerTurn = Math.max(1, Math.round(TURN_SECONDS / (await train(1))));
}

async function summarise(
  { peer, rates }: Side,
  sizes: TrainSizes,
  peakGflops: number,
  torch: Side | undefined,
): Promise<TrainSide> {
  const { mebibytes } = await peer.ask<{ mebibytes: number }>({ op: 'memory' });
  return {
    description: peer.description,
    tokensPerSecond: spread(rates),
    ...(torch && {
      timesPyTorch: spread(rates.map((rate, round) => rate / (torch.rates[round] ?? Number.NaN))),
    }),
    shareOfPeak: (flopsPerToken(sizes) * median(rates)) / 1e9 / peakGflops,
    peakMemoryMiB: mebibytes,
  };
}
