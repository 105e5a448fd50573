// The entry of the command line: arguments in, exit code out.
import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { describeError } from './terminal/describe-error.js';

/** Runs one command.
 *  @param args what follows the program's name
 *  @returns the exit code: 0 done, 1 wrong input or failure, 130 after Ctrl-C, 143 after SIGTERM */
export async function main(args: readonly string[]): Promise<number> {
  tolerateReadersThatLeave();
  let exitCode = 0;
  const program = await createProgram(args, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has printed its line
    process.stderr.write(`ostinato: ${describeError(error)}\n`);
    return 1;
  }
  return exitCode;
}

/** `ostinato inspect piece.mid | head -1` closes our output early, and `ostinato train 2>&1 | head` our messages: neither
 *  is a failure, and work that has begun goes on. */
function tolerateReadersThatLeave(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
