// The pieces of the gallery: seeds and labels, and the MIDI files that scripts/gallery.mjs makes of them.
import type { Labels } from '@ostinato/core';

export interface GalleryPiece {
  readonly title: string;
  /** Of its MIDI file in `public/gallery/`, without the ending. */
  readonly file: string;
  readonly seed: string;
  readonly labels: Labels;
}

/** The length that all of them were asked to have. */
export const GALLERY_SECONDS = 40;

export const GALLERY: readonly GalleryPiece[] = [
  {
    title: 'A quartet in the morning',
    file: 'quartet-morning',
    seed: '6',
    labels: { composer: 'Mozart', ensemble: 'String Quartet' },
  },
  {
    title: 'One violin',
    file: 'one-violin',
    seed: '22',
    labels: { composer: 'Bach', ensemble: 'Solo Violin' },
  },
  {
    title: 'Five winds',
    file: 'five-winds',
    seed: '3',
    labels: { composer: 'Cambini', ensemble: 'Wind Quintet' },
  },
  {
    title: 'Piano and strings',
    file: 'piano-and-strings',
    seed: '1',
    labels: { composer: 'Brahms' },
  },
  {
    title: 'At the piano',
    file: 'at-the-piano',
    seed: '10',
    labels: { composer: 'Schubert', ensemble: 'Solo Piano' },
  },
  {
    title: 'A slow quartet',
    file: 'slow-quartet',
    seed: '4',
    labels: { composer: 'Beethoven', ensemble: 'String Quartet' },
  },
];

/** The fragment of a link that composes the piece, as the composer reads and writes it. */
export function linkOf({ seed, labels }: GalleryPiece): string {
  const query = new URLSearchParams({
    seed,
    length: String(GALLERY_SECONDS),
    labels: Object.entries(labels)
      .map(([kind, value]) => `${kind}=${value}`)
      .join('; '),
  });
  return `#ostinato?${query}`;
}
