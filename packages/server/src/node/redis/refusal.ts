// Why a Redis that is there is of no use: what no waiting will mend, told so that it can be mended.
import { OstinatoError } from '@ostinato/core';

/** Codes of OpenSSL for a certificate that nobody vouches for. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const OUT_OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

export function noTls(reason: string, cause?: Error): OstinatoError {
  const detail = `queue: no TLS connection is to be had (${reason}): is rediss:// meant to be redis://?`;
  return new OstinatoError('queue-tls', detail, { cause });
}

/** @param isSecure whether it was asked for TLS
 *  @returns undefined where waiting may help */
export function refusalOf(error: Error, isSecure: boolean): OstinatoError | undefined {
  const { message } = error;
  const code = String((error as { code?: unknown }).code);
  const tls = (detail: string): OstinatoError =>
    new OstinatoError('queue-tls', `queue: ${detail}`, { cause: error });
  if (UNTRUSTED.has(code)) {
    return tls(
      `the certificate of Redis is not trusted (${code}); name its authority: --queue-ca FILE, or NODE_EXTRA_CA_CERTS`,
    );
  }
  if (OUT_OF_TIME.has(code)) return tls(`the certificate of Redis is out of its time (${code})`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return tls('the certificate of Redis is for another name than that of the address');
  }
  if (error instanceof OstinatoError) return error;
  if (isSecure && /^(ERR_SSL_|EPROTO$)/.test(code)) return noTls(code, error);
  if (/^(WRONGPASS|NOAUTH|NOPERM)\b/.test(message)) {
    const reason = /^\w+/.exec(message)?.[0];
    return new OstinatoError(
      'queue-refused',
      `queue: Redis refuses the user or the password of the address (${reason})`,
      { cause: error },
    );
  }
  return undefined;
}
