// JSON files that a run stores: with the version of their schema, and a checksum that finds a changed digit.
import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { CheckpointError } from './checkpoint-error.js';

/** Longer files are refused unread: 4,096 streams take less than a hundredth. */
export const MAX_JSON_BYTES = 2 ** 24;

/** The bytes of a file that `parseStored` reads.
 *  @param value plain JSON, `schemaVersion` included; gets a last field `checksum` */
export function formatStored(value: object): Uint8Array {
  const text = JSON.stringify({ ...value, checksum: checksumOf(value) }, null, 2);
  return new TextEncoder().encode(`${text}\n`);
}

/** Parses the content of a file that `formatStored` made. One without a checksum, as first releases wrote them, is
 *  read too.
 *  @param where names the file in messages
 *  @throws {CheckpointError} `schema-version` if it is of another version; `damaged` if it is not JSON, was changed, or
 *    does not fit the schema: then naming the first field that is wrong */
export function parseStored<T>(
  schema: z.ZodType<T>,
  version: number,
  text: string,
  where: string,
): T {
  const value = parseJson(text, where);
  const found = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (found !== version) {
    throw new CheckpointError(
      'schema-version',
      `${where}: schema version ${JSON.stringify(found)}, this release reads ${version}`,
    );
  }
  const { checksum, ...content } = value as { checksum?: unknown };
  const result = schema.safeParse(content);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new CheckpointError(
      'damaged',
      `${where}: ${issue?.path.join('.') || 'content'}: ${issue?.message ?? 'not valid'}`,
    );
  }
  if (checksum !== undefined && checksum !== checksumOf(content)) {
    throw new CheckpointError(
      'damaged',
      `${where}: its checksum is not that of its content; was it changed?`,
    );
  }
  return result.data;
}

function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError('damaged', `${where}: not JSON; was it cut?`, { cause });
  }
  const fault = faultOf(value, MAX_DEPTH);
  if (fault !== undefined) throw new CheckpointError('damaged', `${where}: ${fault}`);
  return value;
}

/** What we write has five; what goes deep enough would exhaust the stack of the schema. */
const MAX_DEPTH = 32;

/** What no file of ours holds, and schemas do not see. */
function faultOf(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return `more than ${MAX_DEPTH} levels of brackets`;
  if (Object.hasOwn(value, '__proto__')) return 'a field called __proto__';
  for (const inner of Object.values(value)) {
    const fault = faultOf(inner, levels - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function checksumOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
