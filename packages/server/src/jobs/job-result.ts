// The result of a job as it is kept: JSON from which every form is made, the same bytes for the same task.
import type { Composition } from '@ostinato/core';
import type { AnswerFacts } from '../rendering/composition-answer.js';

const VERSION = 1;

interface StoredResult extends Omit<AnswerFacts, 'composition'> {
  readonly version: number;
  readonly composition: Omit<Composition, 'tokens'> & { readonly tokens: readonly number[] };
}

export function encodeResult({ composition, ...facts }: AnswerFacts): Uint8Array {
  const tokens = [...composition.tokens];
  const stored: StoredResult = {
    version: VERSION,
    ...facts,
    composition: { ...composition, tokens },
  };
  return new TextEncoder().encode(JSON.stringify(stored));
}

/** @param bytes of `encodeResult` */
export function decodeResult(bytes: Uint8Array): AnswerFacts {
  const stored = JSON.parse(new TextDecoder().decode(bytes)) as StoredResult;
  const { version, composition, ...facts } = stored;
  if (version !== VERSION)
    throw new Error(`job result: expected version ${VERSION}, found ${version}`);
  return {
    ...facts,
    composition: { ...composition, tokens: Uint16Array.from(composition.tokens) },
  };
}
