// The reader of Standard MIDI Files from untrusted bytes: never more work than the file's length, no number in the
// result that the format cannot hold, and every fault named by its byte.
// Source: "Standard MIDI Files 1.0" (RP-001) and "RMID" (RP-029), MIDI Manufacturers Association.
import type { Score } from '../score/score.js';
import { assembleScore, assembleSequences } from './assemble-score.js';
import { TrackChunks, readHeader } from './chunks.js';
import type { MidiHeader } from './chunks.js';
import { locateMidi } from './container.js';
import type { MidiContainer } from './container.js';
import { MidiFormatError } from './midi-format-error.js';
import { MidiBudget } from './midi-limits.js';
import type { MidiLimits } from './midi-limits.js';
import { MidiWarnings } from './midi-warnings.js';
import type { MidiWarning } from './midi-warnings.js';
import { readTrack } from './read-track.js';
import type { TrackContent } from './read-track.js';

export interface MidiReadResult {
  score: Score;
  /** What was repaired or left out; empty for a file in order. At most one entry a code. */
  warnings: MidiWarning[];
  /** 0: one track; 1: tracks that sound together; 2: sequences one after another. */
  format: 0 | 1 | 2;
  container: MidiContainer;
  /** Track chunks that were read; tracks of the score are one for each channel and program in them. */
  trackChunks: number;
  /** `smpte`: the file counts time in film frames; a quarter of the score is a second, not a beat. */
  timing: 'metrical' | 'smpte';
}

/** Reads a Standard MIDI File (format 0, 1 or 2), bare, as RIFF RMID or behind a MacBinary header.
 *
 *  Safe for bytes from anywhere: time and memory are linear in their number and bounded by `limits`. What can be
 *  repaired without guessing at music is, and is told as a warning; anything else is an error.
 *  Names come out as the file has them: escape them where they are shown.
 *
 *  @param limits replaces single values of `DEFAULT_MIDI_LIMITS`
 *  @throws {MidiFormatError} if the file is damaged, not a MIDI file or beyond a limit
 *  @example
 *  const { score, warnings } = readMidi(await readFile('piece.mid')); */
export function readMidi(bytes: Uint8Array, limits: Partial<MidiLimits> = {}): MidiReadResult {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('readMidi: expected a Uint8Array');
  const budget = new MidiBudget(limits);
  const warnings = new MidiWarnings();
  budget.check('bytes', bytes.length, 0);
  const range = locateMidi(bytes);
  const header = readHeader(bytes, range);
  const tracks = readTracks(bytes, header, range.end, budget, warnings);
  return {
    score: assemble(tracks, header, budget, warnings),
    warnings: warnings.toArray(),
    format: header.format,
    container: range.container,
    trackChunks: tracks.length,
    timing: header.division.kind,
  };
}

function readTracks(
  bytes: Uint8Array,
  header: MidiHeader,
  end: number,
  budget: MidiBudget,
  warnings: MidiWarnings,
): TrackContent[] {
  const chunks = new TrackChunks(bytes, header.end, end, warnings);
  const wanted = header.declaredTracks === 0 ? Infinity : header.declaredTracks;
  const tracks: TrackContent[] = [];
  while (tracks.length < wanted) {
    const chunk = chunks.next();
    if (chunk === undefined) break;
    budget.spend('tracks', 1, chunk.offset);
    const track = readTrack(bytes, chunk, budget, warnings);
    if (track.endOffset !== undefined) chunks.endAt(chunk, track.endOffset);
    tracks.push(track);
  }
  checkTrackCount(tracks.length, header, chunks, end, warnings);
  return tracks;
}

function checkTrackCount(
  found: number,
  { declaredTracks, format }: MidiHeader,
  chunks: TrackChunks,
  end: number,
  warnings: MidiWarnings,
): void {
  const at = chunks.offset;
  if (found === 0)
    throw new MidiFormatError('no-tracks', at, 'expected a track chunk (MTrk), found none');
  if (found < declaredTracks) {
    const counts = `${declaredTracks} tracks are declared, ${found} are there`;
    if (at < end)
      throw new MidiFormatError('truncated', at, `${counts}; the next one is cut off or damaged`);
    warnings.add('missing-tracks', counts, at);
  } else if (declaredTracks === 0) {
    warnings.add('undeclared-tracks', `no track is declared; ${found} were read`, at);
  } else if (chunks.next() !== undefined) {
    warnings.add('extra-tracks', `tracks after the ${declaredTracks} declared were ignored`, at);
  }
  if (format === 0 && found > 1) {
    warnings.add('format-0-tracks', `a format 0 file has ${found} tracks; read as format 1`, at);
  }
}

function assemble(
  tracks: TrackContent[],
  { format, division, end }: MidiHeader,
  budget: MidiBudget,
  warnings: MidiWarnings,
): Score {
  if (division.kind === 'smpte' && tracks.some(({ tempos }) => tempos.length > 0)) {
    warnings.add(
      'smpte-tempo',
      'tempo changes have no meaning in SMPTE time and were ignored',
      end,
    );
  }
  if (format !== 2) return assembleScore(tracks, division);
  const lastTick = tracks.reduce((sum, { endTick }) => sum + endTick, 0);
  budget.check('ticks', lastTick, end);
  if (tracks.length > 1) {
    const message = `${tracks.length} independent sequences were laid one after another`;
    warnings.add('format-2-sequences', message, end);
  }
  return assembleSequences(tracks, division);
}
