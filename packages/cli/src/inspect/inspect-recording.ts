// What a WAV file holds, and what MusicNet's labels say about it where they lie beside it.
import { access } from 'node:fs/promises';
import { countNotes, instrumentName, pairMusicNetRecordings, type Score } from '@ostinato/core';
import { readMusicNetRecording, readWavFile, type WavFile } from '@ostinato/transcription';
import type { Report } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatCount, formatDuration, formatPlural } from '../terminal/units.js';

interface Warning {
  readonly code: string;
  readonly message: string;
  readonly count?: number;
}

/** @throws {OstinatoError} naming the file, if it is no WAV file, or its labels are wrong */
export async function describeRecording(path: string): Promise<Report> {
  const { warnings: fileWarnings, ...header } = await readWavFile(path);
  const labels = await findLabels(path);
  const labelled =
    labels === undefined ? undefined : await readMusicNetRecording({ recording: path, labels });
  const warnings: readonly Warning[] = labelled?.warnings ?? fileWarnings;
  return {
    lines: [
      describeSound(path, header),
      ...(labels && labelled ? [describeLabels(labels, labelled.score)] : []),
      ...warnings.map(
        ({ code, count = 1, message }) =>
          `warning   ${code}${count > 1 ? ` (${formatCount(count)} times)` : ''}: ${message}`,
      ),
    ],
    data: {
      kind: 'recording',
      file: path,
      ...header,
      ...(labelled && { labels: { file: labels, notes: countNotes(labelled.score) } }),
      warnings,
    },
  };
}

function describeSound(path: string, header: Omit<WavFile, 'warnings'>): string {
  const { seconds, sampleRate, channels, bitsPerSample, encoding } = header;
  const width = `${bitsPerSample} bits${encoding === 'float' ? ' floating point' : ''}`;
  return `${printable(path)}: WAV, ${formatDuration(seconds)}, ${sampleRate} Hz, ${formatPlural(channels, 'channel')}, ${width}`;
}

function describeLabels(path: string, score: Score): string {
  const instruments = score.tracks.map(({ program }) => instrumentName(program)).join(', ');
  return `labels    ${printable(path)}: ${formatPlural(countNotes(score), 'note')}, ${instruments}`;
}

/** MusicNet keeps the labels of `train_data/1727.wav` in `train_labels/1727.csv`. */
async function findLabels(recording: string): Promise<string | undefined> {
  const wanted = recording.replace(/_data([/\\]\d+)\.wav$/i, '_labels$1.csv');
  const [pair] = pairMusicNetRecordings([recording, wanted]).pairs;
  const isThere = await access(wanted).then(
    () => true,
    () => false,
  );
  return isThere ? pair?.labels : undefined;
}
