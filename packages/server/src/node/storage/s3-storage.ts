// Results as objects of an S3-compatible storage. A conditional write (`If-None-Match: *`) takes a name only while it is free.
// Endpoint, region and keys come from where the SDK looks for them: AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, or the machine's own role.
import type { S3Client } from '@aws-sdk/client-s3';
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

/** Loads the SDK, and asks nothing yet. */
export async function openS3Storage({ bucket, prefix }: S3Place): Promise<ResultStorage> {
  const {
    DeleteObjectCommand,
    GetObjectCommand,
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
        if (statusOf(error) === 404) return undefined;
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

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
