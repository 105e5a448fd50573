// Certificates of one's own for a test, made with OpenSSL: an authority that nobody else trusts, and a server on `localhost`.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
  /** PEM. */
  readonly authority: string;
}

/** Says a word if not. */
export function isOpensslInstalled(): boolean {
  const isInstalled = spawnSync('openssl', ['version']).status === 0;
  if (!isInstalled) console.log('openssl is not installed: tests of TLS are skipped');
  return isInstalled;
}

/** @param folder is there, and stays the caller's */
export function makeCertificates(folder: string): Certificates {
  const [authorityFile, authorityKey, certificateFile, keyFile] = [
    'authority.pem',
    'authority.key',
    'server.pem',
    'server.key',
  ].map((name) => join(folder, name));
  make('/CN=an authority of the tests', authorityFile, authorityKey);
  const name = ['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'];
  make('/CN=localhost', certificateFile, keyFile, [
    '-CA',
    authorityFile,
    '-CAkey',
    authorityKey,
    ...name,
  ]);
  return {
    certificateFile,
    keyFile,
    authorityFile,
    authority: readFileSync(authorityFile, 'utf8'),
  };
}

function make(subject: string, out: string, key: string, more: readonly string[] = []): void {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const args = ['req', '-x509', '-days', '2', ...newKey, '-keyout', key, '-out', out];
  execFileSync('openssl', [...args, '-subj', subject, ...more], { stdio: 'ignore' });
}
