// API keys: kept as digests, compared in constant time, known by their names.
import type { ApiKey } from './access-options.js';

const NAME = /^[\w.-]{1,64}$/;
/** The syntax of a bearer token (RFC 6750), and no shorter than anybody could guess. */
const KEY = /^[A-Za-z0-9._~+/-]{16,512}=*$/;
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

export interface Keyring {
  /** @param authorization the header's value
   *  @returns the name of the key in it, or undefined if it has none of these */
  nameOf(authorization: string | undefined): Promise<string | undefined>;
}

/** @throws {TypeError} for names or keys that cannot be used; the message has no key in it */
export function createKeyring(keys: readonly ApiKey[]): Keyring {
  checkKeys(keys);
  let kept: Promise<readonly Uint8Array[]> | undefined;
  return {
    nameOf: async (authorization) => {
      const [, token] = BEARER.exec(authorization ?? '') ?? [];
      if (token === undefined) return undefined;
      kept ??= Promise.all(keys.map(({ key }) => digest(key)));
      const [given, digests] = await Promise.all([digest(token), kept]);
      // All of them, whichever fits: the time says nothing about the keys.
      const found = digests.map((each) => isEqual(each, given)).indexOf(true);
      return keys[found]?.name;
    },
  };
}

function checkKeys(keys: readonly ApiKey[]): void {
  const names = new Set<string>();
  for (const [i, { name, key }] of keys.entries()) {
    if (!NAME.test(name)) {
      const expected = 'a name of 1..64 letters, digits, . _ -';
      throw new TypeError(`access.keys[${i}]: expected ${expected}, found "${name}"`);
    }
    if (names.has(name)) throw new TypeError(`access.keys[${i}]: "${name}" is there twice`);
    names.add(name);
    if (!KEY.test(key)) {
      const expected = 'at least 16 letters, digits and . _ ~ + / -';
      throw new TypeError(`access.keys[${i}]: the key of "${name}" is not ${expected}`);
    }
  }
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = 0;
  for (const [i, byte] of left.entries()) difference |= byte ^ right[i];
  return difference === 0;
}
