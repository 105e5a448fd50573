// musicnet_metadata.csv: what MusicNet says about each recording.
import { parseCsvTable } from './csv.js';
import { integerField, numberField } from './fields.js';
import { MusicNetError } from './musicnet-error.js';

/** One recording of MusicNet. Its score is `musicnet_midis/<composer>/<id>_<name>.mid`. */
export interface MusicNetRecording {
  id: number;
  composer: string;
  composition: string;
  movement: string;
  /** The players, such as "Piano Quintet". */
  ensemble: string;
  /** Where the recording comes from. */
  source: string;
  /** Who sequenced the score; to be named where it is used. */
  transcriber: string;
  catalogName: string;
  /** Length of the recording. */
  seconds: number;
}

const COLUMNS = [
  'id',
  'composer',
  'composition',
  'movement',
  'ensemble',
  'source',
  'transcriber',
  'catalog_name',
  'seconds',
] as const;

/** Reads `musicnet_metadata.csv`.
 *  @returns recordings by id, in the order of the file
 *  @throws {MusicNetError} with the line, if a column, a number or a quote is wrong or an id is there twice */
export function parseMusicNetMetadata(csv: string): Map<number, MusicNetRecording> {
  const recordings = new Map<number, MusicNetRecording>();
  for (const row of parseCsvTable(csv, COLUMNS)) {
    const id = integerField(row, 'id', 0, 999_999);
    if (recordings.has(id)) {
      throw new MusicNetError('duplicate-id', `id ${id} was there before`, row.line);
    }
    const { composer, composition, movement, ensemble, source, transcriber } = row.fields;
    recordings.set(id, {
      id,
      composer,
      composition,
      movement,
      ensemble,
      source,
      transcriber,
      catalogName: row.fields.catalog_name,
      seconds: numberField(row, 'seconds', 1e6),
    });
  }
  return recordings;
}
