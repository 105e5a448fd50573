// From the words of a command line to a storage.
import { OstinatoError } from '@ostinato/core';
import { openFolderStorage } from './folder-storage.js';
import type { ResultStorage } from './result-storage.js';
import { openS3Storage } from './s3-storage.js';

const S3_ADDRESS = /^s3:\/\/(?<bucket>[a-z\d][a-z\d.-]{1,61}[a-z\d])(?:\/(?<prefix>[\w./-]*))?$/;

/** @param place a folder, or `s3://bucket/prefix`
 *  @throws {OstinatoError} `results-address`, `results-folder` */
export async function openStorage(place: string): Promise<ResultStorage> {
  if (!place.startsWith('s3:')) return openFolderStorage(place);
  const { bucket, prefix = '' } = S3_ADDRESS.exec(place)?.groups ?? {};
  if (bucket === undefined) {
    const expected = 'a folder, or s3://bucket/prefix';
    throw new OstinatoError('results-address', `results: expected ${expected}, found "${place}"`);
  }
  return openS3Storage({ bucket, prefix: prefix === '' ? '' : prefix.replace(/\/*$/, '/') });
}
