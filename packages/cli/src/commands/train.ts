// `ostinato train`: a corpus -> a run with checkpoints.
import { LSTM_PRESETS, type LstmPreset } from '@ostinato/model';
import { createOnnxEngine, openCorpus, train, type TrainProgress } from '@ostinato/training';
import { type Command, Option } from 'commander';
import { decimal, integer, path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import type { Progress } from '../terminal/progress.js';
import { formatCount, formatDuration } from '../terminal/units.js';

interface TrainArguments {
  data: string;
  out: string;
  preset?: LstmPreset;
  steps?: number;
  batch?: number;
  window?: number;
  learningRate?: number;
  seed?: number;
  threads?: number;
  resume?: boolean;
  json?: boolean;
}

const DEFAULT_PRESET: LstmPreset = 'small';

export function addTrainCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('train')
    .description('Train a model on a corpus. Ctrl-C keeps a checkpoint; --resume goes on from it.')
    .requiredOption('--data <DIR>', 'a corpus that prepare made', path)
    .requiredOption('--out <DIR>', 'the folder of the run', path)
    .addOption(
      new Option('--preset <NAME>', `size of the network (default: ${DEFAULT_PRESET})`).choices(
        Object.keys(LSTM_PRESETS),
      ),
    )
    .option('--steps <N>', 'optimizer steps in all (default: 3000)', integer(1, 10_000_000))
    .option('--batch <B>', 'sequences side by side, 1..4096 (default: 32)', integer(1, 4096))
    .option('--window <T>', 'tokens of a sequence in a step (default: 128)', integer(1, 4096))
    .option('--learning-rate <X>', 'at its peak (default: 0.003)', decimal(1e-9, 1))
    .option('--seed <S>', '0..4294967295 (default: 1)', integer(0, 2 ** 32 - 1))
    .option('--threads <N>', 'default: one for each core', integer(1, 64))
    .option('--resume', 'go on from the newest checkpoint in --out; its options stay')
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Example:
  $ ostinato train --data corpora/mine --out runs/mine --preset tiny --steps 500
  $ ostinato train --data corpora/mine --out runs/mine --resume`,
    )
    .action(async (options: TrainArguments) => {
      setExitCode(await runCommand(options, (context) => runTraining(options, context)));
    });
}

async function runTraining(
  options: TrainArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const { data, out, threads, resume = false } = options;
  const preset = options.preset ?? (resume ? undefined : DEFAULT_PRESET);
  await using corpus = await openCorpus(data);
  const result = await train({
    corpus,
    engine: (request) =>
      createOnnxEngine({ ...request, ...(threads === undefined ? {} : { threads }) }),
    runFolder: out,
    sizes: preset && LSTM_PRESETS[preset],
    options: {
      steps: options.steps,
      batch: options.batch,
      windowSteps: options.window,
      peakLearningRate: options.learningRate,
      seed: options.seed,
    },
    resume,
    signal,
    onProgress: (event) => showProgress(event, progress),
  });
  const best =
    result.best &&
    `best: ${result.best.loss.toFixed(4)} nats per token at step ${result.best.step}`;
  return {
    lines: [
      `${result.status} at step ${result.step} (${formatCount(result.tokens)} tokens, ` +
        `${result.epoch.toFixed(2)} passes over the data)`,
      ...(best ? [best] : []),
      `run: ${out}${result.status === 'interrupted' ? '; go on with --resume' : ''}`,
    ],
    data: { out, ...result },
  };
}

function showProgress(event: TrainProgress, progress: Progress): void {
  switch (event.kind) {
    case 'start':
      progress.note(`training by ${event.engine}, from step ${event.step} to ${event.steps}`);
      break;
    case 'step':
      progress.update(
        `step ${event.step}/${event.steps}, loss ${event.loss.toFixed(3)}, ` +
          `${formatCount(event.tokensPerSecond)} tokens/s, ${formatDuration(event.secondsLeft)} left`,
      );
      break;
    case 'evaluation':
      progress.note(
        `step ${event.step}: validation loss ${event.loss.toFixed(4)} nats per token, ` +
          `accuracy ${(100 * event.accuracy).toFixed(1)} %${event.best ? ', the best so far' : ''}`,
      );
      break;
    case 'checkpoint':
      break; // one line for each would drown the evaluations
  }
}
