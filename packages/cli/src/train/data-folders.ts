// The corpora of a run: one, or several mixed by weight.
import { type Corpus, type CorpusPart, mixCorpora, openCorpus } from '@ostinato/training';

export interface DataFolder {
  readonly folder: string;
  readonly weight: number;
}

export const DATA_IN_WORDS =
  'a folder, or DIR=WEIGHT with a number above 0; of a folder with = in its name, DIR=1';

/** Reads `DIR` or `DIR=WEIGHT`; undefined if it is neither. */
export function parseDataFolder(text: string): DataFolder | undefined {
  const at = text.lastIndexOf('=');
  const folder = at < 0 ? text : text.slice(0, at);
  const weight = at < 0 ? 1 : numberOf(text.slice(at + 1));
  if (folder.trim() === '' || folder.includes('\0') || !(weight > 0 && weight < Infinity)) {
    return undefined;
  }
  return { folder, weight };
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** Opens what a run trains on; the caller closes it. One corpus needs no weight and stays what it is.
 *  @throws {CorpusError} if one of them is none, or they have different tokenizers */
export async function openData(folders: readonly DataFolder[]): Promise<Corpus> {
  const parts: CorpusPart[] = [];
  try {
    for (const { folder, weight } of folders) {
      parts.push({ corpus: await openCorpus(folder), weight });
    }
    const [first] = parts;
    return parts.length === 1 ? first.corpus : mixCorpora(parts);
  } catch (error) {
    for (const { corpus } of parts) await corpus.close();
    throw error;
  }
}
