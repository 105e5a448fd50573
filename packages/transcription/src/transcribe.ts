// A recording -> a score.
import { setImmediate } from 'node:timers/promises';
import type { Score } from '@ostinato/core';
import { CORE_FRAMES, FRAMES_PER_SECOND, SAMPLE_RATE } from './model/grid.js';
import { createNoteMapWriter } from './model/note-map.js';
import { loadNoteModel, type NoteModel } from './model/note-model.js';
import { windowsOf } from './model/windows.js';
import { findNotes } from './notes/find-notes.js';
import { completeNoteOptions, type NoteOptions } from './notes/note-options.js';
import { notesToScore, type ScoreOptions } from './notes/to-score.js';
import { openRecording } from './recording/open-recording.js';
import type { RecordingWarning } from './recording/recording.js';
import { checkSampleRate, resample } from './recording/resample.js';
import { TranscriptionError } from './transcription-error.js';

export interface TranscriptionOptions extends NoteOptions, ScoreOptions {
  /** The longest recording that is accepted, in seconds. Each minute takes some 12 MB. Default 7200. */
  maxSeconds?: number;
  /** A model that is loaded already, for several recordings; it stays the caller's. Default: one is loaded. */
  model?: NoteModel;
  signal?: AbortSignal;
  /** Told after every stretch of 1.6 s. */
  onProgress?: (progress: TranscriptionProgress) => void;
}

export interface TranscriptionProgress {
  /** How much has been listened to. */
  readonly seconds: number;
  /** The same as a part of the whole, 0..1. */
  readonly fraction: number;
}

export interface Transcription {
  readonly score: Score;
  /** Length of the recording. */
  readonly seconds: number;
  /** `wav`, `flac`, `mp3`, `vorbis` or `opus`. */
  readonly format: string;
  readonly sampleRate: number;
  readonly warnings: readonly RecordingWarning[];
}

/** Where nothing in a window passes this (-66 dB), it is silent. The network scales every window to its loudest sound and
 *  would hear notes in the noise of a converter. */
const SILENT_PEAK = 0.0005;

/** Transcribes a recording. Its length decides the time, not the memory, that the sound takes; notes are found at the end.
 *  The same file and options give the same score.
 *  @param path a WAV, FLAC, MP3, Ogg Vorbis or Opus file
 *  @returns the score; without notes where there are none to hear
 *  @throws {TranscriptionError} if the file is no recording that can be read, or a package is missing
 *  @throws {RangeError} if an option is outside its range
 *  @throws the signal's reason if it is aborted
 *  @example
 *  const { score } = await transcribe('take-1.wav', { tempoBpm: 96 });
 *  await writeFile('take-1.mid', writeMidi(score)); */
export async function transcribe(
  path: string,
  options: TranscriptionOptions = {},
): Promise<Transcription> {
  const { name, tempoBpm, program, maxSeconds = 7200, model, signal, onProgress } = options;
  const scoreOptions = {
    ...(name !== undefined && { name }),
    ...(tempoBpm !== undefined && { tempoBpm }),
    ...(program !== undefined && { program }),
  };
  const noteOptions = completeNoteOptions(pickNoteOptions(options));
  notesToScore([], scoreOptions); // wrong options are refused before the work
  await using recording = await openRecording(path);
  checkSampleRate(recording, path);
  if ((recording.seconds ?? 0) > maxSeconds) throw tooLong(path, recording.seconds, maxSeconds);
  using own = model ? undefined : await loadNoteModel();
  const network = model ?? own!;

  const map = createNoteMapWriter(recording.seconds ?? 60);
  let frames = 0;
  let isSilent = true;
  for await (const window of windowsOf(resample(recording, SAMPLE_RATE, path))) {
    await setImmediate(); // signals are heard here
    signal?.throwIfAborted();
    const isHeard = window.samples.some((sample) => Math.abs(sample) >= SILENT_PEAK);
    map.append(isHeard ? await network.listen(window.samples) : undefined, window.frames);
    isSilent &&= !isHeard;
    frames += window.frames;
    const seconds = frames / FRAMES_PER_SECOND;
    if (seconds > maxSeconds + CORE_FRAMES / FRAMES_PER_SECOND) {
      throw tooLong(path, undefined, maxSeconds);
    }
    onProgress?.({ seconds, fraction: fractionOf(seconds, recording) });
  }
  if (frames === 0) throw new TranscriptionError('empty-recording', `${path}: holds no sound`);
  const warnings = [...recording.warnings];
  if (isSilent) {
    const message =
      'nothing in the recording is louder than -66 dB; raise its level if there is music in it';
    warnings.push({ code: 'silent', message });
  }
  return {
    score: notesToScore(findNotes(map.finish(), noteOptions), scoreOptions),
    seconds: recording.seconds ?? frames / FRAMES_PER_SECOND,
    format: recording.format,
    sampleRate: recording.sampleRate,
    warnings,
  };
}

function fractionOf(
  seconds: number,
  recording: { seconds: number | undefined; fractionRead(): number },
): number {
  return recording.seconds === undefined
    ? recording.fractionRead()
    : Math.min(1, seconds / recording.seconds);
}

function pickNoteOptions(options: TranscriptionOptions): NoteOptions {
  const { onsetThreshold, frameThreshold, minNoteSeconds, lowestPitch, highestPitch } = options;
  const given = { onsetThreshold, frameThreshold, minNoteSeconds, lowestPitch, highestPitch };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function tooLong(
  path: string,
  seconds: number | undefined,
  maxSeconds: number,
): TranscriptionError {
  const found = seconds === undefined ? 'more' : `${Math.round(seconds)} s`;
  const message = `${path}: expected at most ${maxSeconds} s of sound, found ${found}; cut it, or allow more`;
  return new TranscriptionError('too-long', message);
}
