// SHA-256 of the files of an artifact: by what the platform has, or in JavaScript without holding up its thread.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 of bytes, as 64 lower-case hexadecimal digits. */
export type HashFunction = (content: Uint8Array) => string;

/** One that may take its time, such as WebCrypto's. */
export type AsyncHashFunction = (content: Uint8Array) => string | Promise<string>;

/** About 2 ms of work, and 8 ms before the code is compiled. */
const SLICE_BYTES = 2 ** 16;

export const hashInJavaScript: HashFunction = (content) => bytesToHex(sha256(content));

/** Hashes in JavaScript, slice by slice: between two of them everything else that waits for the thread has its turn. */
export async function hashInSlices(content: Uint8Array): Promise<string> {
  const hash = sha256.create();
  for (let from = 0; from < content.length; from += SLICE_BYTES) {
    if (from > 0) await nextTask();
    hash.update(content.subarray(from, from + SLICE_BYTES));
  }
  return bytesToHex(hash.digest());
}

/** Remembers what was found for which content, so that it need not be hashed again. By identity: contents that were hashed
 *  and change are to be hashed anew. */
export class HashMemory {
  readonly #hash: AsyncHashFunction;
  readonly #known = new WeakMap<Uint8Array, string>();

  constructor(hash: AsyncHashFunction) {
    this.#hash = hash;
  }

  /** Hashes, whether it was done before or not. */
  readonly hash: AsyncHashFunction = async (content) => {
    const digits = await this.#hash(content);
    this.#known.set(content, digits);
    return digits;
  };

  /** The hash of what was hashed; of anything else it is made in JavaScript. */
  readonly recall: HashFunction = (content) =>
    this.#known.get(content) ?? hashInJavaScript(content);
}

/** As a timer of no time would give, but browsers make that wait for 4 ms, and for a second in a tab that is not seen. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
