// MusicNet's label files in performed time: every note where the recording has it, to the sample.
import type { Note, Score } from '../score/score.js';
import {
  LABEL_VELOCITY,
  type LabelRow,
  MUSICNET_SAMPLE_RATE,
  readLabelRows,
  tracksByProgram,
} from './label-rows.js';
import { MusicNetError } from './musicnet-error.js';

/** At 120 quarters a minute a tick is then one sample of the recording, so nothing is rounded. */
const TICKS_PER_QUARTER = MUSICNET_SAMPLE_RATE / 2;
const MICROSECONDS_PER_QUARTER = 500_000;

/** Labels may pass the end of a recording by the echo of a hall. */
const TOLERANCE_SECONDS = 0.1;

export interface MusicNetPerformanceOptions {
  /** Name of the score. Default: ''. */
  name?: string;
  /** How long the recording lasts, where it is at hand: labels are held against it. Label times count samples at
   *  44,100 Hz whatever rate the file has now. Default: not checked. */
  recordingSeconds?: number;
}

export interface MusicNetPerformance {
  /** One track an instrument, at a constant 120 quarters a minute: seconds are right, bars and beats mean nothing. */
  score: Score;
  warnings: MusicNetPerformanceWarning[];
}

/** What was not taken over from the labels as it stands. */
export interface MusicNetPerformanceWarning {
  /** `zero-length-note`: a note without length was given one sample. `cut-at-end`: a note goes on after the recording and
   *  was cut there. `beyond-recording`: a note starts after the recording ends and was left out. */
  code: 'zero-length-note' | 'cut-at-end' | 'beyond-recording';
  message: string;
  /** Line of the first such row. */
  line: number;
  count: number;
}

/** Reads one file of `train_labels` or `test_labels` as it was played: `start_time` and `end_time` in seconds, not the
 *  beats of the score.
 *  @throws {MusicNetError} with the line, if a column or a number is wrong or a note ends before it starts;
 *    `labels-of-another-recording` if most notes start after the recording ends
 *  @throws {RangeError} if `recordingSeconds` is not above 0 */
export function parseMusicNetPerformance(
  csv: string,
  { name = '', recordingSeconds }: MusicNetPerformanceOptions = {},
): MusicNetPerformance {
  if (recordingSeconds !== undefined && !(recordingSeconds > 0)) {
    throw new RangeError(`recordingSeconds: expected a time above 0, got ${recordingSeconds}`);
  }
  const rows = readLabelRows(csv);
  rows.forEach(checkOrder);
  const end = Math.floor((recordingSeconds ?? Infinity) * MUSICNET_SAMPLE_RATE);
  const tolerated = end + TOLERANCE_SECONDS * MUSICNET_SAMPLE_RATE;
  const played = rows.filter(({ startSample }) => startSample < end);
  if (played.length * 2 < rows.length) {
    const found = `${rows.length - played.length} of ${rows.length} notes start after its end`;
    const message = `expected labels of a recording of ${recordingSeconds?.toFixed(1)} s, but ${found}; the recording is cut, or the labels belong to another`;
    throw new MusicNetError('labels-of-another-recording', message);
  }
  const score: Score = {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name,
    tempos: [{ tick: 0, microsecondsPerQuarter: MICROSECONDS_PER_QUARTER }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: tracksByProgram(played.map((row) => toNote(row, end))),
  };
  const warnings = [
    warning(
      'zero-length-note',
      'a note without length was given one sample',
      played.filter(({ startSample, endSample }) => startSample === endSample),
    ),
    warning(
      'cut-at-end',
      'a note goes on after the recording and was cut there',
      played.filter(({ endSample }) => endSample > tolerated),
    ),
    warning(
      'beyond-recording',
      'a note starts after the recording ends and was left out',
      rows.filter(({ startSample }) => startSample >= end),
    ),
  ];
  return { score, warnings: warnings.filter((found) => found !== undefined) };
}

function checkOrder({ line, startSample, endSample }: LabelRow): void {
  if (endSample >= startSample) return;
  const message = `end_time: expected at least start_time, ${startSample}, found ${endSample}`;
  throw new MusicNetError('bad-row', message, line);
}

function toNote(row: LabelRow, end: number): Note & { program: number } {
  const { program, pitch, startSample, endSample } = row;
  const durationTicks = Math.min(endSample, end) - startSample;
  return { program, pitch, startTicks: startSample, durationTicks, velocity: LABEL_VELOCITY };
}

function warning(
  code: MusicNetPerformanceWarning['code'],
  message: string,
  found: LabelRow[],
): MusicNetPerformanceWarning | undefined {
  const [first] = found;
  return first && { code, message, line: first.line, count: found.length };
}
