// `ostinato inspect`: what the reader sees in a file, or what a folder of ours holds.
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { readMidiFile } from '../input-file.js';
import { describeFolder } from '../inspect/inspect-folder.js';
import { describeMidi } from '../inspect/inspect-midi.js';
import { describeRecording } from '../inspect/inspect-recording.js';
import { path } from '../option-parsers.js';
import { runCommand } from '../run-command.js';

export function addInspectCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('inspect')
    .description('Show what is in a MIDI or WAV file, a corpus, a run or a model.')
    .argument('<file>', 'a MIDI or WAV file, or a folder that prepare, train or export made', path)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Example:
  $ ostinato inspect piece.mid`,
    )
    .action(async (file: string, options: { json?: boolean }) => {
      setExitCode(
        await runCommand(options, async () => {
          if (await isFolder(file)) return describeFolder(file);
          if (/\.wav$/i.test(file)) return describeRecording(file);
          return describeMidi(file, await readMidiFile(file));
        }),
      );
    });
}

async function isFolder(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isDirectory() === true;
}
