// `ostinato transcribe`: a recording -> its notes, as MIDI and as a piano roll.
import { basename, extname } from 'node:path';
import { countNotes, GENERAL_MIDI_PROGRAMS, findInstrument } from '@ostinato/core';
import {
  transcribe,
  type Transcription,
  type TranscriptionProgress,
} from '@ostinato/transcription';
import { type Command, InvalidArgumentError } from 'commander';
import { decimal, path, pathWith } from '../option-parsers.js';
import { checkOutputFile } from '../output-file.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatDuration, formatPlural } from '../terminal/units.js';
import { type OutputFiles, writePiece } from '../write-piece.js';

interface TranscribeArguments {
  out?: string;
  svg?: string;
  onsetThreshold: number;
  frameThreshold: number;
  minNoteMs: number;
  minFrequency?: number;
  maxFrequency?: number;
  tempo: number;
  instrument: number;
  maxMinutes: number;
  json?: boolean;
}

/** The range of a piano in Hz, and somewhat more: the pitches that can be heard. */
const frequency = decimal(27, 4400);

export function addTranscribeCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('transcribe')
    .description('Write down the notes of a recording: WAV, FLAC, MP3, Ogg Vorbis or Opus.')
    .argument('<recording>', 'a sound file', path)
    .option('--out <FILE.mid>', 'default: the name of the recording', pathWith('.mid', '.midi'))
    .option('--svg <FILE>', 'write a piano roll too', pathWith('.svg'))
    .option('--onset-threshold <X>', 'how surely a note must start', decimal(0, 1, 'below'), 0.5)
    .option(
      '--frame-threshold <X>',
      'how surely it must sound to go on',
      decimal(0.01, 1, 'below'),
      0.3,
    )
    .option('--min-note-ms <N>', 'leave out shorter notes', decimal(0, 10_000), 128)
    .option('--min-frequency <HZ>', 'leave out lower notes (default: 27.5, A0)', frequency)
    .option('--max-frequency <HZ>', 'leave out higher notes (default: 4186, C8)', frequency)
    .option(
      '--tempo <BPM>',
      'quarters a minute of the recording, for the bar lines',
      decimal(10, 1000),
      120,
    )
    .option(
      '--instrument <NAME>',
      'who plays the notes of the file: a General MIDI name or program',
      instrument,
      0,
    )
    .option('--max-minutes <N>', 'refuse longer recordings', decimal(0, 1440, 'above'), 120)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Every note that sounds goes on one track; who plays it is not heard. Lower thresholds find more notes, wrong ones too.

Examples:
  $ ostinato transcribe take-1.wav --out take-1.mid --svg take-1.svg
  $ ostinato transcribe cello.flac --instrument cello --min-frequency 60 --max-frequency 1000 --tempo 72`,
    )
    .action(async (recording: string, options: TranscribeArguments) => {
      setExitCode(
        await runCommand(options, (context) => runTranscription(recording, options, context)),
      );
    });
}

async function runTranscription(
  recording: string,
  options: TranscribeArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const name = basename(recording, extname(recording));
  const { out = `${name}.mid`, svg, minFrequency, maxFrequency } = options;
  checkRange(minFrequency, maxFrequency);
  const files: OutputFiles = { midi: out, ...(svg && { svg }) };
  for (const file of Object.values(files)) await checkOutputFile(file);

  let heard = false;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const transcription = await transcribe(recording, {
    name: printable(name),
    onsetThreshold: options.onsetThreshold,
    frameThreshold: options.frameThreshold,
    minNoteSeconds: options.minNoteMs / 1000,
    ...(minFrequency !== undefined && { lowestPitch: pitchOf(minFrequency) }),
    ...(maxFrequency !== undefined && { highestPitch: pitchOf(maxFrequency) }),
    tempoBpm: options.tempo,
    program: options.instrument,
    maxSeconds: options.maxMinutes * 60,
    signal,
    onProgress: (done) => {
      if (!heard) progress.note(`listening to ${printable(recording)}`); // it could be opened
      heard = true;
      progress.update(describeProgress(done, elapsed()));
    },
  });
  for (const { message } of transcription.warnings) {
    progress.note(`${printable(recording)}: ${message}`);
  }
  const seconds = elapsed();
  await writePiece(transcription.score, files, { signal, progress });
  return report(transcription, files, seconds);
}

function describeProgress({ seconds, fraction }: TranscriptionProgress, elapsed: number): string {
  const share = `${Math.floor(fraction * 100)} %`;
  const rate = `${(seconds / elapsed).toFixed(1)} times as fast as it plays`;
  const left = formatDuration(elapsed / fraction - elapsed);
  return `listening: ${share}, ${formatDuration(seconds)}, ${rate}, ${left} left`;
}

function report(
  { score, seconds, format, sampleRate, warnings }: Transcription,
  files: OutputFiles,
  elapsed: number,
): Report {
  const notes = countNotes(score);
  const found =
    notes === 0
      ? 'no notes found; --onset-threshold 0.3 --frame-threshold 0.2 finds fainter ones'
      : `${formatPlural(notes, 'note')} found`;
  return {
    lines: [
      `${found} in ${formatDuration(seconds)} (${format}, ${sampleRate} Hz), in ${formatDuration(elapsed)}`,
      ...Object.values(files).map((file) => `written: ${file}`),
    ],
    data: {
      notes,
      seconds,
      format,
      sampleRate,
      elapsedSeconds: elapsed,
      files: { ...files },
      warnings: warnings.map(({ code, message }) => ({ code, message })),
    },
  };
}

function checkRange(minFrequency = 27.5, maxFrequency = 4186): void {
  if (pitchOf(minFrequency) <= pitchOf(maxFrequency)) return;
  throw new RangeError(
    `option --min-frequency: expected at most --max-frequency, ${maxFrequency}, found ${minFrequency}`,
  );
}

/** The nearest MIDI pitch within a piano's range. */
function pitchOf(hertz: number): number {
  const pitch = Math.round(69 + 12 * Math.log2(hertz / 440));
  return Math.min(108, Math.max(21, pitch));
}

function instrument(text: string): number {
  const wanted = text.trim().toLowerCase();
  const programs = GENERAL_MIDI_PROGRAMS.map((_, number) => number);
  const found = findInstrument(wanted, programs);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(
    'Expected a General MIDI program, 0..127, or its name, such as violin or church-organ.',
  );
}
