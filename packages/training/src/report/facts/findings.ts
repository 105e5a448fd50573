// What a person should know of a run, in plain words: the report's warnings.
import type { SeriesPoint } from '../curves/bounded-series.js';
import { smoothed } from '../curves/bounded-series.js';
import type { RunCurves } from '../curves/run-curves.js';
import type { NoteOverlaps } from '../notes/overlap.js';

export interface Finding {
  readonly level: 'warning' | 'note' | 'good';
  readonly title: string;
  readonly text: string;
}

export interface RunFacts {
  readonly curves: RunCurves;
  /** Of the run's options, as far as they are known. */
  readonly steps?: number | undefined;
  readonly warmupSteps?: number | undefined;
  readonly clipNorm?: number | undefined;
  /** Numbers that the network learns. */
  readonly parameters?: number | undefined;
  /** Tokens of the training split. */
  readonly trainingTokens?: number | undefined;
  /** Nats per token of a 5-gram on the validation split. */
  readonly baseline?: number | undefined;
  /** Of the corpus and the newest pieces, and how many notes these have. */
  readonly overlaps?: NoteOverlaps | undefined;
  readonly composedNotes?: number | undefined;
  /** Whether pieces were transposed: then their keys are not those of the corpus. */
  readonly transposed?: boolean | undefined;
  /** Files of the corpus, and how many of them were dropped. */
  readonly files?: number | undefined;
  readonly droppedFiles?: number | undefined;
}

/** How far the validation loss has to be above its best before it counts as rising. */
const RISE = 0.01;
/** How far below the shares that two sets of notes have in common they are called different. */
const LEAST_OVERLAP = 0.5;
/** Notes from which on shares say something. */
const LEAST_NOTES = 200;

