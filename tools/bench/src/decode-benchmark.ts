// Composing with a model artifact in Node and with PyTorch's eager LSTM of the same sizes in turn.
import { createRandom, type DecodeRequest, type NextTokenModel } from '@ostinato/core';
import { type Device, loadModel } from '@ostinato/node';
import { type Spread, spread } from './statistics.js';
import type { Peer } from './peers/peer.js';

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
/** As `generate` asks for them once a piece is under way. */
const TOKENS_PER_CALL = 64;

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
    const time = await timeDecoding(model, batch);
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

/** Every token through the whole path of a user: the process border, the sampler and the grammar. */
async function timeDecoding(model: NextTokenModel, batch: number): Promise<number> {
  const random = createRandom(1);
  let request: DecodeRequest = {
    state: model.createState(batch),
    previousTokens: new Int32Array(batch),
    uniforms: random.uniforms(0, batch * TOKENS_PER_CALL),
    temperature: 1,
    topK: model.vocabularySize,
    topP: 0.95,
    minP: 0,
  };
  const start = performance.now();
  for (let done = 0; done < TOKENS_PER_ROUND; done += TOKENS_PER_CALL) {
    const { tokens, state } = await model.decode(request);
    const previousTokens = Int32Array.from(
      { length: batch },
      (_, row) => tokens[(row + 1) * TOKENS_PER_CALL - 1] ?? 0,
    );
    const uniforms = random.uniforms((done + TOKENS_PER_CALL) * batch, batch * TOKENS_PER_CALL);
    request = { ...request, state, previousTokens, uniforms };
  }
  return ((performance.now() - start) / TOKENS_PER_ROUND) * 1e3;
}
