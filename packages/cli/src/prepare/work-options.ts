// What `prepare` and `merge` have in common: how the work is done, and how it is shown.
import type { PrepareProgress } from '@ostinato/training';
import type { Command } from 'commander';
import { integer } from '../option-parsers.js';
import type { Progress } from '../terminal/progress.js';
import { formatCount, formatDuration, formatPlural } from '../terminal/units.js';

/** How the work is done; nothing of it changes the result. */
export interface WorkArguments {
  jobs?: number;
  fileSeconds?: number;
  restart?: boolean;
}

export const GOES_ON =
  'nothing is half-written, what was done is kept: the same command goes on from here';

export function addWorkOptions(command: Command): Command {
  return command
    .option('--jobs <N>', 'processes, 1..256 (default: one for each processor)', integer(1, 256))
    .option(
      '--file-seconds <S>',
      'a file that takes longer is dropped, 1..86400 (default: 60)',
      integer(1, 86_400),
    )
    .option('--restart', 'throw away what an interrupted run left, instead of going on with it');
}

const PHASES = { survey: 'reading', fit: 'fitting the tokenizer', encode: 'encoding' } as const;

/** Lines that stay (an interrupted run is gone on with; there is music), then a changing one. */
export function showPreparation(
  source: string,
  progress: Progress,
): (step: PrepareProgress) => void {
  let found = false;
  let lastTold = -1;
  return (step) => {
    if (!found && step.phase !== 'survey') {
      found = true;
      progress.note(`found ${formatPlural(step.total ?? 0, 'piece')} in ${source}`);
    }
    const isFirstFresh = step.resumed > 0 && step.done === step.resumed + 1;
    if (isFirstFresh && lastTold !== step.resumed) {
      lastTold = step.resumed;
      progress.note(
        `${PHASES[step.phase]}: ${formatPlural(step.resumed, 'file')} done by the interrupted run`,
      );
    }
    progress.update(describeProgress(step));
  };
}

function describeProgress(step: PrepareProgress): string {
  const { phase, done, total, filesPerSecond, secondsLeft } = step;
  const counted = total === undefined ? formatCount(done) : `${done}/${total}`;
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`;
  return `${PHASES[phase]}: ${counted} files, ${filesPerSecond.toFixed(0)} files/s${left}`;
}
