// The rows of MusicNet's label files, and how they become tracks.
//
// The columns mislead: `end_beat` is a duration, a beat is the denominator of the time signature in force, and
// `instrument` is the General MIDI program + 1. There are no velocities.
import { sortNotes } from '../score/measures.js';
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { Note, Track } from '../score/score.js';
import { parseCsvTable } from './csv.js';
import type { CsvRow } from './csv.js';
import { integerField, numberField } from './fields.js';

/** Samples a second of every recording; the unit of the label's times. */
export const MUSICNET_SAMPLE_RATE = 44_100;

/** Labels have no velocities; this is mezzo-forte. */
export const LABEL_VELOCITY = 80;

/** Far more beats than any movement has: a guard against damaged numbers. */
const MAX_BEATS = 100_000;

const COLUMNS = ['start_time', 'end_time', 'instrument', 'note', 'start_beat', 'end_beat'] as const;

/** A row as its columns mean it. */
export interface LabelRow {
  line: number;
  program: number;
  pitch: number;
  /** Sample indices of the recording. */
  startSample: number;
  endSample: number;
  startBeat: number;
  beats: number;
}

/** Reads every row of a label file.
 *  @throws {MusicNetError} with the line, if a column, a number or a quote is wrong */
export function readLabelRows(csv: string): LabelRow[] {
  return parseCsvTable(csv, COLUMNS).map(toRow);
}

function toRow(row: CsvRow<(typeof COLUMNS)[number]>): LabelRow {
  return {
    line: row.line,
    program: integerField(row, 'instrument', 1, 128) - 1,
    pitch: integerField(row, 'note', 0, 127),
    startSample: integerField(row, 'start_time', 0, Number.MAX_SAFE_INTEGER),
    endSample: integerField(row, 'end_time', 0, Number.MAX_SAFE_INTEGER),
    startBeat: numberField(row, 'start_beat', MAX_BEATS),
    beats: numberField(row, 'end_beat', MAX_BEATS),
  };
}

/** One track for each program, in ascending order; channels go round, past the percussion channel. A note shorter than a
 *  tick is given one. */
export function tracksByProgram(notes: readonly (Note & { program: number })[]): Track[] {
  const byProgram = new Map<number, Note[]>();
  for (const { program, pitch, startTicks, durationTicks, velocity } of notes) {
    const note = { pitch, startTicks, durationTicks: Math.max(1, durationTicks), velocity };
    const others = byProgram.get(program);
    if (others === undefined) byProgram.set(program, [note]);
    else others.push(note);
  }
  const channels = Array.from({ length: 16 }, (_, channel) => channel).filter(
    (channel) => channel !== PERCUSSION_CHANNEL,
  );
  return [...byProgram]
    .sort(([a], [b]) => a - b)
    .map(([program, played], index) => ({
      name: '',
      channel: channels[index % channels.length],
      program,
      notes: sortNotes(played),
    }));
}
