// The hash by which files, shards and corpora are known.
import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal digits. */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
