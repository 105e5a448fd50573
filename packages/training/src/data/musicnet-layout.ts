// MusicNet's official layouts: what a path says of a piece. Scores lie in composer folders (`Bach/2186_vs6_1.mid`),
// labels in `train_labels/<id>.csv` and `test_labels/<id>.csv`, whatever lies above them.
import type { MusicNetRecording } from '@ostinato/core';

const COMPOSERS = 'Bach|Beethoven|Brahms|Cambini|Dvorak|Faure|Haydn|Mozart|Ravel|Schubert';
const SCORE_PATH = new RegExp(`(?:^|/)(${COMPOSERS})/([12]\\d{3})_[^/]*\\.mid$`);
const LABELS_PATH = /(?:^|\/)(?:train|test)_labels\/(\d{4})\.csv$/;

export interface MusicNetPlace {
  /** MusicNet's number of the recording. */
  readonly id: number;
  /** The composer's folder; label files have none. */
  readonly composer?: string;
}

/** What the path says, or undefined if it does not belong to MusicNet. */
export function musicNetPlace(path: string): MusicNetPlace | undefined {
  const score = SCORE_PATH.exec(path);
  if (score) return { id: Number(score[2]), composer: score[1] };
  const labels = LABELS_PATH.exec(path);
  return labels ? { id: Number(labels[1]) } : undefined;
}

/** The same for every recording of one movement. Spelling is compared without case, accents and punctuation. */
export function musicNetGroupKey(id: number, piece: MusicNetRecording | undefined): string {
  if (!piece) return `musicnet ${id}`;
  const work = piece.catalogName || piece.composition;
  return `musicnet ${[piece.composer, work, piece.movement].map(plainWords).join(', ')}`;
}

function plainWords(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
