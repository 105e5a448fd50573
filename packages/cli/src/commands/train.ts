// `ostinato train`: a corpus -> a run with checkpoints.
import {
  CheckpointError,
  type Corpus,
  type EngineRequest,
  estimateStepSeconds,
  estimateTraining,
  readRun,
  resolveTrainOptions,
  type Run,
  type RunObserver,
  train,
  type TrainingEngine,
  type TrainResult,
} from '@ostinato/training';
import type { Command } from 'commander';
import { path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatCount } from '../terminal/units.js';
import { checkEngine, chooseEngine } from '../train/choose-engine.js';
import { formatConfig, readConfigFile, type SettingValues } from '../train/config-file.js';
import { openData } from '../train/data-folders.js';
import { addSettingFlags, givenFlags } from '../train/flags.js';
import { describePlan, machineMemory } from '../train/memory-plan.js';
import { showTraining } from '../train/show-progress.js';
import { effectiveSettings, readTrainConfig, type TrainConfig } from '../train/train-config.js';

interface TrainArguments {
  config?: string;
  printConfig?: boolean;
  resume?: boolean;
  json?: boolean;
}

export function addTrainCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('train')
    .description('Train a model on a corpus. Ctrl-C keeps a checkpoint; --resume goes on from it.')
    .option('--config <FILE>', 'YAML or JSON with these settings by name; flags win over it', path)
    .option('--print-config', 'print the settings as YAML that --config reads, and train nothing')
    .option('--resume', 'go on from the newest checkpoint in --out; its settings stay')
    .option('--json', 'print one JSON object as the last line of stdout');
  addSettingFlags(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato train --data corpora/mine --out runs/mine --preset tiny --steps 500
  $ ostinato train --data corpora/mine --out runs/mine --resume
  $ ostinato train --data corpora/quartets=3 --data corpora/all --print-config > run.yaml
  $ ostinato train --config run.yaml --out runs/quartets --learning-rate 0.002`,
    )
    .action(async (options: TrainArguments) => {
      const flags = givenFlags(command);
      setExitCode(await runCommand(options, (context) => runTraining(options, flags, context)));
    });
}

async function runTraining(
  { config: file, printConfig = false, resume = false }: TrainArguments,
  flags: SettingValues,
  context: CommandContext,
): Promise<Report> {
  const values = { ...(file === undefined ? {} : await readConfigFile(file)), ...flags };
  const out = values['out'] as string | undefined;
  const run = resume && out !== undefined ? await findRun(out) : undefined;
  if (printConfig) return reportConfig(values, run);
  const config = readTrainConfig(values, run);
  checkEngine(config, run?.engine);
  await using corpus = await openData(config.data);
  const result = await train({
    corpus,
    engine: (request) => createEngine(request, { config, run, context }),
    runFolder: config.out,
    // A run whose `run.json` was lost knows its network from its checkpoint.
    sizes: resume && run === undefined ? undefined : config.sizes,
    options: config.options,
    resume,
    signal: context.signal,
    observers: config.report ? [await openReport(config, corpus, context)] : [],
    onProgress: showTraining(context.progress),
  });
  return reportResult(config.out, result);
}

/** The run that goes on; undefined where there is none, or only its checkpoints, which `train` looks after. */
async function findRun(out: string): Promise<Run | undefined> {
  try {
    return await readRun(out);
  } catch (error) {
    if (error instanceof CheckpointError) return undefined; // `train` finds it too, and says what to do
    throw error;
  }
}

function reportConfig(values: SettingValues, run: Run | undefined): Report {
  const settings = effectiveSettings(values, run);
  const data = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  );
  return { lines: formatConfig(settings).trimEnd().split('\n'), data };
}

/** Called when everything else was checked: trying devices takes a while. */
async function createEngine(
  request: EngineRequest,
  of: { config: TrainConfig; run: Run | undefined; context: CommandContext },
): Promise<TrainingEngine> {
  const { progress } = of.context;
  const { factory, reason, isEstimated } = await chooseEngine(of.config, of.run?.engine);
  progress.note(reason);
  const { steps } = resolveTrainOptions(of.config.options, of.run?.options);
  const stepSeconds = isEstimated ? await estimateStep(request, of.config.threads) : undefined;
  const facts = { isEstimated, available: machineMemory(), steps, stepSeconds };
  for (const line of describePlan(request, facts)) progress.note(line);
  return factory(request);
}

async function estimateStep(
  { config, batch, microBatch, steps: windowSteps }: EngineRequest,
  threads: number | undefined,
): Promise<number> {
  const { flopsPerStep } = estimateTraining({ config, batch, microBatch, windowSteps });
  return estimateStepSeconds(flopsPerStep, threads);
}

/** Loaded only here: plotting takes a while to load. */
async function openReport(
  { out, data }: TrainConfig,
  corpus: Corpus,
  { progress }: CommandContext,
): Promise<RunObserver> {
  const { createRunReport } = await import('@ostinato/training/report');
  return createRunReport({
    runFolder: out,
    corpus,
    dataFolders: data.map(({ folder }) => folder),
    onProblem: (message) => progress.note(`report: ${message}`),
  });
}

const STATUS: Readonly<Record<TrainResult['status'], string>> = {
  finished: 'finished',
  'stopped-early': 'stopped early, since the validation loss no longer improves,',
  interrupted: 'interrupted',
};

function reportResult(out: string, result: TrainResult): Report {
  const { status, step, tokens, epoch, best } = result;
  return {
    lines: [
      `${STATUS[status]} at step ${step} (${formatCount(tokens)} tokens, ` +
        `${epoch.toFixed(2)} passes over the data)`,
      ...(best ? [`best: ${best.loss.toFixed(4)} nats per token at step ${best.step}`] : []),
      `run: ${out}${status === 'interrupted' ? '; go on with --resume' : ''}`,
    ],
    data: { out, ...result },
  };
}
