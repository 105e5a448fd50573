// Composing for many at the same time through an engine, and for one after the other through a model, in turn.
import { compose, type NextTokenModel, type Tokenizer } from '@ostinato/core';
import { type EngineModel, loadEngine, loadModel } from '@ostinato/node';
import { type Spread, spread } from './statistics.js';

/** Processes and the threads of each: 2x1 are two processes of one thread. */
export interface EngineShape {
  readonly processes: number;
  readonly threads: number;
}

export interface EngineBenchmarkOptions {
  readonly rounds: number;
  /** Pieces at the same time, each of these in every round. */
  readonly sequences: readonly number[];
  readonly shapes: readonly EngineShape[];
  /** Tokens drawn for each piece. */
  readonly tokens: number;
  /** Threads of the model that takes one request at a time. */
  readonly threads: number;
}

interface EngineFigure extends EngineShape {
  readonly sequences: number;
  readonly tokensPerSecond: Spread;
  /** How many times what one request at a time gave in the same round. */
  readonly timesOneAtATime: Spread;
}

export interface EngineResult {
  readonly model: string;
  readonly tokensPerPiece: number;
  /** Tokens/s of `loadModel`, piece after piece. */
  readonly oneAtATime: Spread;
  readonly engines: readonly EngineFigure[];
}

/** Pieces of the side that takes one at a time in a round. */
const PIECES_ALONE = 6;

/** @param folder a model artifact */
export async function benchmarkEngine(
  folder: string,
  { rounds, sequences, shapes, tokens, threads }: EngineBenchmarkOptions,
): Promise<EngineResult> {
  const { model, tokenizer, manifest } = await loadModel(folder, { threads });
  const engines: (EngineShape & { model: EngineModel; sequences: number; rates: number[] })[] = [];
  for (const shape of shapes) {
    const { model } = await loadEngine(folder, shape);
    engines.push(...sequences.map((count) => ({ ...shape, model, sequences: count, rates: [] })));
  }
  const alone: number[] = [];
  // The first round warms all up and does not count.
  for (let round = -1; round < rounds; round++) {
    const oneAtATime = await tokensPerSecond(async () => {
      let drawn = 0;
      for (let piece = 0; piece < PIECES_ALONE; piece++) {
        drawn += await composePiece(model, tokenizer, round * PIECES_ALONE + piece, tokens);
      }
      return drawn;
    });
    if (round >= 0) alone.push(oneAtATime);
    for (const engine of engines) {
      const rate = await tokensPerSecond(() => composeTogether(engine, tokenizer, round, tokens));
      if (round >= 0) engine.rates.push(rate);
    }
  }
  await model.dispose();
  for (const engine of engines) await engine.model.dispose();
  return {
    model: manifest.name,
    tokensPerPiece: tokens,
    oneAtATime: spread(alone),
    engines: engines.map(({ processes, threads, sequences, rates }) => ({
      processes,
      threads,
      sequences,
      tokensPerSecond: spread(rates),
      timesOneAtATime: spread(rates.map((rate, round) => rate / (alone[round] ?? Number.NaN))),
    })),
  };
}

async function composeTogether(
  { model, sequences }: { readonly model: EngineModel; readonly sequences: number },
  tokenizer: Tokenizer,
  round: number,
  tokens: number,
): Promise<number> {
  const pieces = Array.from({ length: sequences }, (_, piece) =>
    composePiece(model, tokenizer, round * sequences + piece, tokens),
  );
  return (await Promise.all(pieces)).reduce((sum, drawn) => sum + drawn, 0);
}

/** As a server does for a request: the whole way from a seed to notes.
 *  @returns the tokens that were drawn */
async function composePiece(
  model: NextTokenModel,
  tokenizer: Tokenizer,
  seed: number,
  maxTokens: number,
): Promise<number> {
  const noEnd = new Float32Array(tokenizer.vocabularySize);
  noEnd[tokenizer.idOf('End')] = -Infinity;
  const options = { seed: seed + 1000, maxTokens, topP: 0.97, bias: noEnd };
  const piece = await compose(model, tokenizer, options);
  return piece.tokens.length - piece.givenTokens;
}

async function tokensPerSecond(work: () => Promise<number>): Promise<number> {
  const start = performance.now();
  const tokens = await work();
  return (tokens / (performance.now() - start)) * 1000;
}

/** @param list as 1x2,2x1 */
export function parseShapes(list: string): EngineShape[] {
  return list.split(',').map((text) => {
    const [, processes, threads] = /^(\d+)x(\d+)$/.exec(text) ?? [];
    if (!processes || !threads) {
      throw new Error(`--shapes: expected PROCESSESxTHREADS as 1x2, found ${text}`);
    }
    return { processes: Number(processes), threads: Number(threads) };
  });
}
