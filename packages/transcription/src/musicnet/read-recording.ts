// MusicNet's recordings with their labels: `train_data/<id>.wav` and `train_labels/<id>.csv`.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type MusicNetPairing,
  type MusicNetPerformanceWarning,
  pairMusicNetRecordings,
  parseMusicNetPerformance,
  type Score,
  type WavHeader,
} from '@ostinato/core';
import { openRecordingFile } from '../recording/open-file.js';
import type { RecordingWarning } from '../recording/recording.js';
import { naming, readWavFile } from '../recording/wav-recording.js';
import { TranscriptionError } from '../transcription-error.js';

/** The labels of a whole symphony take less than 2 MB. */
const MAX_LABEL_BYTES = 64 * 1024 * 1024;

export interface LabelledRecording {
  /** What the WAV file is. */
  readonly header: WavHeader;
  /** Its notes, each at its second of the recording. */
  readonly score: Score;
  readonly warnings: readonly (RecordingWarning | MusicNetPerformanceWarning)[];
}

/** Finds the recordings of MusicNet below a folder, whatever lies above their folders.
 *  @returns paths that begin with `folder`
 *  @throws {TranscriptionError} `unreadable` */
export async function findMusicNetRecordings(folder: string): Promise<MusicNetPairing> {
  try {
    const names = await readdir(folder, { recursive: true });
    return pairMusicNetRecordings(names.map((name) => join(folder, name)));
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new TranscriptionError('unreadable', `${folder}: cannot be listed (${code})`, { cause });
  }
}

/** Reads the head of a recording and its labels, and holds the two against each other. Labels count samples at 44,100 Hz;
 *  a recording that was brought to another rate keeps its seconds.
 *  @throws {OstinatoError} naming the file that is wrong: no WAV, no labels, or labels of another recording */
export async function readMusicNetRecording({
  recording,
  labels,
}: {
  recording: string;
  labels: string;
}): Promise<LabelledRecording> {
  const { warnings, ...header } = await readWavFile(recording);
  if (header.frames === 0) {
    throw new TranscriptionError('empty-recording', `${recording}: holds no sound`);
  }
  const csv = await readLabels(labels);
  try {
    const read = parseMusicNetPerformance(csv, { recordingSeconds: header.seconds });
    return { header, score: read.score, warnings: [...warnings, ...read.warnings] };
  } catch (cause) {
    throw naming(labels, cause);
  }
}

async function readLabels(path: string): Promise<string> {
  const file = await openRecordingFile(path);
  try {
    if (file.size > MAX_LABEL_BYTES) {
      const message = `${path}: ${file.size} bytes, at most ${MAX_LABEL_BYTES} are read`;
      throw new TranscriptionError('unreadable', message);
    }
    return new TextDecoder().decode(await file.read(0, file.size));
  } finally {
    await file.close();
  }
}
