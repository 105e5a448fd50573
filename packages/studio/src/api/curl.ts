// An operation as a command that can be copied.
import type { Operation } from './operations.js';

/** Where an API is used from. */
export interface ApiUse {
  /** Address of the OpenAPI document. */
  readonly base: string;
  /** A model that is there. */
  readonly model: string;
  readonly needsKey: boolean;
}

/** Files that come where the answer is not text. */
const FILES: Readonly<Record<string, string>> = {
  'audio/midi': 'piece.mid',
  'audio/wav': 'piece.wav',
  'image/svg+xml': 'piece.svg',
};

export function curlOf(
  { method, path, bodyType, example, answers, isPublic }: Operation,
  { base, model, needsKey }: ApiUse,
): string {
  const filled = path
    .replace('{model}', model)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const file = FILES[answers[0]];
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}'${new URL(filled, base).href}'`,
    ...(needsKey && !isPublic ? ['-H "authorization: Bearer $OSTINATO_API_KEY"'] : []),
    ...(bodyType === undefined ? [] : bodyOf(bodyType, example)),
    ...(file === undefined ? [] : [`-o ${file}`]),
  ].join(' \\\n  ');
}

function bodyOf(type: string, example: unknown): string[] {
  if (type.endsWith('json')) {
    if (example === undefined) return [];
    const json = JSON.stringify(example).replaceAll("'", "'\\''");
    return [`-H 'content-type: ${type}' -d '${json}'`];
  }
  return [`-H 'content-type: ${type}' --data-binary @theme.mid`];
}
