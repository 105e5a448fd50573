// API keys from a file or a variable of the environment. No message has a key in it.
import { readTextFile, InputError } from '../input-file.js';
import type { ApiKey } from '@ostinato/server';

export const KEYS_VARIABLE = 'OSTINATO_API_KEYS';

/** The keys of a server: those of the file and those of the environment.
 *  @throws {InputError} naming the file or the variable, and the line */
export async function readKeys(
  file: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ApiKey[]> {
  const fromFile = file === undefined ? [] : parseKeys(await readTextFile(file), file, /\r?\n/);
  if (file !== undefined && fromFile.length === 0) {
    throw new InputError('no-keys', `${file}: expected at least one line NAME:KEY, found none`);
  }
  const keys = [
    ...fromFile,
    ...parseKeys(environment[KEYS_VARIABLE] ?? '', KEYS_VARIABLE, /[\s,]+/),
  ];
  const names = new Set<string>();
  for (const { name } of keys) {
    if (names.has(name)) {
      throw new InputError(
        'invalid-keys',
        `API keys: "${name}" is there twice; give each its name`,
      );
    }
    names.add(name);
  }
  return keys;
}

/** `NAME:KEY` in each entry; in a file, lines that begin with # are remarks. */
function parseKeys(text: string, where: string, separator: RegExp): ApiKey[] {
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .flatMap((entry, i) =>
      entry === '' || entry.startsWith('#') ? [] : [parseKey(entry, where, i)],
    );
}

function parseKey(entry: string, where: string, index: number): ApiKey {
  const [, name, key] = /^([\w.-]{1,64}):([A-Za-z0-9._~+/-]{16,512}=*)$/.exec(entry) ?? [];
  if (name !== undefined && key !== undefined) return { name, key };
  throw new InputError(
    'invalid-keys',
    `${where}, entry ${index + 1}: expected NAME:KEY, the key of at least 16 letters, digits and . _ ~ + / - ` +
      '(`openssl rand -base64 24` makes one)',
  );
}
