// How well `transcribe` hears: scores of MusicNet are rendered with a SoundFont by FluidSynth, transcribed, and the notes
// held against those of the score.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createTempoMap,
  DEFAULT_MICROSECONDS_PER_QUARTER,
  MUSICNET_TEST_IDS,
  readMidi,
  type Score,
  sortNotes,
  writeMidi,
} from '@ostinato/core';
import { loadNoteModel, type NoteModel, transcribe } from '@ostinato/transcription';
import {
  type NoteScore,
  type NoteScores,
  scoreNotes,
  type TimedNote,
  timedNotes,
} from './note-scores.js';
import { median } from './statistics.js';

export interface TranscriptionSettings {
  /** Holds `musicnet_midis/<composer>/<id>_<name>.mid`. */
  readonly data: string;
  /** SoundFont files; each renders every piece. */
  readonly soundFonts: readonly string[];
  /** Of each piece, from its start. */
  readonly seconds: number;
  /** An interpreter with mir_eval. */
  readonly python: string;
  readonly onsetThreshold: number;
  readonly frameThreshold: number;
  readonly minNoteSeconds: number;
}

interface Piece {
  readonly id: number;
  readonly score: Score;
}

interface Heard {
  readonly id: number;
  readonly played: TimedNote[];
  readonly found: TimedNote[];
  readonly scores: NoteScores;
}

