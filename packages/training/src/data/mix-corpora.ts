// Several corpora as one, each with its share of what training draws.
import { createHash } from 'node:crypto';
import { CorpusError } from './corpus-error.js';
import type { CorpusDescription, CorpusPiece } from './corpus-format.js';
import { describeMix } from './describe-mix.js';
import type { Corpus, CorpusPart } from './open-corpus.js';
import { SPLITS, type Split } from './split.js';

const WEIGHTS = { least: 1e-6, most: 1e6 } as const;

/** Mixes corpora. Of the tokens that training draws, each part gives the share that its weight is of all weights; the
 *  pieces of a part come in an endless shuffled order of its own. Weights do not touch validation and test: their
 *  pieces are those of all parts, each once. A corpus may be given twice; a mix stands for its parts.
 *
 *  The mix owns the corpora from here on: closing it closes them all. If it throws they stay with the caller.
 *  @param parts one or more, with weights in 1e-6..1e6; their order matters to the seed
 *  @throws {CorpusError} `empty-mix` without a part; `weight` for one out of range; `other-tokenizer` if the parts were
 *  not prepared with one tokenizer
 *  @example
 *  await using corpus = mixCorpora([
 *    { corpus: await openCorpus('corpora/quartets'), weight: 3 },
 *    { corpus: await openCorpus('corpora/everything'), weight: 1 },
 *  ]); // three tokens of four are of quartets */
export function mixCorpora(parts: readonly CorpusPart[]): Corpus {
  if (parts.length === 0) {
    throw new CorpusError('empty-mix', 'mix of corpora: expected at least one, found none');
  }
  for (const [index, part] of parts.entries()) {
    checkWeight(part, index);
    checkSameTokenizer(parts[0].corpus, part.corpus, index);
  }
  return new MixedCorpus(parts.flatMap(unmix));
}

class MixedCorpus implements Corpus {
  readonly id: string;
  readonly description: CorpusDescription;
  readonly tokenizer: Corpus['tokenizer'];
  readonly parts: readonly CorpusPart[];
  readonly #bySplit: ReadonlyMap<Split, readonly CorpusPiece[]>;
  readonly #corpusOf: ReadonlyMap<CorpusPiece, Corpus>;

  constructor(parts: readonly CorpusPart[]) {
    const corpora = parts.map(({ corpus }) => corpus);
    const different = [...new Map(corpora.map((corpus) => [corpus.id, corpus])).values()];
    this.id = idOf(parts);
    this.description = describeMix(different.map(({ description }) => description));
    this.tokenizer = corpora[0].tokenizer;
    this.parts = parts;
    this.#bySplit = new Map(
      SPLITS.map((split) => [split, different.flatMap((corpus) => corpus.pieces(split))]),
    );
    this.#corpusOf = new Map(
      corpora.flatMap((corpus) =>
        SPLITS.flatMap((split) => corpus.pieces(split).map((piece) => [piece, corpus] as const)),
      ),
    );
  }

  pieces(split: Split): readonly CorpusPiece[] {
    return this.#bySplit.get(split) ?? [];
  }

  async readTokens(piece: CorpusPiece): Promise<Uint16Array> {
    const corpus = this.#corpusOf.get(piece);
    if (corpus === undefined) throw new TypeError(`${piece.path}: not a piece of this mix`);
    return corpus.readTokens(piece);
  }

  /** Closes every part, also if one of them fails. */
  async close(): Promise<void> {
    const corpora = new Set(this.parts.map(({ corpus }) => corpus));
    const closed = await Promise.allSettled([...corpora].map(async (corpus) => corpus.close()));
    const failed = closed.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The parts of a part that is a mix, whose weights together weigh as much as it does. */
function unmix(part: CorpusPart): readonly CorpusPart[] {
  const { parts } = part.corpus;
  if (parts === undefined) return [part];
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  return parts.map(({ corpus, weight }) => ({ corpus, weight: (part.weight * weight) / sum }));
}

function checkWeight({ corpus, weight }: CorpusPart, index: number): void {
  if (weight >= WEIGHTS.least && weight <= WEIGHTS.most) return;
  throw new CorpusError(
    'weight',
    `mix of corpora: weight of ${nameOf(corpus, index)}: expected a number from ${WEIGHTS.least} to ${WEIGHTS.most}, ` +
      `found ${weight}; only the ratio of the weights counts`,
  );
}

function checkSameTokenizer(first: Corpus, other: Corpus, index: number): void {
  if (other.tokenizer.hash === first.tokenizer.hash) return;
  const short = ({ tokenizer }: Corpus): string => tokenizer.hash.slice(0, 12);
  const [firstName, otherName] = [nameOf(first, 0), nameOf(other, index)];
  throw new CorpusError(
    'other-tokenizer',
    `mix of corpora: ${firstName} has tokenizer ${short(first)}, ${otherName} has ${short(other)}, but a network ` +
      `knows one; prepare both with the same: prepare --tokenizer, with the tokenizer.json of ${firstName}`,
  );
}

/** `part 2 (Bach)`: two parts may have one name. */
function nameOf({ description }: Corpus, index: number): string {
  return `part ${index + 1} (${description.source})`;
}

function idOf(parts: readonly CorpusPart[]): string {
  const facts = parts.map(({ corpus, weight }) => [corpus.id, weight]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
