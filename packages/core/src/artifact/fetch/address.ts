// Addresses of models on the web: which are allowed, where the files are, and what of them may be shown.
import { MANIFEST_FILE } from '../manifest-file.js';
import { ModelSourceError } from './model-source-error.js';

export interface AddressOptions {
  /** Take `http:` from any host. Default false: from this machine only (`localhost`, 127.x.x.x, [::1]), since whoever is
   *  on the way could put another model in the place of the asked one. */
  readonly allowHttp?: boolean;
}

/** Reads the address of a model's folder (or of its manifest). A query is kept, and asked with for every file.
 *  @returns with a `/` at the end of its path, without a fragment
 *  @throws {ModelSourceError} `bad-address` */
export function parseModelAddress(text: string, options: AddressOptions = {}): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw badAddress(
      text.split('?', 1)[0],
      'expected an address such as https://example.org/models/mine/',
      cause,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw badAddress(
      shownAddress(url.href),
      'has a user name or a password, which are never sent; leave them out',
    );
  }
  checkProtocol(url.href, options);
  url.hash = '';
  url.pathname = url.pathname.replace(/manifest\.json$/, '');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

/** @param base of `parseModelAddress`
 *  @param file a plain name, as manifests have them */
export function fileAddress(base: string, file: string): string {
  const url = new URL(base);
  url.pathname += file;
  return url.href;
}

/** The address of the manifest.
 *  @param base of `parseModelAddress` */
export function manifestAddress(base: string): string {
  return fileAddress(base, MANIFEST_FILE);
}

/** An address for a message or a log: neither credentials nor a query, which may hold a key. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

/** @throws {ModelSourceError} `bad-address` for anything but `https:`, and `http:` where that is allowed */
export function checkProtocol(address: string, { allowHttp = false }: AddressOptions): void {
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return;
  if (protocol !== 'http:') {
    throw badAddress(shownAddress(address), 'expected https:');
  }
  if (!allowHttp && !isThisMachine(hostname)) {
    throw badAddress(
      shownAddress(address),
      'http: is taken from this machine only; use https:, or download the folder and name it',
    );
  }
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

function badAddress(where: string, what: string, cause?: unknown): ModelSourceError {
  return new ModelSourceError('bad-address', `${where}: ${what}`, { cause });
}
