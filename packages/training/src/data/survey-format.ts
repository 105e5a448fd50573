// What the survey knows of every item of a source: plain data of a few hundred bytes, for journals, for shards and for
// the plan. Nothing of the music is in it but where it lies.
import type { MusicNetRecording } from '@ostinato/core';
import * as z from 'zod';
import type { LedgerEntry } from './ledger.js';
import type { PieceKind } from './read-piece.js';
import type { PieceFacts } from './workers/tasks.js';

const count = z.int().nonnegative();
const midiNumber = z.int().min(0).max(127);
const range = z.tuple([midiNumber, midiNumber]).nullable();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sha128 = z.string().regex(/^[0-9a-f]{32}$/);

const pieceFactsSchema = z.strictObject({
  bytesHash: sha256,
  fingerprint: z.strictObject({ content: sha128, outline: sha128 }).readonly(),
  notes: z.int().positive(),
  warnings: z
    .array(z.strictObject({ code: z.string(), message: z.string(), count }).readonly())
    .readonly(),
  needs: z.strictObject({
    notes: z.array(z.tuple([z.union([midiNumber, z.literal('percussion')]), count])),
    pitches: range,
    percussionKeys: range,
    metres: z.array(z.string()),
  }),
});

/** The place of a piece's music in a store: the file's bytes, deflated. */
const musicSchema = z.strictObject({ offset: count, bytes: count });

const leftSchema = z.strictObject({
  status: z.enum(['skipped', 'dropped']),
  code: z.string(),
  message: z.string(),
});

const recordingSchema = z.strictObject({
  id: count,
  composer: z.string(),
  composition: z.string(),
  movement: z.string(),
  ensemble: z.string(),
  source: z.string(),
  transcriber: z.string(),
  catalogName: z.string(),
  seconds: z.number(),
});

const kindSchema = z.enum(['midi', 'labels']);

/** A line of the journal: a file that a process has read. `stamp` tells whether it is still the same file. */
export const readEntrySchema = z.strictObject({
  path: z.string(),
  stamp: z.string(),
  found: z.union([
    z.strictObject({ facts: pieceFactsSchema, music: musicSchema }),
    z.strictObject({ code: z.string(), message: z.string() }),
  ]),
});

/** An item of the source. `ordinal` is its place in the walk, from 0. */
export const surveyItemSchema = z.union([
  z.strictObject({
    ordinal: count,
    path: z.string(),
    kind: kindSchema,
    facts: pieceFactsSchema,
    music: musicSchema,
  }),
  z.strictObject({
    ordinal: count,
    path: z.string(),
    left: leftSchema,
    /** MusicNet's table, where the file is one. */
    recordings: z.array(recordingSchema).optional(),
  }),
]);

export type MusicPlace = z.infer<typeof musicSchema>;
export type ReadEntry = z.infer<typeof readEntrySchema>;
export type SurveyItem = z.infer<typeof surveyItemSchema>;

/** What the survey knows of a readable piece. */
export interface SurveyedPiece extends PieceFacts {
  readonly path: string;
  readonly kind: PieceKind;
  /** Which store has its music, and where; one store for each shard. */
  readonly music: MusicPlace & { readonly store: number };
}

export interface Survey {
  /** Readable pieces in the order of the walk; paths are unique. */
  readonly pieces: readonly SurveyedPiece[];
  /** Everything else that was met. */
  readonly others: readonly LedgerEntry[];
  /** MusicNet's table, by the number of the recording; empty where the source has none. */
  readonly metadata: ReadonlyMap<number, MusicNetRecording>;
}

/** Puts the items of one or more surveys, each with its store, in the order of the walk. */
export function joinSurveys(surveys: readonly (readonly SurveyItem[])[]): Survey {
  const items = surveys
    .flatMap((survey, store) => survey.map((item) => ({ item, store })))
    .sort((a, b) => a.item.ordinal - b.item.ordinal);
  const pieces: SurveyedPiece[] = [];
  const others: LedgerEntry[] = [];
  let metadata: ReadonlyMap<number, MusicNetRecording> = new Map();
  for (const { item, store } of items) {
    const { path } = item;
    if ('facts' in item) {
      const { kind, facts, music } = item;
      pieces.push({ path, kind, ...facts, music: { ...music, store } });
    } else {
      others.push({ path, ...item.left });
      if (item.recordings) {
        metadata = new Map(item.recordings.map((recording) => [recording.id, recording]));
      }
    }
  }
  return { pieces, others, metadata };
}
