// The options of a preparation, checked before any work.
import { availableParallelism } from 'node:os';
import type { Seed, Tokenizer } from '@ostinato/core';
import type { OnPrepareProgress } from './progress.js';

/** What decides the content of a corpus. */
export interface ContentOptions {
  /** Decides which pieces are validation and test. Default 0. */
  readonly seed?: Seed;
  /** Share of the pieces in the validation split, in [0, 0.5]. Default 0.05. */
  readonly validationShare?: number;
  /** Share of the pieces in the test split, in [0, 0.5]; of MusicNet, the official test pieces. Default 0.05. */
  readonly testShare?: number;
  /** Velocities that the tokenizer tells apart; 0 leaves them out. Default 0. */
  readonly velocityBins?: number;
  /** Take the composer's name from the first folder below the source. Default false. */
  readonly labelByFolder?: boolean;
  /** Use this tokenizer, so that a trained model understands the corpus. Default: fit one to the pieces. */
  readonly tokenizer?: Tokenizer;
}

/** How the work is done. Nothing of it changes a byte of the result, except that a file may take too long. */
export interface WorkOptions {
  /** Processes that read files, 1..256. Default: one for each processor. */
  readonly jobs?: number;
  /** Seconds after which a file is given up and dropped, 1..86400. Default 60. */
  readonly fileSeconds?: number;
  /** Throw away what an interrupted run left. Default false: go on with it. */
  readonly restart?: boolean;
  /** Stops between two files. What has been done is kept beside the place; the same call goes on with it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnPrepareProgress;
}

/** Content options with nothing left out. */
export interface CorpusOptions {
  readonly seed: Seed;
  readonly validationShare: number;
  readonly testShare: number;
  readonly velocityBins: number;
  readonly labelByFolder: boolean;
  readonly tokenizer: Tokenizer | undefined;
}

/** @throws {RangeError} if a share is outside its range */
export function resolveContent({
  seed = 0,
  validationShare = 0.05,
  testShare = 0.05,
  velocityBins = 0,
  labelByFolder = false,
  tokenizer,
}: ContentOptions): CorpusOptions {
  for (const [name, share] of Object.entries({ validationShare, testShare })) {
    if (share >= 0 && share <= 0.5) continue;
    throw new RangeError(`${name}: expected 0..0.5, found ${share}`);
  }
  return { seed, validationShare, testShare, velocityBins, labelByFolder, tokenizer };
}

export function resolveWork({
  jobs = Math.min(availableParallelism(), 256),
  fileSeconds = 60,
  restart = false,
}: WorkOptions): { jobs: number; fileSeconds: number; restart: boolean } {
  return { jobs, fileSeconds, restart };
}
