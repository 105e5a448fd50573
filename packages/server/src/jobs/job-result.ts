// The result of a job as it is kept: JSON from which every form is made, the same bytes for the same task.
import type { Composition } from '@ostinato/core';
import type { AnswerFacts } from '../rendering/composition-answer.js';
import type { Evaluation } from '../schemas/evaluation-schemas.js';

const VERSION = 2;

export type JobResult =
  | { readonly kind: 'compose'; readonly facts: AnswerFacts }
  | { readonly kind: 'evaluate'; readonly evaluation: Evaluation };

interface StoredFacts extends Omit<AnswerFacts, 'composition'> {
  readonly composition: Omit<Composition, 'tokens'> & { readonly tokens: readonly number[] };
}

type StoredResult = { readonly version: number } & (
  | { readonly kind: 'compose'; readonly facts: StoredFacts }
  | { readonly kind: 'evaluate'; readonly evaluation: Evaluation }
);

export function encodeResult(result: JobResult): Uint8Array {
  const kept = result.kind === 'compose' ? { ...result, facts: store(result.facts) } : result;
  const stored: StoredResult = { version: VERSION, ...kept };
  return new TextEncoder().encode(JSON.stringify(stored));
}

/** @param bytes of `encodeResult` */
export function decodeResult(bytes: Uint8Array): JobResult {
  const { version, ...stored } = JSON.parse(new TextDecoder().decode(bytes)) as StoredResult;
  if (version !== VERSION)
    throw new Error(`job result: expected version ${VERSION}, found ${version}`);
  return stored.kind === 'compose' ? { ...stored, facts: restore(stored.facts) } : stored;
}

function store({ composition, ...facts }: AnswerFacts): StoredFacts {
  return { ...facts, composition: { ...composition, tokens: [...composition.tokens] } };
}

function restore({ composition, ...facts }: StoredFacts): AnswerFacts {
  const tokens = Uint16Array.from(composition.tokens);
  return { ...facts, composition: { ...composition, tokens } };
}
