// From the survey to a decision for every piece: in or out, its split, its labels. No file is touched here.
import { MUSICNET_TEST_IDS, type MusicNetRecording } from '@ostinato/core';
import { KeyGroups } from './groups.js';
import type { LedgerEntry } from './ledger.js';
import { musicNetGroupKey, musicNetPlace, type MusicNetPlace } from './musicnet-layout.js';
import { splitGroups, type Split } from './split.js';
import type { Survey, SurveyedPiece } from './survey-format.js';

export interface PlanOptions {
  readonly seed: number | string;
  /** Share of the groups in the validation split, in [0, 1). */
  readonly validationShare: number;
  /** Share of the groups in the test split, in [0, 1); MusicNet's own pieces keep its official test set. */
  readonly testShare: number;
  /** The folder below the root names the composer of pieces that nothing else tells of. */
  readonly labelByFolder: boolean;
}

/** A piece that goes into the corpus. */
export interface PlannedPiece extends SurveyedPiece {
  readonly split: Split;
  /** Pieces of one group are never in two splits. */
  readonly group: string;
  /** By kind, e.g. `{ composer: 'Bach', ensemble: 'Solo Cello' }`; a kind that is not known is left out. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface CorpusPlan {
  /** In the order of the walk. */
  readonly pieces: readonly PlannedPiece[];
  /** The readable pieces that stay out, and why. */
  readonly leftOut: readonly LedgerEntry[];
}

interface Candidate {
  readonly piece: SurveyedPiece;
  readonly place: MusicNetPlace | undefined;
  readonly metadata: MusicNetRecording | undefined;
  readonly isOfficialTest: boolean;
}

const LONGEST_LABEL = 200;

/** Decides. The rules, in this order:
 *  1. Label files are used only where no score of the same piece is.
 *  2. Of files with the same music one is kept: MusicNet's official test piece, else a score, else the first met.
 *  3. Recordings of one movement, and pieces with the same onsets and pitches, are one group.
 *  4. MusicNet's official test pieces are the test split; others of their groups stay out of the corpus.
 *  5. The other groups are split by a seeded hash, those of MusicNet into train and validation only. */
export function planCorpus(survey: Survey, options: PlanOptions): CorpusPlan {
  const leftOut: LedgerEntry[] = [];
  const candidates = survey.pieces.map((piece) => toCandidate(piece, survey.metadata));
  const unique = dropDuplicates(preferScores(candidates, leftOut), leftOut);

  const groups = groupPieces(unique);
  const groupOf = ({ piece }: Candidate): string => groups.representative(outlineKey(piece));
  const tests = new Map(
    unique.filter((one) => one.isOfficialTest).map((one) => [groupOf(one), one.piece.path]),
  );
  const usable = unique.filter((one) => {
    const test = tests.get(groupOf(one));
    if (test === undefined || one.isOfficialTest) return true;
    const message = 'the same composition as a piece of the official test set';
    const { path } = one.piece;
    leftOut.push({ path, status: 'dropped', code: 'same-as-test', message, of: test });
    return false;
  });

  const splits = chooseSplits(usable, groupOf, options);
  const folderLabel = options.labelByFolder ? createFolderLabel(survey.pieces) : () => undefined;
  const pieces = usable.map((one): PlannedPiece => {
    const group = groupOf(one);
    return { ...one.piece, group, split: splits.get(group)!, labels: labelsOf(one, folderLabel) };
  });
  return { pieces, leftOut };
}

function toCandidate(
  piece: SurveyedPiece,
  table: ReadonlyMap<number, MusicNetRecording>,
): Candidate {
  const place = musicNetPlace(piece.path);
  const metadata = place && table.get(place.id);
  const isOfficialTest = place !== undefined && MUSICNET_TEST_IDS.has(place.id);
  return { piece, place, metadata, isOfficialTest };
}

