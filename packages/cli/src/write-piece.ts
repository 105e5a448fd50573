// A piece in the forms people want: MIDI, a piano roll, sound.
import { setImmediate } from 'node:timers/promises';
import { encodeWav, pianoRollSvg, type Score, synthesize, writeMidi } from '@ostinato/core';
import { writeOutputFile } from './output-file.js';
import type { CommandContext } from './run-command.js';

/** Where each form goes. */
export interface OutputFiles {
  readonly midi: string;
  readonly svg?: string;
  readonly wav?: string;
}

const SAMPLE_RATE = 44_100;

/** Makes every form first, then writes them.
 *  @throws the signal's reason if it is aborted before the first is written */
export async function writePiece(
  score: Score,
  { midi, svg, wav }: OutputFiles,
  { signal, progress }: CommandContext,
): Promise<void> {
  const files = new Map<string, Uint8Array | string>([[midi, writeMidi(score)]]);
  if (svg !== undefined) files.set(svg, pianoRollSvg(score));
  if (wav !== undefined) {
    progress.update('rendering sound');
    files.set(wav, encodeWav(synthesize(score, { sampleRate: SAMPLE_RATE }), SAMPLE_RATE));
  }
  await setImmediate(); // a Ctrl-C that came during the rendering is heard here
  signal.throwIfAborted();
  for (const [path, content] of files) await writeOutputFile(path, content);
}