/** The official test pieces of MusicNet, rendered and heard with every SoundFont. */
export async function benchmarkTranscription(settings: TranscriptionSettings): Promise<object> {
  const { onsetThreshold, frameThreshold, minNoteSeconds, seconds, soundFonts } = settings;
  const pieces = readTestPieces(settings);
  const folder = mkdtempSync(join(tmpdir(), 'ostinato-transcribe-'));
  using model = await loadNoteModel();
  try {
    const figures: object[] = [];
    for (const soundFont of soundFonts) {
      const heard: Heard[] = [];
      for (const piece of pieces) {
        const wav = render(piece, soundFont, folder);
        heard.push(await hear(piece, wav, model, settings));
        console.error(`${basename(soundFont)}, ${piece.id}: ${heard.at(-1)!.scores.onset.f1}`);
      }
      figures.push({ soundFont: basename(soundFont), ...summarise(heard, settings.python) });
    }
    const options = { onsetThreshold, frameThreshold, minNoteSeconds };
    return { fluidsynth: fluidSynthVersion(), secondsOfEachPiece: seconds, options, figures };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTestPieces({ data, seconds }: TranscriptionSettings): Piece[] {
  const root = join(data, 'musicnet_midis');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const pieces = files.flatMap((file): Piece[] => {
    const id = Number(/^(\d{4})_.*\.mid$/.exec(basename(file))?.[1]);
    if (!MUSICNET_TEST_IDS.has(id)) return [];
    const { score } = readMidi(readFileSync(join(root, file)));
    return [{ id, score: firstSeconds(score, seconds) }];
  });
  if (pieces.length === 0) throw new Error(`${root}: expected MusicNet's test pieces, found none`);
  return pieces.sort((a, b) => a.id - b.id);
}

/** A tick of the rendered pieces is a quarter of a millisecond. */
const TICKS_PER_QUARTER = 2000;

/** Notes that start within the first seconds, the last of them cut there, under one constant tempo: FluidSynth rounds to
 *  milliseconds at every change of tempo, and a score with thousands of them would drift away from itself. */
function firstSeconds(score: Score, seconds: number): Score {
  const clock = createTempoMap(score);
  const tickOf = (tick: number): number =>
    Math.round(clock.secondsAt(tick) * 2 * TICKS_PER_QUARTER);
  const end = seconds * 2 * TICKS_PER_QUARTER;
  const tracks = score.tracks.map((track) => {
    const notes = track.notes.map((note) => {
      const startTicks = tickOf(note.startTicks);
      const endTicks = Math.min(end, tickOf(note.startTicks + note.durationTicks));
      return { ...note, startTicks, durationTicks: Math.max(1, endTicks - startTicks) };
    });
    return { ...track, notes: sortNotes(notes.filter(({ startTicks }) => startTicks < end)) };
  });
  const tempos = [{ tick: 0, microsecondsPerQuarter: DEFAULT_MICROSECONDS_PER_QUARTER }];
  const unmeasured = { tempos, timeSignatures: [], keySignatures: [] };
  return { ...score, ...unmeasured, ticksPerQuarter: TICKS_PER_QUARTER, tracks };
}

/** @returns the path of the sound: 44,100 Hz, 16 bits, stereo, FluidSynth's own reverb and chorus */
function render({ id, score }: Piece, soundFont: string, folder: string): string {
  const [midi, wav] = [join(folder, `${id}.mid`), join(folder, `${id}.wav`)];
  writeFileSync(midi, writeMidi(score));
  const args = ['-ni', '-q', '-r', '44100', '-g', '0.5', '-F', wav, soundFont, midi];
  const { status, error, stderr } = spawnSync('fluidsynth', args, { encoding: 'utf8' });
  if (status === 0) return wav;
  throw new Error(`fluidsynth: ${error?.message ?? stderr}; see tools/bench/README.md`);
}

async function hear(
  { id, score }: Piece,
  wav: string,
  model: NoteModel,
  { onsetThreshold, frameThreshold, minNoteSeconds }: TranscriptionSettings,
): Promise<Heard> {
  const options = { onsetThreshold, frameThreshold, minNoteSeconds, model };
  const transcription = await transcribe(wav, options);
  const [played, found] = [timedNotes(score), timedNotes(transcription.score)];
  return { id, played, found, scores: scoreNotes(played, found) };
}

function summarise(heard: readonly Heard[], python: string): object {
  const f1 = (pick: (scores: NoteScores) => NoteScore): { median: number; mean: number } => {
    const values = heard.map(({ scores }) => pick(scores).f1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { median: digits(median(values)), mean: digits(mean) };
  };
  return {
    f1Onset: f1(({ onset }) => onset),
    f1OnsetAndOffset: f1(({ onsetAndOffset }) => onsetAndOffset),
    mirEval: compareWithMirEval(heard, python),
    pieces: heard.map(({ id, played, found, scores }) => ({
      id,
      played: played.length,
      found: found.length,
      onset: mapDigits(scores.onset),
      onsetAndOffset: mapDigits(scores.onsetAndOffset),
    })),
  };
}

/** @returns the largest difference of any figure to mir_eval's, or why it was not compared */
function compareWithMirEval(heard: readonly Heard[], python: string): object {
  const script = fileURLToPath(new URL('../python/note-scores.py', import.meta.url));
  const lists = (notes: TimedNote[]): number[][] =>
    notes.map(({ pitch, startSeconds, endSeconds }) => [pitch, startSeconds, endSeconds]);
  const input = JSON.stringify(
    heard.map(({ played, found }) => ({ played: lists(played), found: lists(found) })),
  );
  const options = { input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr, error } = spawnSync(python, [script], options);
  if (status !== 0) return { missing: error?.message ?? stderr.trim().split('\n').at(-1) };
  const { version, scores } = JSON.parse(stdout) as { version: string; scores: number[][] };
  const differences = heard.flatMap(({ scores: { onset, onsetAndOffset } }, index) =>
    [onset, onsetAndOffset]
      .flatMap(({ precision, recall, f1 }) => [precision, recall, f1])
      .map((value, at) => Math.abs(value - scores[index][at])),
  );
  return { version, largestDifference: Math.max(...differences) };
}

function mapDigits({ precision, recall, f1 }: NoteScore): NoteScore {
  return { precision: digits(precision), recall: digits(recall), f1: digits(f1) };
}

function digits(value: number): number {
  return Number(value.toFixed(4));
}

function fluidSynthVersion(): string {
  const { stdout } = spawnSync('fluidsynth', ['--version'], { encoding: 'utf8' });
  return /version ([\d.]+)/.exec(stdout ?? '')?.[1] ?? 'unknown';
}
