// Text files of a result, however long, without holding them in memory.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const CHUNK_CHARACTERS = 1 << 20;

/** Writes a file of one line of JSON for each value, and waits until the disk has it.
 *  @returns the SHA-256 of the file */
export async function writeJsonLines(path: string, values: Iterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  const write = async (text: string): Promise<void> => {
    hash.update(text);
    await file.writeFile(text);
  };
  try {
    let text = '';
    for (const value of values) {
      text += `${JSON.stringify(value)}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      await write(text);
      text = '';
    }
    await write(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
