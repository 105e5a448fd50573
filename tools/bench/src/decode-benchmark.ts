// Composing with a model artifact in Node and with PyTorch's eager LSTM of the same sizes in turn.
import { type Device, loadModel } from '@ostinato/node';
import { type Spread, spread } from './statistics.js';
import type { Peer } from './peers/peer.js';
import { timeDecoding } from './time-decoding.js';

export interface DecodeResult {
  readonly model: string;
  readonly sizes: Readonly<Record<'V' | 'E' | 'H' | 'L', number>>;
  readonly batch: number;
  readonly threads: number;
  /** Microseconds for one token of every sequence. */
  readonly oursMicroseconds: Spread;
  readonly torchMicroseconds?: Spread;
  /** PyTorch's time over ours, round by round: how many times faster we are. */
  readonly timesFaster?: Spread;
}

const TOKENS_PER_ROUND = 512;

/** @param folder a model artifact */
export async function benchmarkDecoding(
  folder: string,
  { batch, threads, rounds, device = 'cpu' }: DecodeOptions,
  torch: Peer | undefined,
): Promise<DecodeResult> {
  const { model, manifest } = await loadModel(folder, { device, threads });
  const { architecture } = manifest;
  if (architecture.kind !== 'lstm') throw new Error(`${folder}: PyTorch's side needs an LSTM`);
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers: L } = architecture;
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first round warms both up and does not count.
  for (let round = -1; round < rounds; round++) {
    const time = await timeDecoding(model, { batch, tokens: TOKENS_PER_ROUND, topP: 0.95 });
    const request = { op: 'decode', V, E, H, L, B: batch, tokens: TOKENS_PER_ROUND };
    const answer = await torch?.ask<{ seconds: number }>(request);
    if (round < 0) continue;
    ours.push(time);
    if (answer) theirs.push((answer.seconds / TOKENS_PER_ROUND) * 1e6);
  }
  await model.dispose();
  return {
    model: manifest.name,
    sizes: { V, E, H, L },
    batch,
    threads,
    oursMicroseconds: spread(ours),
    ...(torch && {
      torchMicroseconds: spread(theirs),
      timesFaster: spread(ours.map((time, round) => (theirs[round] ?? Number.NaN) / time)),
    }),
  };
}

interface DecodeOptions {
  readonly batch: number;
  readonly threads: number;
  readonly rounds: number;
  readonly device?: Device;
}
