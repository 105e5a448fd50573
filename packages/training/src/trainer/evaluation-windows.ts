// A split cut into windows for evaluation, so that a few long pieces keep all streams of a batch busy.
//
// Letters: B streams, T steps of a window.
import type { Batch } from '../data/batch.js';
import type { EvaluationCorpus } from '../evaluation/likelihood.js';
import type { Split } from '../data/split.js';

/** Pieces are cut into stretches of this many targets. */
const STRETCH = 2048;
/** Tokens before a stretch that are read without being counted, so that the network knows where it is: some 180 notes.
 *  What it would remember from further back, the figure lacks. */
const RUN_UP = 512;

interface Stretch {
  readonly tokens: Uint16Array;
  /** First position whose target counts. */
  readonly counted: number;
}

/** One pass over a split. Every target of every piece counts exactly once; nothing is augmented. */
export async function* evaluationWindows(
  corpus: EvaluationCorpus,
  split: Split,
  { batch, steps }: { batch: number; steps: number },
): AsyncGenerator<Batch> {
  const stretches: Stretch[] = [];
  for (const piece of corpus.pieces(split)) {
    stretches.push(...cutPiece(await corpus.readTokens(piece)));
  }
  // The longest first: the streams then end nearly together.
  const waiting = stretches.sort((a, b) => a.tokens.length - b.tokens.length);
  const open: ({ stretch: Stretch; position: number } | undefined)[] = Array.from({
    length: batch,
  });
  for (;;) {
    const window = paddedWindow(steps, batch);
    let filled = false;
    for (let at = 0; at < steps * batch; at++) {
      const column = at % batch;
      const next = open[column] === undefined ? waiting.pop() : undefined;
      if (next !== undefined) open[column] = { stretch: next, position: 0 };
      const current = open[column];
      if (current === undefined) continue;
      filled = true;
      copyToken(current.stretch, current.position++, window, at);
      if (current.position === current.stretch.tokens.length - 1) open[column] = undefined;
    }
    if (!filled) return;
    yield window;
  }
}

function cutPiece(tokens: Uint16Array): Stretch[] {
  const stretches: Stretch[] = [];
  for (let start = 0; start < tokens.length - 1; start += STRETCH) {
    const first = Math.max(0, start - RUN_UP);
    // One token more than there are targets: the last one's.
    const part = tokens.subarray(first, start + STRETCH + 1);
    stretches.push({ tokens: part, counted: start - first });
  }
  return stretches;
}

function copyToken(
  { tokens, counted }: Stretch,
  position: number,
  window: Batch,
  at: number,
): void {
  window.tokens[at] = tokens[position];
  window.keep[at] = position === 0 ? 0 : 1;
  if (position < counted) return;
  window.targets[at] = tokens[position + 1];
  window.weights[at] = 1;
}

function paddedWindow(steps: number, batch: number): Batch {
  const size = steps * batch;
  return {
    steps,
    batch,
    tokens: new Int32Array(size),
    targets: new Int32Array(size),
    weights: new Float32Array(size),
    keep: new Float32Array(size),
  };
}
