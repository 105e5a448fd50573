// The program with all its commands.
import { Command } from 'commander';

type AddCommand = (program: Command, setExitCode: (code: number) => void) => void;

/** In the order in which the help lists them. Most of a command's time to start is the loading of what it imports. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  prepare: async () => (await import('./commands/prepare.js')).addPrepareCommand,
  merge: async () => (await import('./commands/merge.js')).addMergeCommand,
  train: async () => (await import('./commands/train.js')).addTrainCommand,
  report: async () => (await import('./commands/report.js')).addReportCommand,
  export: async () => (await import('./commands/export.js')).addExportCommand,
  generate: async () => (await import('./commands/generate.js')).addGenerateCommand,
  evaluate: async () => (await import('./commands/evaluate.js')).addEvaluateCommand,
  inspect: async () => (await import('./commands/inspect.js')).addInspectCommand,
  verify: async () => (await import('./commands/verify.js')).addVerifyCommand,
  serve: async () => (await import('./commands/serve.js')).addServeCommand,
  worker: async () => (await import('./commands/worker.js')).addWorkerCommand,
  transcribe: async () => (await import('./commands/transcribe.js')).addTranscribeCommand,
};

/** @param args what follows the program's name: if it begins with a command, only that one is loaded
 *  @param setExitCode told the exit code of the command that ran */
export async function createProgram(
  args: readonly string[],
  setExitCode: (code: number) => void,
): Promise<Command> {
  const program = new Command('ostinato')
    .description('Train a music model on your own machine and compose with it.')
    .version('0.1.0')
    .exitOverride()
    .configureOutput({
      // One line, whatever commander adds to it.
      outputError: (text, write) =>
        write(
          `ostinato: ${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll(/\s*\n\s*/g, ' ')}\n`,
        ),
    })
    .addHelpText(
      'after',
      `
From MIDI files to music:
  $ ostinato prepare my-midi --out corpora/mine
  $ ostinato train --data corpora/mine --out runs/mine
  $ ostinato export runs/mine --out models/mine
  $ ostinato generate --model models/mine --seed 7 --out piece.mid`,
    );
  const [first = ''] = args;
  const loaders = Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]] : Object.values(COMMANDS);
  for (const load of loaders) (await load())(program, setExitCode);
  return program;
}
