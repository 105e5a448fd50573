// `diverged/step-N/`: the batch on which a run ended because a number was no longer finite, so that one can look at it.
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeSafetensors, type NamedTensor } from '@ostinato/model';
import { syncFolder, temporaryPath, type WriteFile } from '../checkpoint/durable.js';
import { writeFailed } from '../checkpoint/write-failed.js';
import type { BatchCursor } from '../data/batch-cursor.js';
import type { Batch } from '../data/batch.js';
import type { Corpus } from '../data/open-corpus.js';
import { createEndlessOrder } from '../data/piece-order.js';

const DIVERGED = 'diverged';

export interface Divergence {
  readonly step: number;
  readonly learningRate: number;
  /** What was found: `loss`, `gradientNorm` or `validationLoss`, and others measured with it. */
  readonly figures: Readonly<Record<string, number>>;
  readonly batch: Batch;
  /** Of a training batch: where its streams stood before and after it. */
  readonly cursors?: { readonly before: BatchCursor; readonly after: BatchCursor };
}

/** Writes
 *  - `batch.safetensors`: `tokens`, `targets`, `weights` and `keep` of the batch, shape [T, B], float32
 *  - `step.json`: the step, its learning rate and figures (those that are not finite as text); for a training batch the
 *    pieces that it was read from, by ordinal, and for each stream the ordinal of its piece and the tokens read before
 *  @returns the folder
 *  @throws {CheckpointError} `write-failed` if the disk refuses */
export async function saveDivergence(
  runFolder: string,
  divergence: Divergence,
  source: { readonly corpus: Corpus; readonly seed: number },
  writeFile: WriteFile,
): Promise<string> {
  const folder = join(runFolder, DIVERGED, `step-${divergence.step}`);
  const temporary = temporaryPath(folder);
  const { step, learningRate, figures, batch, cursors } = divergence;
  const facts = {
    step,
    learningRate,
    ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, inJson(value)])),
    ...(cursors && {
      pieces: piecesOf(cursors.before, cursors.after, source),
      streams: cursors.before.streams,
    }),
  };
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await writeFile(join(temporary, 'batch.safetensors'), encodeSafetensors(tensorsOf(batch), {}));
    const text = `${JSON.stringify(facts, null, 2)}\n`;
    await writeFile(join(temporary, 'step.json'), new TextEncoder().encode(text));
    // A resumed run may fall at the same place again.
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
    return folder;
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw writeFailed(runFolder, `${DIVERGED}/step-${step}`, cause);
  }
}

function inJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function tensorsOf({ steps, batch, ...arrays }: Batch): Map<string, NamedTensor> {
  const shape = [steps, batch];
  return new Map(
    Object.entries(arrays).map(([name, data]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}

/** The pieces that streams were in or began between two cursors. */
function piecesOf(
  before: BatchCursor,
  after: BatchCursor,
  { corpus, seed }: { readonly corpus: Corpus; readonly seed: number },
): { ordinal: number; path: string | undefined }[] {
  const open = before.streams.flatMap((place) => (place ? [place[0]] : []));
  const begun = Array.from({ length: after.taken - before.taken }, (_, i) => before.taken + i);
  const order = createEndlessOrder(corpus, 'train', seed);
  return [...open, ...begun]
    .sort((a, b) => a - b)
    .map((ordinal) => ({ ordinal, path: order.pieceAt(ordinal)?.path }));
}
