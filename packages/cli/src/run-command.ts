// What every command shares: it can be interrupted, shows progress on stderr and ends with a report on stdout.
import { describeError } from './terminal/describe-error.js';
import { createProgress, type Progress } from './terminal/progress.js';

export interface CommandContext {
  /** Aborted by Ctrl-C and SIGTERM. A command stops soon after, with nothing half-written. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface Report {
  /** For people: lines on stdout. */
  readonly lines: readonly string[];
  /** For programs: what `--json` prints instead, as one line. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What the report found that must not pass for success: a line on stderr, and exit code 1. */
  readonly failure?: string;
  /** Of a command that a signal ends in order. Default: as shells count the signal. */
  readonly exitCode?: 0;
}

/** 128 + the signal's number, as shells count. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs a command to its report.
 *  @param whenInterrupted how an interruption has left things
 *  @returns the exit code */
export async function runCommand(
  options: { json?: boolean },
  command: (context: CommandContext) => Promise<Report>,
  whenInterrupted = 'nothing is half-written',
): Promise<number> {
  const interruption = catchSignals();
  const progress = createProgress(process.stderr);
  try {
    const report = await command({ signal: interruption.signal, progress });
    progress.end();
    printReport(report, options.json === true);
    return report.exitCode ?? interruption.exitCode() ?? (report.failure === undefined ? 0 : 1);
  } catch (error) {
    progress.end();
    const exitCode = interruption.exitCode();
    const message =
      exitCode === undefined ? describeError(error) : `interrupted; ${whenInterrupted}`;
    process.stderr.write(`ostinato: ${message}\n`);
    if (options.json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    return exitCode ?? 1;
  } finally {
    interruption.release();
  }
}

function printReport({ lines, data, failure }: Report, json: boolean): void {
  const output = json ? [JSON.stringify(data)] : lines;
  process.stdout.write(output.map((line) => `${line}\n`).join(''));
  if (failure !== undefined) process.stderr.write(`ostinato: ${failure}\n`);
}

interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that the caught signal asks for, or undefined if none came. */
  exitCode(): number | undefined;
  release(): void;
}

/** The first Ctrl-C or SIGTERM asks the command to stop; a second one ends the process at once. */
function catchSignals(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const release = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    exitCode = EXIT_CODES[name];
    release();
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: controller.signal, exitCode: () => exitCode, release };
}
