// Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, section 3) over token ids: the baseline that a
// trained network is compared to.
//
// Histories are nodes of a tree that is read backwards: the root is the empty history, its children end in one token,
// theirs add the token before. The highest order counts occurrences; a lower order counts in how many ways a longer
// history precedes, which is what is left to explain when the longer history was not seen.
import { PackedMap, PAIR_LIMIT } from './packed-map.js';

/** Stands before the first token of a piece; no token of the vocabulary. */
const outside = (vocabularySize: number): number => vocabularySize;

/** Used where a corpus is too small to estimate discounts from, as KenLM does. */
const FALLBACK_DISCOUNTS: Discounts = [0, 0.5, 1, 1.5];

/** What is taken from a count of 0, 1, 2, and 3 or more. */
export type Discounts = readonly [number, number, number, number];

export interface NGramOptions {
  /** V, 2..65535. */
  readonly vocabularySize: number;
  /** Tokens of an n-gram, >= 1: it is predicted from order - 1 tokens before. Default 5. */
  readonly order?: number;
}

/** Counts n-grams piece by piece. */
export interface NGramCounter {
  /** Counts a piece: every token but the first, which is given, is predicted from those before. */
  add(tokens: ArrayLike<number>): void;
  /** The model of what was counted. The counter is used up. */
  finish(): NGramModel;
}

export interface NGramModel {
  readonly order: number;
  /** V */
  readonly vocabularySize: number;
  /** Probabilities of the token at `position` of a piece, given those before it.
   *  @param into where they go, shape [V]
   *  @returns `into`; it sums to 1 and every token has a share */
  predict(tokens: ArrayLike<number>, position: number, into: Float64Array): Float64Array;
}

/** Starts counting. Memory is about 50 bytes for each distinct n-gram.
 *  @throws {RangeError} if an option is outside its range */
export function createNGramCounter({ vocabularySize, order = 5 }: NGramOptions): NGramCounter {
  checkRange('vocabularySize', vocabularySize, 2, PAIR_LIMIT - 1);
  checkRange('order', order, 1, 16);
  const tree: HistoryTree = { children: new PackedMap(), depths: [0] };
  const counts = new PackedMap();
  const path = new Float64Array(order);
  return {
    add(tokens) {
      for (let position = 1; position < tokens.length; position++) {
        for (let depth = 1; depth < order; depth++) {
          const before = tokenAt(tokens, position - depth, vocabularySize);
          path[depth] = childOf(tree, path[depth - 1], before);
        }
        // A longer history that precedes for the first time counts once for the shorter one.
        let depth = order - 1;
        while (depth >= 0 && counts.increment(path[depth], tokens[position]) === 1) depth--;
      }
    },
    finish: () => createModel({ vocabularySize, order }, tree, counts),
  };
}

/** Discounts of one order from how many n-grams have the counts 1, 2, 3 and 4 (Chen and Goodman 1998, equation 26).
 *  Where one of these is missing or a discount leaves its range, a fixed set. */
export function modifiedDiscounts(
  ones: number,
  twos: number,
  threes: number,
  fours: number,
): Discounts {
  const share = ones / (ones + 2 * twos);
  const discounts: Discounts = [
    0,
    1 - (2 * share * twos) / ones,
    2 - (3 * share * threes) / twos,
    3 - (4 * share * fours) / threes,
  ];
  const usable =
    fours > 0 && discounts.every((discount, count) => discount >= 0 && discount <= count);
  return usable ? discounts : FALLBACK_DISCOUNTS;
}

interface HistoryTree {
  /** The node of a history with one more token before it. */
  readonly children: PackedMap;
  /** Length of each node's history. */
  readonly depths: number[];
}

/** What followed each node's history: rows of one long table. */
interface Continuations {
  /** Where each node's row begins; one more entry at the end. */
  readonly starts: Uint32Array;
  readonly tokens: Uint16Array;
  readonly counts: Uint32Array;
}

function childOf(tree: HistoryTree, node: number, token: number): number {
  const next = tree.depths.length;
  const child = tree.children.getOrSet(node, token, next);
  if (child === next) tree.depths.push(tree.depths[node] + 1);
  return child;
}

function createModel(
  { vocabularySize, order }: Required<NGramOptions>,
  { children, depths }: HistoryTree,
  counted: PackedMap,
): NGramModel {
  const { starts, tokens: followers, counts } = sortByNode(counted, depths.length);
  const discounts = discountsByDepth(counted, depths, order);

  /** Moves `into` from the distribution of a shorter history to that of `node`. */
  const refine = (node: number, into: Float64Array): void => {
    const discountOf = discounts[depths[node]];
    let total = 0;
    let held = 0;
    for (let row = starts[node]; row < starts[node + 1]; row++) {
      total += counts[row];
      held += discountOf[Math.min(counts[row], 3)];
    }
    if (total === 0) return;
    for (let token = 0; token < vocabularySize; token++) into[token] *= held / total;
    for (let row = starts[node]; row < starts[node + 1]; row++) {
      into[followers[row]] += (counts[row] - discountOf[Math.min(counts[row], 3)]) / total;
    }
  };

  return {
    order,
    vocabularySize,
    predict(tokens, position, into) {
      into.fill(1 / vocabularySize);
      let node: number | undefined = 0;
      for (let depth = 0; node !== undefined; depth++) {
        refine(node, into);
        if (depth === order - 1) break;
        node = children.get(node, tokenAt(tokens, position - depth - 1, vocabularySize));
      }
      return into;
    },
  };
}

function sortByNode(counted: PackedMap, nodes: number): Continuations {
  const starts = new Uint32Array(nodes + 1);
  counted.forEach((node) => starts[node + 1]++);
  for (let node = 0; node < nodes; node++) starts[node + 1] += starts[node];
  const filled = starts.slice();
  const tokens = new Uint16Array(counted.size);
  const counts = new Uint32Array(counted.size);
  counted.forEach((node, token, count) => {
    const row = filled[node]++;
    tokens[row] = token;
    counts[row] = count;
  });
  return { starts, tokens, counts };
}

function discountsByDepth(
  counted: PackedMap,
  depths: readonly number[],
  order: number,
): Discounts[] {
  const histograms = Array.from({ length: order }, () => [0, 0, 0, 0]);
  counted.forEach((node, _token, count) => {
    if (count <= 4) histograms[depths[node]][count - 1]++;
  });
  return histograms.map(([ones, twos, threes, fours]) =>
    modifiedDiscounts(ones, twos, threes, fours),
  );
}

function tokenAt(tokens: ArrayLike<number>, position: number, vocabularySize: number): number {
  return position < 0 ? outside(vocabularySize) : tokens[position];
}

function checkRange(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`n-gram ${name}: expected an integer in ${low}..${high}, found ${value}`);
  }
}
