// What the reader sees in a MIDI file.
import {
  instrumentName,
  type MidiReadResult,
  PERCUSSION_CHANNEL,
  type Score,
  scoreDurationSeconds,
  type Track,
} from '@ostinato/core';
import type { Report } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatTable } from '../terminal/table.js';
import { formatCount, formatDuration, formatPlural } from '../terminal/units.js';

const MICROSECONDS_PER_MINUTE = 60_000_000;
/** Changes that are listed for people; `--json` has all of them. */
const LISTED_CHANGES = 8;

export function describeMidi(path: string, result: MidiReadResult): Report {
  const { score, warnings, format, container, timing } = result;
  const tracks = score.tracks.map(describeTrack);
  const notes = tracks.reduce((sum, track) => sum + track.notes, 0);
  const seconds = scoreDurationSeconds(score);
  const kind = `MIDI format ${format}${container === 'smf' ? '' : ` (${container})`}`;
  const rows = tracks.map((track, index) => [
    String(index + 1),
    printable(track.name, 32),
    track.instrument,
    String(track.channel + 1),
    formatCount(track.notes),
    track.notes === 0 ? '' : `${track.lowestPitch}-${track.highestPitch}`,
  ]);
  return {
    lines: [
      `${path}: ${kind}, ${formatPlural(notes, 'note')}, ${formatDuration(seconds)}`,
      ...(score.name === '' ? [] : [`name      ${printable(score.name)}`]),
      `time      ${score.ticksPerQuarter} ticks per quarter${timing === 'smpte' ? ' (SMPTE: a quarter is a second)' : ''}`,
      `tempo     ${listChanges(score.tempos.map(({ microsecondsPerQuarter }) => bpm(microsecondsPerQuarter)))}`,
      `metre     ${listChanges(score.timeSignatures.map((metre) => `${metre.numerator}/${metre.denominator}`))}`,
      ...(rows.length === 0
        ? []
        : formatTable([' #', 'track', 'instrument', ' channel', ' notes', 'pitches'], rows)),
      ...warnings.map(
        ({ code, count, message, offset }) =>
          `warning   ${code}${count > 1 ? ` (${formatCount(count)} times)` : ''}: ${printable(message, 200)}, byte ${offset}`,
      ),
    ],
    data: {
      kind: 'midi',
      file: path,
      format,
      container,
      timing,
      name: score.name,
      ticksPerQuarter: score.ticksPerQuarter,
      seconds,
      notes,
      tempos: score.tempos,
      timeSignatures: score.timeSignatures,
      keySignatures: score.keySignatures,
      tracks,
      warnings,
    },
  };
}

interface TrackSummary {
  name: string;
  channel: number;
  program: number;
  instrument: string;
  notes: number;
  lowestPitch: number | null;
  highestPitch: number | null;
}

function describeTrack({ name, channel, program, notes }: Track): TrackSummary {
  let lowest = 127;
  let highest = 0;
  for (const { pitch } of notes) {
    lowest = Math.min(lowest, pitch);
    highest = Math.max(highest, pitch);
  }
  const empty = notes.length === 0;
  return {
    name,
    channel,
    program,
    instrument: instrumentName(channel === PERCUSSION_CHANNEL ? 'percussion' : program),
    notes: notes.length,
    lowestPitch: empty ? null : lowest,
    highestPitch: empty ? null : highest,
  };
}

function bpm(microsecondsPerQuarter: Score['tempos'][number]['microsecondsPerQuarter']): string {
  return `${Number((MICROSECONDS_PER_MINUTE / microsecondsPerQuarter).toFixed(2))}`;
}

/** `4/4, 3/4, ... (12 changes)`; what holds where nothing is said is the format's default. */
function listChanges(values: readonly string[]): string {
  if (values.length === 0) return 'not given';
  const listed = values.slice(0, LISTED_CHANGES).join(', ');
  return values.length > LISTED_CHANGES ? `${listed}, … (${values.length} in all)` : listed;
}
