// Results as objects of an S3-compatible storage. A conditional write (`If-None-Match: *`) takes a name only while it is free.
// Endpoint, region and keys come from where the SDK looks for them: AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, or the machine's own role.
import type { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { OstinatoError } from '@ostinato/core';
import { RESULT_SUFFIX, type ResultStorage } from './result-storage.js';

export interface S3Place {
  readonly bucket: string;
  /** Before every name; ends in `/` or is empty. */
  readonly prefix: string;
}

const REQUEST_MS = 10_000;
const ATTEMPTS = 3;
/** How often a write is tried that came at the same time as another. */
const WRITES = 5;

/** How long the storage is waited for at the start. */
const FIRST_ANSWER_MS = 3_000;

/** Loads the SDK, and looks whether the bucket is there and the keys are taken.
 *  @throws {OstinatoError} `results-bucket`, `results-keys`; a storage that cannot be reached is none of both: it may come later */
export async function openS3Storage({ bucket, prefix }: S3Place): Promise<ResultStorage> {
  const {
    DeleteObjectCommand,
    GetObjectCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    paginateListObjectsV2,
    S3Client,
  } = await import('@aws-sdk/client-s3');
  const client: S3Client = new S3Client({
    maxAttempts: ATTEMPTS,
    requestHandler: { requestTimeout: REQUEST_MS, connectionTimeout: REQUEST_MS },
    // Storages at an endpoint of their own need not have a name for every bucket.
    forcePathStyle: process.env['AWS_ENDPOINT_URL_S3'] !== undefined,
  });
  await checkAccess(
    client,
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }),
  );
  const keyOf = (name: string): string => prefix + name;
  const storage: ResultStorage = {
    async put(name, bytes) {
      const object = { Bucket: bucket, Key: keyOf(name), Body: bytes, IfNoneMatch: '*' };
      for (let write = 1; ; write++) {
        try {
          await client.send(new PutObjectCommand({ ...object, ContentType: 'application/json' }));
          return true;
        } catch (error) {
          if (statusOf(error) === 412) return false;
          // 409: another write of this name is under way, and either may win.
          if (statusOf(error) !== 409 || write === WRITES) throw error;
        }
      }
    },
    async get(name) {
      try {
        const command = new GetObjectCommand({ Bucket: bucket, Key: keyOf(name) });
        const { Body } = await client.send(command);
        return await Body?.transformToByteArray();
      } catch (error) {
        if (statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket') return undefined;
        throw error;
      }
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) }));
    },
    async removeOlderThan(time) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        for (const { Key, LastModified } of Contents) {
          if (!Key?.endsWith(RESULT_SUFFIX)) continue;
          if ((LastModified?.getTime() ?? Infinity) >= time) continue;
          await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
        }
      }
    },
  };
  return storage;
}

/** What no waiting will mend is told at the start, and not by the first job that fails. */
async function checkAccess(client: S3Client, list: ListObjectsV2Command): Promise<void> {
  try {
    await client.send(list, { abortSignal: AbortSignal.timeout(FIRST_ANSWER_MS) });
  } catch (cause) {
    const name = nameOf(cause);
    if (name === 'NoSuchBucket') {
      const detail = `results: the storage has no bucket "${list.input.Bucket}"; make it, or name another`;
      throw new OstinatoError('results-bucket', detail, { cause });
    }
    if (REFUSALS.has(name)) {
      const detail = `results: the storage takes no such keys (${name}); look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION`;
      throw new OstinatoError('results-keys', detail, { cause });
    }
  }
}

/** Of keys, by the storage and by the SDK that finds none. `AccessDenied` is none of them: listing may be forbidden where
 *  reading and writing are not. */
const REFUSALS = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
]);

function nameOf(error: unknown): string {
  return (error as Error).name;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
