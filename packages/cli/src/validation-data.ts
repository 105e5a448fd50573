// The validation split of a corpus, as the exporter takes it: it knows models, and training knows corpora.
import { basename, resolve } from 'node:path';
import type { ValidationData } from '@ostinato/export';
import { InputError } from './input-file.js';
import type { CommandContext } from './run-command.js';
import { formatCount } from './terminal/units.js';

/** Opens a corpus; close it when done.
 *  @throws {CorpusError} if it is none
 *  @throws {InputError} `empty-split` if it has no piece for validation */
export async function openValidationData(
  folder: string,
  { signal, progress }: CommandContext,
): Promise<ValidationData & AsyncDisposable> {
  // Training is loaded only by who asks for it.
  const { evaluateTokens, openCorpus } = await import('@ostinato/training');
  const corpus = await openCorpus(folder);
  if (corpus.pieces('validation').length === 0) {
    await corpus[Symbol.asyncDispose]();
    throw new InputError('empty-split', `${folder}: the validation split holds no piece`);
  }
  return {
    name: `the validation split of ${basename(resolve(folder))}`, // a card goes elsewhere, and so may not name a path
    evaluate: (model, what) =>
      evaluateTokens(model, corpus, 'validation', {
        signal,
        onProgress: ({ tokensDone, tokensTotal }) => {
          const done = `${formatCount(tokensDone)}/${formatCount(tokensTotal)} tokens`;
          progress.update(`evaluating ${what}: ${done}`);
        },
      }),
    [Symbol.asyncDispose]: () => corpus[Symbol.asyncDispose](),
  };
}
