// `ostinato serve`: models -> an HTTP server, with the studio in front.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createApp,
  createDrain,
  isOrigin,
  type JobQueue,
  type Logger,
  type Site,
} from '@ostinato/server';
import {
  createThreadRenderer,
  isLoopback,
  type LogLevel,
  observeProcess,
  type RunningServer,
  serveApp,
} from '@ostinato/server/node';
import type { SharedCounts } from '@ostinato/server/redis';
import { type Command, InvalidArgumentError } from 'commander';
import { InputError } from '../input-file.js';
import { sourceOptions } from '../model-option.js';
import { decimal, integer, list, path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { KEYS_VARIABLE, readKeys } from '../serve/key-list.js';
import { addEngineOptions, type EngineArguments, loadEngines } from '../serve/load-engines.js';
import {
  addJobOptions,
  type JobArguments,
  openJobQueue,
  openSharedCounts,
  openSharedJobs,
  openWebhooks,
} from '../serve/job-options.js';
import { logLevelOption, openLog } from '../serve/open-log.js';
import { openStudio } from '../serve/open-studio.js';
import { DEFAULT_MODEL, type ModelChoice, modelChoice } from '../serve/served-models.js';
import { formatDuration } from '../terminal/units.js';

interface ServeArguments extends EngineArguments, JobArguments {
  model?: ModelChoice[];
  host: string;
  port: number;
  openToAll?: boolean;
  keyFile?: string;
  cors?: string[];
  rateLimit?: number;
  proxies?: number;
  studio: boolean;
  drainSeconds: number;
  logLevel: LogLevel;
  json?: boolean;
}

export function addServeCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('serve')
    .description(
      'Compose over HTTP, for many listeners at once; the studio is at the same address.',
    )
    .option(
      '--model <[NAME=]DIR|URL|NAME>',
      'a model, and what it is called in addresses; may be given several times (default: musicnet)',
      modelChoice,
    )
    .option('--host <ADDRESS>', 'where it listens; others than this machine need keys', '127.0.0.1')
    .option('--port <N>', '0 for any free one', integer(0, 65_535), 8080)
    .option('--key-file <FILE>', `lines NAME:KEY; ${KEYS_VARIABLE} may hold some too`, path)
    .option('--open-to-all', 'let everybody who reaches the address use it, without a key')
    .option('--cors <ORIGINS>', 'pages that may call: https://example.org,… or *', origins)
    .option(
      '--rate-limit <N>',
      'requests in a minute for each key, and for each address without one; with --queue of all servers together',
      integer(1, 1_000_000),
    )
    .option('--proxies <N>', 'how many of yours are believed about addresses', integer(0, 10))
    .option('--no-studio', 'the API alone');
  addEngineOptions(addJobOptions(command))
    .option(
      '--drain-seconds <N>',
      'what is under way when it is told to end gets so long',
      decimal(0, 3600),
      30,
    )
    .addOption(logLevelOption())
    .option('--json', 'print JSON objects on stdout: one when it listens, one at the end')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato serve --model musicnet
  $ ostinato serve --queue redis://127.0.0.1 --results results    # and ostinato worker, as many as you like
  $ ostinato serve --model musicnet --model mine=models/mine --host 0.0.0.0 --key-file keys.txt --rate-limit 600
  $ curl http://127.0.0.1:8080/v1/models

Ctrl-C or SIGTERM ends it in order: nothing new is taken, what was accepted finishes. A second one ends it at once.`,
    )
    .action(async (options: ServeArguments) => {
      setExitCode(await runCommand(options, (context) => serve(options, context)));
    });
}

async function serve(options: ServeArguments, context: CommandContext): Promise<Report> {
  const { signal, progress } = context;
  const choices = options.model ?? DEFAULT_MODEL;
  const keys = await readKeys(options.keyFile);
  const allowPublic = keys.length > 0 || options.openToAll === true;
  if (!allowPublic && !isLoopback(options.host)) throw publicWithoutKeys(options.host);
  await using engines = await loadEngines(choices, options, context);
  const site = options.studio
    ? await openStudio(choices, {
        ...sourceOptions(options, context),
        progress,
      })
    : undefined;
  progress.end();
  const log = openLog(options.logLevel);
  let jobs: JobQueue | undefined;
  let counts: SharedCounts | undefined;
  try {
    await using renderer = createThreadRenderer();
    const drain = createDrain();
    const names = choices.map(({ name }) => name);
    const shared = await openSharedJobs(options);
    jobs = await openJobQueue(shared, openWebhooks(options), names, log.logger);
    if (shared && options.rateLimit !== undefined)
      counts = await openSharedCounts(shared, log.logger);
    const app = createApp({
      models: engines.byName,
      access: accessOf(options, keys, counts),
      renderer,
      logger: log.logger,
      processMetrics: observeProcess(),
      jobs,
      drain,
      ...(site && { site }),
    });
    const { host, port, drainSeconds } = options;
    await using server = await serveApp(app, {
      host,
      port,
      allowPublic,
      drain,
      drainSeconds,
      logger: log.logger,
    });
    return await untilEnded(server, jobs, options, { signal, site, logger: log.logger });
  } finally {
    void jobs?.close(); // after a failure it would hold the process
    counts?.close();
    await log.flush();
  }
}

function publicWithoutKeys(host: string): InputError {
  return new InputError(
    'public-without-key',
    `option --host: other machines reach ${host}, and there are no API keys; name a --key-file, or say --open-to-all`,
  );
}

/** Origins separated by commas. */
function origins(text: string): string[] {
  const named = list(text);
  if (named.every(isOrigin)) return named;
  throw new InvalidArgumentError('Expected origins such as https://example.org, or *.');
}

function accessOf(
  { host, cors, rateLimit, proxies }: ServeArguments,
  keys: Awaited<ReturnType<typeof readKeys>>,
  store: SharedCounts | undefined,
) {
  return {
    keys,
    openJobList: isLoopback(host),
    ...(cors && { corsOrigins: cors }),
    ...(rateLimit !== undefined && { rateLimit: { requests: rateLimit, ...(store && { store }) } }),
    ...(proxies !== undefined && { proxies }),
  };
}

/** Says where it listens, waits for a signal, and drains. */
async function untilEnded(
  server: RunningServer,
  jobs: JobQueue,
  { model = DEFAULT_MODEL, json, drainSeconds }: ServeArguments,
  { signal, site, logger }: { signal: AbortSignal; site: Site | undefined; logger: Logger },
): Promise<Report> {
  const started = performance.now();
  const { url } = server;
  const names = model.map(({ name }) => name);
  logger.info({ url, models: names }, 'listening');
  const what = site ? `The studio is at ${url}, the API at ${url}v1` : `The API is at ${url}v1`;
  process.stdout.write(
    json === true ? `${JSON.stringify({ url, models: names })}\n` : `${what} (Ctrl-C ends it)\n`,
  );
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  logger.info({}, 'draining');
  const patience = sleep(drainSeconds * 1000, undefined, { ref: false });
  await server.drain();
  // Jobs in memory end with this process; those on Redis are the workers'.
  await Promise.race([jobs.close(), patience]);
  const seconds = (performance.now() - started) / 1000;
  logger.info({}, 'ended');
  return { lines: [`ended after ${formatDuration(seconds)}`], data: { url, seconds }, exitCode: 0 };
}
