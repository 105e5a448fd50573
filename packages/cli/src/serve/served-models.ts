// The models of a server: their names there, and where they come from.
import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';

export interface ModelChoice {
  /** In addresses: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** A folder, an address on the web, or a name; as of `loadModel`. */
  readonly source: string;
}

export const DEFAULT_MODEL: ModelChoice[] = [{ name: 'musicnet', source: 'musicnet' }];

/** Collects `[name=]source` of an option that may be given several times. */
export function modelChoice(text: string, before: readonly ModelChoice[] = []): ModelChoice[] {
  const [, given, source] = /^(?:([\w.-]{1,64})=)?(.+)$/s.exec(text.trim()) ?? [];
  if (source === undefined || source.includes('\0')) {
    throw new InvalidArgumentError('Expected a model, or NAME=MODEL.');
  }
  const name = given ?? nameOf(source);
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new InvalidArgumentError(`"${source}" gives no name for an address; use NAME=${source}.`);
  }
  if (before.some((other) => other.name === name)) {
    throw new InvalidArgumentError(`Two models would be called "${name}"; use NAME=MODEL.`);
  }
  return [...before, { name, source }];
}

/** The last part of a path or of an address. */
function nameOf(source: string): string {
  const path = URL.canParse(source) ? new URL(source).pathname : source;
  return basename(path.replace(/[/\\](?:manifest\.json)?$/, ''));
}
