// `ostinato worker`: takes jobs that servers have put into a queue, and leaves their results where the servers find them.
import { createJobRunner } from '@ostinato/server';
import { type LogLevel, serveApp } from '@ostinato/server/node';
import { createWorkerApp, startJobWorker } from '@ostinato/server/redis';
import type { Command } from 'commander';
import { InputError } from '../input-file.js';
import { decimal, integer } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { addEngineOptions, type EngineArguments, loadEngines } from '../serve/load-engines.js';
import {
  addJobOptions,
  type JobArguments,
  openSharedJobs,
  openWebhooks,
} from '../serve/job-options.js';
import { logLevelOption, openLog } from '../serve/open-log.js';
import { DEFAULT_MODEL, type ModelChoice, modelChoice } from '../serve/served-models.js';
import { formatDuration, formatPlural } from '../terminal/units.js';

interface WorkerArguments extends EngineArguments, JobArguments {
  model?: ModelChoice[];
  concurrency: number;
  lockSeconds: number;
  drainSeconds: number;
  host: string;
  healthPort?: number;
  logLevel: LogLevel;
  json?: boolean;
}

export function addWorkerCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('worker')
    .description('Do jobs that `ostinato serve --queue` takes: any number of workers, anywhere.')
    .option(
      '--model <[NAME=]DIR|URL|NAME>',
      'a model, called as the servers call it; may be given several times (default: musicnet)',
      modelChoice,
    );
  addJobOptions(command).option(
    '--concurrency <N>',
    'jobs of one model at work at a time',
    integer(1, 1024),
    8,
  );
  addEngineOptions(command)
    .option(
      '--lock-seconds <N>',
      'without a sign of life for so long a worker counts as dead, and another takes up its jobs',
      decimal(0.5, 3600),
      30,
    )
    .option(
      '--drain-seconds <N>',
      'jobs at work when it is told to end get so long; what is not done then is given back',
      decimal(0, 3600),
      30,
    )
    .option(
      '--health-port <N>',
      'answers /v2/health/live, /v2/health/ready and /metrics there',
      integer(0, 65_535),
    )
    .option('--host <ADDRESS>', 'of the health port', '127.0.0.1')
    .addOption(logLevelOption())
    .option('--json', 'print JSON objects on stdout: one when it is ready, one at the end')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato serve --queue redis://127.0.0.1 --results results
  $ ostinato worker --queue redis://127.0.0.1 --results results
  $ ostinato worker --queue rediss://:PASSWORD@redis.example.org --results s3://music/jobs --model mine=models/mine

The endpoint, region and keys of S3 come from AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
or from the machine's role. Ctrl-C or SIGTERM ends it in order: no job is lost, whatever happens.`,
    )
    .action(async (options: WorkerArguments) => {
      setExitCode(await runCommand(options, (context) => work(options, context)));
    });
}

async function work(options: WorkerArguments, context: CommandContext): Promise<Report> {
  const { model: choices = DEFAULT_MODEL, concurrency, lockSeconds, drainSeconds } = options;
  const { signal, progress } = context;
  const shared = await openSharedJobs(options);
  if (!shared) {
    throw new InputError('no-queue', 'a worker needs --queue redis://… and --results');
  }
  const webhooks = openWebhooks(options);
  await using engines = await loadEngines(choices, options, context);
  progress.end();
  const { logger, flush } = openLog(options.logLevel);
  const models = choices.map(({ name }) => name);
  const worker = startJobWorker({
    ...shared,
    models,
    run: createJobRunner({ models: engines.byName }),
    concurrency,
    lockSeconds,
    ...(webhooks && { webhooks }),
    logger,
  });
  try {
    await using health = await openHealth(options, () => createWorkerApp(worker, engines.byName));
    const interrupted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    const started = performance.now();
    await Promise.race([worker.ready, interrupted]);
    if (!signal.aborted) {
      const { url } = health ?? {};
      logger.info({ models, ...(url !== undefined && { url }) }, 'working');
      const line = `Works for ${models.join(', ')} (Ctrl-C ends it)`;
      process.stdout.write(`${options.json === true ? JSON.stringify({ models, url }) : line}\n`);
    }
    await interrupted;
    logger.info({ jobs: worker.running() }, 'draining');
    await worker.close(drainSeconds);
    logger.info({}, 'ended');
    const seconds = (performance.now() - started) / 1000;
    const { succeeded } = worker.attempts;
    return {
      lines: [`${formatPlural(succeeded, 'job')} in ${formatDuration(seconds)}`],
      data: { ...worker.attempts, seconds },
      exitCode: 0,
    };
  } finally {
    await worker.close(0);
    await flush();
  }
}

async function openHealth(
  { healthPort: port, host }: WorkerArguments,
  app: () => Parameters<typeof serveApp>[0],
): Promise<Awaited<ReturnType<typeof serveApp>> | undefined> {
  // Open to all who reach it: it tells whether the worker is well, and takes nothing.
  return port === undefined ? undefined : serveApp(app(), { host, port, allowPublic: true });
}
