// The head of a piece: its labels and instruments, which condition everything after them.
import { VocabularyError } from '../errors.js';
import type { LabelBlock, Vocabulary } from './vocabulary.js';

/** Labels of a piece by kind, such as `{ composer: 'Bach', ensemble: 'String Quartet' }`. */
export type Labels = Readonly<Record<string, string>>;

/** `Begin`, a token for each kind of label (`unknown` where none is given), a `With` for each instrument.
 *  @param instruments indices into the vocabulary's instruments, in any order
 *  @throws {VocabularyError} if a kind or a value of a label is not in the vocabulary */
export function headOfPiece(
  vocabulary: Vocabulary,
  labels: Labels,
  instruments: readonly number[],
): number[] {
  const kinds = vocabulary.labels.map(({ kind }) => kind);
  const strange = Object.keys(labels).find((kind) => !kinds.includes(kind));
  if (strange !== undefined) throw unknownLabel('kind of label', strange, kinds);
  return [
    vocabulary.id('Begin'),
    ...vocabulary.labels.map((block) => labelId(block, labels[block.kind])),
    ...[...instruments].sort((a, b) => a - b).map((index) => vocabulary.id('With', index)),
  ];
}

function labelId({ kind, unknownId, values }: LabelBlock, value: string | undefined): number {
  if (value === undefined) return unknownId;
  const index = values.indexOf(value);
  if (index === -1) throw unknownLabel(kind, value, values);
  return unknownId + 1 + index;
}

function unknownLabel(what: string, found: string, known: readonly string[]): VocabularyError {
  const expected = known.length > 0 ? known.join(', ') : 'none';
  return new VocabularyError(
    'unknown-label',
    `${what} "${found}" is not known; known: ${expected}`,
  );
}

/** Replaces labels by `unknown`, as training does now and then so that the model also composes without them.
 *  @param drop decides for each label of the sequence, by its kind; default: all
 *  @returns a copy */
export function withoutLabels(
  vocabulary: Vocabulary,
  tokens: Uint16Array,
  drop: (kind: string) => boolean = () => true,
): Uint16Array {
  const { firstId, count } = vocabulary.blocks.Label;
  return tokens.map((id) => {
    if (id < firstId || id >= firstId + count) return id;
    const block = vocabulary.labels.findLast(({ unknownId }) => unknownId <= id)!;
    return drop(block.kind) ? block.unknownId : id;
  });
}
