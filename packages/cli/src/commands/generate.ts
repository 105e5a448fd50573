// `ostinato generate`: a model -> a piece, as MIDI, picture and sound.
import {
  type Composition,
  countNotes,
  findInstrument,
  generate,
  type GenerateOptions,
  type Instrument,
  instrumentSlug,
  scoreDurationSeconds,
  type Tokenizer,
} from '@ostinato/core';
import { type Command, Option } from 'commander';
import { addDeviceOptions } from '../device-options.js';
import { InputError, readPrimer } from '../input-file.js';
import { addModelOptions, type ModelArguments, openModel } from '../model-option.js';
import { decimal, integer, label, list, path, pathWith, seed } from '../option-parsers.js';
import { checkOutputFile } from '../output-file.js';
import { PRECISIONS } from '../precisions.js';
import { checkPrimer } from '../primer.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import type { Progress } from '../terminal/progress.js';
import { formatCount, formatDuration, formatPlural } from '../terminal/units.js';
import { type OutputFiles, writePiece } from '../write-piece.js';

interface GenerateArguments extends ModelArguments {
  seed: string;
  seconds?: number;
  bars?: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  primer?: string;
  label?: Record<string, string>;
  instruments?: string[];
  out?: string;
  svg?: string;
  wav?: string;
  json?: boolean;
}

const DEFAULT_SECONDS = 60;

export function addGenerateCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('generate')
    .description('Compose a piece, or continue one. The same options give byte-identical files.');
  addModelOptions(command)
    .option('--seed <S>', 'a number in 0..4294967295, or any text', seed, '1')
    .option('--seconds <N>', `length, up to 3600 (default: ${DEFAULT_SECONDS})`, seconds)
    .option('--bars <N>', 'length in bars, 1..10000', integer(1, 10_000))
    .option(
      '--temperature <X>',
      "below 1 safer, above 1 wilder (default: the model's own)",
      decimal(0.01, 100),
    )
    .option('--top-k <K>', 'draw from the K likeliest tokens only', integer(1, 65_535))
    .option(
      '--top-p <P>',
      "draw from the likeliest tokens that reach P (default: the model's own)",
      decimal(0, 1, 'above'),
    )
    .option('--min-p <P>', 'drop tokens below P of the likeliest', decimal(0, 1, 'below'))
    .option(
      '--primer <FILE.mid>',
      'a piece to continue; it is part of the result, on the grid',
      path,
    )
    .option('--label <KIND=VALUE>', 'such as composer=Bach; may be given several times', label)
    .option('--instruments <NAMES>', 'who plays, by name or MIDI program: violin,cello', list)
    .option('--out <FILE.mid>', 'default: piece.mid', pathWith('.mid', '.midi'))
    .option('--svg <FILE>', 'write a piano roll too', pathWith('.svg'))
    .option('--wav <FILE>', 'write sound too', pathWith('.wav'));
  addDeviceOptions(command)
    .addOption(
      new Option(
        '--precision <FORM>',
        "a form of the model; int8-dynamic is faster and gives other notes (default: the model's reproducible form)",
      ).choices(PRECISIONS),
    )
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato generate --model musicnet --seed 7 --seconds 30 --out piece.mid --wav piece.wav
  $ ostinato generate --model models/mine --primer theme.mid --temperature 0.9
  $ ostinato generate --model https://example.org/models/mine/ --seed 7

A name is looked up in the folders of OSTINATO_MODELS, in models here, and among the models of Ostinato. A model on the
web is downloaded once, checked, and kept in OSTINATO_CACHE or the system's folder for caches.`,
    )
    .action(async (options: GenerateArguments) => {
      setExitCode(await runCommand(options, (context) => runGeneration(options, context)));
    });
}

