// SHA-256 in a browser.
import { hashInSlices } from '@ostinato/core';

/** WebCrypto's, off this thread, where the page is secure; elsewhere JavaScript's, in slices.
 *  @returns 64 lower-case hexadecimal digits */
export async function hashContent(content: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return hashInSlices(content);
  const hash = await subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
