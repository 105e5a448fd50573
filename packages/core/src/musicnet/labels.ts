// MusicNet's label files as scores: in beats, with tempos that follow the recording.
import { createTempoMap } from '../score/tempo-map.js';
import type { Note, Score, TimeSignature } from '../score/score.js';
import {
  LABEL_VELOCITY,
  type LabelRow,
  MUSICNET_SAMPLE_RATE,
  readLabelRows,
  tracksByProgram,
} from './label-rows.js';
import { followAnchors } from './recording-tempos.js';

/** With quarter beats these ticks hold 99.6 % of the positions and lengths of MusicNet exactly, the rest to half a tick. */
const TICKS_PER_QUARTER = 960;

export interface MusicNetLabelOptions {
  /** Name of the score. Default: ''. */
  name?: string;
  /** The metre of the movement, which the labels do not tell; a beat is its denominator. Default: 4/4. */
  timeSignature?: Pick<TimeSignature, 'numerator' | 'denominator'>;
}

export interface MusicNetLabels {
  /** One track an instrument; its tempos follow the recording. */
  score: Score;
  /** When tick 0 is in the recording: 0, or the first onset where the score starts with a note. */
  startSeconds: number;
  warnings: MusicNetLabelWarning[];
}

/** What the score could not take over from the labels. */
export interface MusicNetLabelWarning {
  /** `zero-length-note`: a note shorter than a tick was given one. `off-recording`: an onset is more than 20 ms away
   *  from its time in the recording, because no tempo is fast or slow enough (a fermata of half a minute). */
  code: 'zero-length-note' | 'off-recording';
  message: string;
  /** Line of the first such row. */
  line: number;
  count: number;
}

/** Onsets further than this from the recording are reported; labels are on a grid of 12 ms themselves. */
const ONSET_TOLERANCE_SECONDS = 0.02;

/** A row; its `durationTicks` may still be 0. */
interface Label extends Note {
  line: number;
  program: number;
  startSeconds: number;
  endSeconds: number;
}

/** Reads one file of `train_labels` or `test_labels`: a note for each row.
 *  @throws {MusicNetError} with the line, if a column, a number or a quote is wrong
 *  @throws {RangeError} if the denominator of the time signature is none */
export function parseMusicNetLabels(
  csv: string,
  options: MusicNetLabelOptions = {},
): MusicNetLabels {
  const { name = '', timeSignature = { numerator: 4, denominator: 4 } } = options;
  const { numerator, denominator } = timeSignature;
  if (![1, 2, 4, 8, 16, 32, 64].includes(denominator)) {
    throw new RangeError(`timeSignature.denominator: expected 1, 2, 4 .. 64, got ${denominator}`);
  }
  const ticksPerBeat = (TICKS_PER_QUARTER * 4) / denominator;
  const labels = readLabelRows(csv).map((row) => toLabel(row, ticksPerBeat));
  const { startSeconds, tempos } = toTempos(labels);
  const score: Score = {
    ticksPerQuarter: TICKS_PER_QUARTER,
    name,
    tempos,
    timeSignatures: [{ tick: 0, numerator, denominator }],
    keySignatures: [],
    tracks: tracksByProgram(labels),
  };
  return { score, startSeconds, warnings: findWarnings(labels, score, startSeconds) };
}

function toLabel(row: LabelRow, ticksPerBeat: number): Label {
  const { line, program, pitch, startSample, endSample, startBeat, beats } = row;
  return {
    line,
    program,
    pitch,
    startTicks: Math.round(startBeat * ticksPerBeat),
    durationTicks: Math.round(beats * ticksPerBeat),
    velocity: LABEL_VELOCITY,
    startSeconds: startSample / MUSICNET_SAMPLE_RATE,
    endSeconds: endSample / MUSICNET_SAMPLE_RATE,
  };
}

function findWarnings(labels: Label[], score: Score, startSeconds: number): MusicNetLabelWarning[] {
  const clock = createTempoMap(score);
  const isOff = (label: Label): boolean => {
    const seconds = startSeconds + clock.secondsAt(label.startTicks);
    return Math.abs(seconds - label.startSeconds) > ONSET_TOLERANCE_SECONDS;
  };
  const warnings: MusicNetLabelWarning[] = [];
  const warn = (code: MusicNetLabelWarning['code'], message: string, found: Label[]): void => {
    const [first] = found;
    if (first !== undefined)
      warnings.push({ code, message, line: first.line, count: found.length });
  };
  const empty = labels.filter(({ durationTicks }) => durationTicks === 0);
  warn('zero-length-note', 'a note shorter than a tick was given one', empty);
  const off = 'an onset is away from the recording: no tempo is fast or slow enough';
  warn('off-recording', off, labels.filter(isOff));
  return warnings;
}

/** Every onset ties its tick to its time, and so does the end of the note that ends last. */
function toTempos(labels: Label[]): { startSeconds: number; tempos: Score['tempos'] } {
  const anchors = labels.map(({ startTicks, startSeconds }) => ({
    tick: startTicks,
    seconds: startSeconds,
  }));
  let last = { tick: 0, seconds: 0 };
  for (const { startTicks, durationTicks, endSeconds } of labels) {
    const tick = startTicks + Math.max(1, durationTicks);
    if (tick > last.tick) last = { tick, seconds: endSeconds };
  }
  anchors.push(last);
  anchors.sort((a, b) => a.tick - b.tick || a.seconds - b.seconds);
  const [first] = anchors;
  const startSeconds = first?.tick === 0 ? first.seconds : 0;
  const relative = anchors.map(({ tick, seconds }) => ({ tick, seconds: seconds - startSeconds }));
  return { startSeconds, tempos: followAnchors(relative, TICKS_PER_QUARTER) };
}
