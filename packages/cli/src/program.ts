// The program with all its commands.
import { Command } from 'commander';
import { addEvaluateCommand } from './commands/evaluate.js';
import { addExportCommand } from './commands/export.js';
import { addGenerateCommand } from './commands/generate.js';
import { addInspectCommand } from './commands/inspect.js';
import { addMergeCommand } from './commands/merge.js';
import { addPrepareCommand } from './commands/prepare.js';
import { addReportCommand } from './commands/report.js';
import { addTrainCommand } from './commands/train.js';
import { addTranscribeCommand } from './commands/transcribe.js';
import { addVerifyCommand } from './commands/verify.js';

/** @param setExitCode told the exit code of the command that ran */
export function createProgram(setExitCode: (code: number) => void): Command {
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
  addPrepareCommand(program, setExitCode);
  addMergeCommand(program, setExitCode);
  addTrainCommand(program, setExitCode);
  addReportCommand(program, setExitCode);
  addExportCommand(program, setExitCode);
  addGenerateCommand(program, setExitCode);
  addEvaluateCommand(program, setExitCode);
  addInspectCommand(program, setExitCode);
  addVerifyCommand(program, setExitCode);
  addTranscribeCommand(program, setExitCode);
  return program;
}
