// `ostinato serve`: models -> an HTTP server, with the studio in front.
import { createApp, createDrain, isOrigin, type Logger, type Site } from '@ostinato/server';
import {
  createLogger,
  createThreadRenderer,
  isLoopback,
  type LogLevel,
  observeProcess,
  type RunningServer,
  serveApp,
} from '@ostinato/server/node';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../input-file.js';
import { OFFLINE_OPTION, sourceOptions } from '../model-option.js';
import { decimal, integer, list, path } from '../option-parsers.js';
import { PRECISIONS } from '../precisions.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { KEYS_VARIABLE, readKeys } from '../serve/key-list.js';
import { type EngineArguments, loadEngines } from '../serve/load-engines.js';
import { createLineLogger } from '../serve/log-lines.js';
import { openStudio } from '../serve/open-studio.js';
import { type ModelChoice, modelChoice } from '../serve/served-models.js';
import { formatDuration } from '../terminal/units.js';

interface ServeArguments extends EngineArguments {
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

const LOG_LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info'];
const DEFAULT_MODEL: ModelChoice[] = [{ name: 'musicnet', source: 'musicnet' }];

export function addServeCommand(program: Command, setExitCode: (code: number) => void): void {
  program
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
      'requests in a minute for each key, and for each address without one',
      integer(1, 1_000_000),
    )
    .option('--proxies <N>', 'how many of yours are believed about addresses', integer(0, 10))
    .option('--no-studio', 'the API alone')
    .option(
      '--engines <N>',
      'processes of each model (default: one for each core, up to four)',
      integer(1, 64),
    )
    .option(
      '--threads <N>',
      'threads of each process (default: its share of the cores)',
      integer(1, 64),
    )
    .option(
      '--slots <N>',
      'pieces that a process composes at a time (default: 128)',
      integer(1, 1024),
    )
    .addOption(
      new Option(
        '--precision <FORM>',
        "a form of the models; int8-dynamic is faster and gives other notes (default: the models' reproducible form)",
      ).choices(PRECISIONS),
    )
    .option(...OFFLINE_OPTION)
    .option(
      '--drain-seconds <N>',
      'what is under way when it is told to end gets so long',
      decimal(0, 3600),
      30,
    )
    .addOption(new Option('--log-level <NAME>', 'on stderr').choices(LOG_LEVELS).default('info'))
    .option('--json', 'print JSON objects on stdout: one when it listens, one at the end')
    .addHelpText(
      'after',
      `
Examples:
  $ ostinato serve --model musicnet
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
  try {
    await using renderer = createThreadRenderer();
    const drain = createDrain();
    const app = createApp({
      models: engines.byName,
      access: accessOf(options, keys),
      renderer,
      logger: log.logger,
      processMetrics: observeProcess(),
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
    return await untilEnded(server, options, { signal, site, logger: log.logger });
  } finally {
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
  { cors, rateLimit, proxies }: ServeArguments,
  keys: Awaited<ReturnType<typeof readKeys>>,
) {
  return {
    keys,
    ...(cors && { corsOrigins: cors }),
    ...(rateLimit !== undefined && { rateLimit: { requests: rateLimit } }),
    ...(proxies !== undefined && { proxies }),
  };
}

/** Says where it listens, waits for a signal, and drains. */
async function untilEnded(
  server: RunningServer,
  { model = DEFAULT_MODEL, json }: ServeArguments,
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
  await server.drain();
  const seconds = (performance.now() - started) / 1000;
  logger.info({}, 'ended');
  return { lines: [`ended after ${formatDuration(seconds)}`], data: { url, seconds }, exitCode: 0 };
}

/** JSON for programs, lines for a person at a terminal. */
function openLog(level: LogLevel): { logger: Logger; flush(): Promise<void> } {
  if (process.stderr.isTTY) {
    const logger = createLineLogger(level, (line) => process.stderr.write(`${line}\n`));
    return { logger, flush: async () => {} };
  }
  const logger = createLogger({ level });
  return { logger, flush: () => logger.flush() };
}