/** The findings of a run, the gravest first; one that is good if there is nothing to say. */
export function findFindings(facts: RunFacts): Finding[] {
  const checks = [progress, overfitting, learningRate, clipping, dataSize, baseline, music, files];
  const found = checks.flatMap((check) => check(facts) ?? []);
  if (!found.some(({ level }) => level === 'warning') && facts.curves.evaluations > 0) {
    const text = 'The curves, the data and the composed notes give no reason for a warning.';
    found.push({ level: 'good', title: 'Nothing unusual', text });
  }
  const order = ['warning', 'note', 'good'];
  return found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function progress({ curves, steps }: RunFacts): Finding | undefined {
  if (curves.lastStep === 0) {
    return note('No step yet', 'The run has written no figures so far; train it and look again.');
  }
  if (curves.evaluations === 0) {
    const text =
      'The model was not measured on pieces it does not learn from, so nothing says yet how well it generalises. Evaluations come every evaluationInterval steps, if the corpus has a validation split.';
    return note('No evaluation yet', text);
  }
  if (steps === undefined || curves.lastStep < steps) return undefined;
  const losses = curves.points('evaluation.loss');
  const [before, last] = [losses.at(Math.floor(losses.length * 0.75) - 1), losses.at(-1)];
  if (losses.length < 4 || !before || !last || last.mean > before.mean * (1 - RISE))
    return undefined;
  const text =
    'The validation loss was still falling when the run ended: more steps are likely to make the model better. A resumed run may be given more.';
  return note('It could go on', text);
}

function overfitting({ curves }: RunFacts): Finding | undefined {
  const { best, newest } = curves;
  const later = curves.points('evaluation.loss').filter(({ step }) => best && step > best.step);
  if (!best || !newest || later.length < 2 || newest.loss < best.loss * (1 + RISE))
    return undefined;
  const training = curves.points('step.loss');
  const levels = smoothed(training);
  const then = levels.at(training.findLastIndex(({ step }) => step <= best.step));
  const now = levels.at(-1);
  if (then === undefined || now === undefined || now >= then) return undefined;
  return warning(
    'It learns the corpus by heart',
    `Since step ${best.step} the validation loss has risen by ${percent(newest.loss / best.loss - 1)} while the training loss fell (over-fitting). The checkpoint of step ${best.step} is the best one and is kept. More dropout, more data, more augmentation or a smaller network help; further steps do not.`,
  );
}

function learningRate({ curves, warmupSteps = 0 }: RunFacts): Finding | undefined {
  const points = curves.points('step.loss');
  const rises = points.filter((point, i) => i >= 5 && isSpike(point, points.slice(i - 5, i)));
  const after = points.filter(({ step }) => step > warmupSteps);
  const levels = smoothed(after);
  const lowest = Math.min(...levels);
  const last = levels.at(-1);
  const climbed = after.length >= 20 && last !== undefined && last > 1.15 * lowest + 0.05;
  if (rises.length < 2 && !climbed) return undefined;
  const what = climbed
    ? `the training loss has climbed from ${lowest.toFixed(2)} to ${last.toFixed(2)}`
    : `the training loss has jumped at ${rises.length} places, the first near step ${Math.round(rises[0].step)}`;
  return warning(
    'The learning rate may be too high',
    `After the warm-up ${what}. Try half the peak learning rate, or a longer warm-up.`,
  );
}

/** Twice the level before it is more than the noise of a batch. */
function isSpike({ max }: SeriesPoint, before: readonly SeriesPoint[]): boolean {
  const level = before.reduce((sum, { mean }) => sum + mean, 0) / before.length;
  return level > 0 && max > 2 * level && max > level + 0.5;
}

function clipping({ curves, clipNorm, warmupSteps = 0 }: RunFacts): Finding | undefined {
  if (clipNorm === undefined) return undefined;
  const points = curves.points('step.gradientNorm').filter(({ step }) => step > warmupSteps);
  const clipped = points.filter(({ min }) => min > clipNorm).length;
  if (points.length < 20 || clipped < 0.95 * points.length) return undefined;
  return note(
    'Every gradient is cut',
    `The gradient is longer than clipNorm (${clipNorm}) in nearly every step after the warm-up, so each step has the same length and only the learning rate sets the pace. If the loss is restless, lower the learning rate; if it is calm, a larger clipNorm does no harm.`,
  );
}

function dataSize({ parameters, trainingTokens }: RunFacts): Finding | undefined {
  if (parameters === undefined || trainingTokens === undefined || trainingTokens === 0) return;
  if (trainingTokens >= parameters) return undefined;
  const share = (trainingTokens / parameters).toFixed(2);
  const text = `The corpus has ${share} tokens for each number that the network learns (${grouped(trainingTokens)} for ${grouped(parameters)}): enough room to learn it by heart. Augmentation and dropout help, more pieces or a smaller network help more.`;
  return trainingTokens < 0.2 * parameters
    ? warning('Little data for this network', text)
    : note('Little data for this network', text);
}

function baseline({ curves, baseline: fiveGram }: RunFacts): Finding | undefined {
  const { best } = curves;
  if (fiveGram === undefined || best === undefined || best.loss < fiveGram) return undefined;
  return warning(
    'Counting does as well',
    `A 5-gram, which only counts how often four tokens are followed by a fifth, has ${fiveGram.toFixed(3)} nats per token on the validation split; the model's best is ${best.loss.toFixed(3)}. It has not learned enough yet: train for longer, or with a larger network.`,
  );
}

function music({ overlaps, composedNotes = 0, transposed }: RunFacts): Finding | undefined {
  if (overlaps === undefined || composedNotes < LEAST_NOTES) return undefined;
  const names: Readonly<Record<keyof NoteOverlaps, string>> = {
    pitches: 'octaves',
    pitchClasses: 'pitch classes',
    durations: 'note values',
    voices: 'voices at once',
    instruments: 'instruments',
  };
  const apart = (Object.keys(names) as (keyof NoteOverlaps)[])
    .filter((name) => overlaps[name] < LEAST_OVERLAP)
    .filter((name) => name !== 'pitchClasses' || transposed !== true)
    .map((name) => `${names[name]} (${percent(overlaps[name])} in common)`);
  if (apart.length === 0) return undefined;
  return warning(
    'It composes unlike its corpus',
    `The newest pieces differ strongly from the corpus in ${apart.join(', ')}. Early in training this is usual; later it is a sign of too little training or too bold sampling. A few short pieces vary: look at several evaluations.`,
  );
}

function files({ files: met, droppedFiles }: RunFacts): Finding | undefined {
  if (!met || !droppedFiles || droppedFiles < 0.05 * met) return undefined;
  return warning(
    'Many files were dropped',
    `${grouped(droppedFiles)} of ${grouped(met)} files held music that could not be used; the reasons are below.`,
  );
}

const note = (title: string, text: string): Finding => ({ level: 'note', title, text });
const warning = (title: string, text: string): Finding => ({ level: 'warning', title, text });

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