function preferScores(candidates: readonly Candidate[], leftOut: LedgerEntry[]): Candidate[] {
  const scores = new Map<number, string>();
  for (const { piece, place } of candidates) {
    if (place && piece.kind === 'midi') scores.set(place.id, piece.path);
  }
  return candidates.filter(({ piece: { kind, path }, place }) => {
    const score = kind === 'labels' && place ? scores.get(place.id) : undefined;
    if (score === undefined) return true;
    const message = 'not used: the score of the same piece is';
    leftOut.push({ path, status: 'unused', code: 'score-preferred', message, of: score });
    return false;
  });
}

function dropDuplicates(candidates: readonly Candidate[], leftOut: LedgerEntry[]): Candidate[] {
  const chosen = new Map<string, Candidate>();
  const rank = (one: Candidate): number =>
    (one.isOfficialTest ? 2 : 0) + (one.piece.kind === 'midi' ? 1 : 0);
  for (const one of candidates) {
    const key = one.piece.fingerprint.content;
    const other = chosen.get(key);
    if (!other || rank(one) > rank(other)) chosen.set(key, one);
  }
  return candidates.filter((one) => {
    const kept = chosen.get(one.piece.fingerprint.content)!;
    if (kept === one) return true;
    const sameBytes = kept.piece.bytesHash === one.piece.bytesHash;
    leftOut.push({
      path: one.piece.path,
      status: 'duplicate',
      code: sameBytes ? 'same-bytes' : 'same-notes',
      message: sameBytes ? 'the same bytes' : 'the same notes',
      of: kept.piece.path,
    });
    return false;
  });
}

function groupPieces(candidates: readonly Candidate[]): KeyGroups {
  const groups = new KeyGroups();
  for (const { piece, place, metadata } of candidates) {
    const keys = [outlineKey(piece)];
    if (place) keys.push(musicNetGroupKey(place.id, metadata));
    groups.join(keys);
  }
  return groups;
}

function outlineKey(piece: SurveyedPiece): string {
  return `outline ${piece.fingerprint.outline}`;
}

function chooseSplits(
  candidates: readonly Candidate[],
  groupOf: (candidate: Candidate) => string,
  { seed, validationShare: validation, testShare }: PlanOptions,
): Map<string, Split> {
  const testGroups = new Set<string>();
  const musicNetGroups = new Set<string>();
  for (const one of candidates) {
    if (one.isOfficialTest) testGroups.add(groupOf(one));
    else if (one.place) musicNetGroups.add(groupOf(one));
  }
  const otherGroups = new Set(
    candidates.map(groupOf).filter((group) => !testGroups.has(group) && !musicNetGroups.has(group)),
  );
  return new Map<string, Split>([
    ...[...testGroups].map((group): [string, Split] => [group, 'test']),
    ...splitGroups([...musicNetGroups], seed, { validation, test: 0 }),
    ...splitGroups([...otherGroups], seed, { validation, test: testShare }),
  ]);
}

function labelsOf(
  { piece, place, metadata }: Candidate,
  folderLabel: (path: string) => string | undefined,
): Record<string, string> {
  const composer = metadata?.composer ?? place?.composer ?? folderLabel(piece.path);
  const known = { composer: cleanLabel(composer), ensemble: cleanLabel(metadata?.ensemble) };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== ''));
}

/** One spelling for labels that differ in white space or in the composition of accents alone; at most 200 characters,
 *  the longest that a tokenizer takes. */
function cleanLabel(text = ''): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').slice(0, LONGEST_LABEL).trim();
}

/** Names a piece by its first folder below the one that all pieces share. */
function createFolderLabel(pieces: readonly SurveyedPiece[]): (path: string) => string | undefined {
  const folders = pieces.map(({ path }) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  let shared = 0;
  while (shared < first.length && folders.every((parts) => parts[shared] === first[shared]))
    shared++;
  return (path) => path.split('/').slice(0, -1)[shared];
}
