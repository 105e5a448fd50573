// Reads files of lines of any length in little memory.
import { constants } from 'node:fs/promises';
import { openStoredFile } from '../checkpoint/read-stored-file.js';

/** A line that is longer is none of ours. */
const MAX_LINE_CHARACTERS = 2 ** 16;

/** Hands every line of a file of JSON lines to `visit`, in order. A last line without its line break is being written, or
 *  was cut, and is left out.
 *  @param where names the file in messages
 *  @returns how many lines were not JSON objects; undefined if there is no such file
 *  @throws {CheckpointError} `missing` if something else than a file is in its place
 *  @throws the signal's reason if it is aborted */
export async function readJsonLines(
  path: string,
  where: string,
  visit: (value: Readonly<Record<string, unknown>>) => void,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const file = await openStoredFile(path, constants.O_RDONLY, where).catch((error: Error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  let unreadable = 0;
  let rest = '';
  // What is longer than a line may be is dropped up to the next line break.
  let tooLong = false;
  try {
    const chunks = file.createReadStream({ encoding: 'utf8', autoClose: false });
    for await (const chunk of chunks as AsyncIterable<string>) {
      signal?.throwIfAborted();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const value = tooLong || line.length > MAX_LINE_CHARACTERS ? undefined : parseObject(line);
        tooLong = false;
        if (value) visit(value);
        else unreadable++;
      }
      if (rest.length > MAX_LINE_CHARACTERS) {
        tooLong = true;
        rest = '';
      }
    }
    return unreadable;
  } finally {
    await file.close();
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
