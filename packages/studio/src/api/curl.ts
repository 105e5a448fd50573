// An operation as a command that can be copied.
import type { Body, Operation } from './operations.js';

/** Where an API is used from. */
export interface ApiUse {
  /** Address of the OpenAPI document. */
  readonly base: string;
  /** A model that is there. */
  readonly model: string;
}

/** Files that come where the answer is not text. */
const FILES: Readonly<Record<string, string>> = {
  'audio/midi': 'piece.mid',
  'audio/wav': 'piece.wav',
  'image/svg+xml': 'piece.svg',
};

export function curlOf(
  { method, path, bodies, answers, needsKey }: Operation,
  { base, model }: ApiUse,
): string {
  const filled = path
    .replace('{model}', model)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  const type = answers.find(({ status }) => status === '200')?.types[0] ?? '';
  const file = FILES[type];
  const flags = [
    ...(type === 'text/event-stream' ? ['-N'] : []), // events as they come
    ...(method === 'GET' ? [] : [`-X ${method}`]),
  ];
  return [
    ['curl', ...flags, `'${new URL(filled, base).href}'`].join(' '),
    ...(needsKey ? ['-H "authorization: Bearer $OSTINATO_API_KEY"'] : []),
    ...bodies.slice(0, 1).flatMap(optionsOf),
    ...(file === undefined ? [] : [`-o ${file}`]),
  ].join(' \\\n  ');
}

function optionsOf({ type, example }: Body): string[] {
  if (type.endsWith('json')) {
    if (example === undefined) return [];
    const json = JSON.stringify(example).replaceAll("'", "'\\''");
    return [`-H 'content-type: ${type}' -d '${json}'`];
  }
  return [`-H 'content-type: ${type}' --data-binary @theme.mid`];
}