async function runGeneration(options: GenerateArguments, context: CommandContext): Promise<Report> {
  const { signal, progress } = context;
  const { out = 'piece.mid', svg, wav } = options;
  const files: OutputFiles = { midi: out, ...(svg && { svg }), ...(wav && { wav }) };
  for (const file of Object.values(files)) await checkOutputFile(file);
  const primer = options.primer === undefined ? undefined : await readPrimer(options.primer);

  const { model, tokenizer, manifest } = await openModel(options, context);
  await using _ = model;
  signal.throwIfAborted();
  const primerChanges = primer && checkPrimer(options.primer!, primer, tokenizer);
  const asked = { ...manifest.sampling, ...generateOptions(options, tokenizer) };
  const notes = generate(model, tokenizer, { ...asked, ...(primer && { primer }), signal });
  progress.note(`composing with ${printable(manifest.name)} on ${options.device}`);
  if (primerChanges !== undefined) progress.note(primerChanges);
  if (primer) progress.update(`reading the primer: ${formatPlural(countNotes(primer), 'note')}`);
  const started = performance.now();
  const composition = await drain(notes, asked.seconds, progress);
  const elapsed = (performance.now() - started) / 1000;
  const score = { ...composition.score, name: `${manifest.name}, seed ${options.seed}` };
  await writePiece(score, files, { signal, progress });
  return report({ ...composition, score }, files, options.seed, elapsed);
}

function generateOptions(options: GenerateArguments, tokenizer: Tokenizer): GenerateOptions {
  const { seed, bars, temperature, topK, topP, minP, label: labels, instruments } = options;
  const seconds = options.seconds ?? (bars === undefined ? DEFAULT_SECONDS : undefined);
  const given = { seconds, bars, temperature, topK, topP, minP, labels };
  return {
    seed,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(instruments && {
      instruments: instruments.map((name) => knownInstrument(name, tokenizer)),
    }),
  };
}

function knownInstrument(name: string, { instruments }: Tokenizer): Instrument {
  const found = findInstrument(name, instruments);
  if (found !== undefined) return found;
  const known = instruments.map(instrumentSlug).join(', ');
  throw new InputError(
    'unknown-instrument',
    `option --instruments: "${name}" is not known to this model; it has ${known}`,
  );
}

/** Takes the notes as they come, for the progress, and gives the whole piece.
 *  @param wantedSeconds of new music, if that is how the length was given */
async function drain(
  notes: ReturnType<typeof generate>,
  wantedSeconds: number | undefined,
  progress: Progress,
): Promise<Composition> {
  let begin: { musicSeconds: number; at: number } | undefined;
  for (let count = 1; ; count++) {
    const step = await notes.next();
    if (step.done) return step.value;
    const { startSeconds } = step.value;
    begin ??= { musicSeconds: startSeconds, at: performance.now() };
    const music = startSeconds - begin.musicSeconds;
    const rate = music / ((performance.now() - begin.at) / 1000);
    const left =
      wantedSeconds === undefined ? '' : `, ${formatDuration((wantedSeconds - music) / rate)} left`;
    progress.update(`${formatPlural(count, 'note')}, ${formatDuration(music)} of music${left}`);
  }
}

function report(
  { score, tokens, givenTokens, stoppedBy }: Composition,
  files: OutputFiles,
  seed: string,
  elapsedSeconds: number,
): Report {
  const notes = countNotes(score);
  const musicSeconds = scoreDurationSeconds(score);
  const drawn = tokens.length - givenTokens;
  const tokensPerSecond = Math.round(tokens.length / elapsedSeconds); // those of a primer are read too
  return {
    lines: [
      ...Object.values(files),
      `${formatPlural(notes, 'note')}, ${formatDuration(musicSeconds)} of music, seed ${seed}`,
      `composed in ${formatDuration(elapsedSeconds)}: ${formatPlural(drawn, 'token')}, ${formatCount(tokensPerSecond)} tokens/s`,
    ],
    data: { files, seed, notes, seconds: musicSeconds, tokens: drawn, tokensPerSecond, stoppedBy },
  };
}

function seconds(text: string): number {
  return decimal(0, 3600, 'above')(text);
}
