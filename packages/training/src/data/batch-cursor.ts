// Where a stream of batches stands: small enough for the state file of a checkpoint.
import * as z from 'zod';
import { CorpusError } from './corpus-error.js';

const count = z.int().nonnegative();

/** Schema of a cursor. */
export const batchCursorSchema = z.strictObject({
  /** Pieces that the streams have begun, over all epochs. */
  taken: count,
  /** What each of the B streams is in: [ordinal of the piece, tokens consumed], or null between pieces. The ordinal
   *  counts pieces in the order in which they were taken. */
  streams: z.array(z.tuple([count, count]).nullable()),
});

/** Where a stream of batches stands. Plain JSON. */
export type BatchCursor = z.infer<typeof batchCursorSchema>;

/** Checks a cursor that was kept somewhere.
 *  @throws {CorpusError} `cursor` if it is none, or belongs to another number of streams */
export function parseBatchCursor(value: unknown, batch: number): BatchCursor {
  const result = batchCursorSchema.safeParse(value);
  if (!result.success) throw wrongCursor(z.prettifyError(result.error));
  const cursor = result.data;
  if (cursor.streams.length !== batch) {
    throw wrongCursor(`it has ${cursor.streams.length} streams, the batch ${batch}`);
  }
  for (const stream of cursor.streams) {
    if (stream && stream[0] >= cursor.taken) {
      throw wrongCursor(`it is in piece ${stream[0]}, but ${cursor.taken} were taken`);
    }
  }
  return cursor;
}

export function wrongCursor(why: string): CorpusError {
  return new CorpusError('cursor', `data cursor: ${why}; go on with the options of the first run`);
}
