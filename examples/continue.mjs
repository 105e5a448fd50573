// Continues a MIDI file by eight bars and prints the new notes as they are composed.
//   node examples/continue.mjs theme.mid [model folder]
import { readFile } from 'node:fs/promises';
import { generate, instrumentName, readMidi } from '@ostinato/core';
import { loadModel } from '@ostinato/node';

const [theme, folder = 'models/musicnet'] = process.argv.slice(2);
if (theme === undefined)
  throw new Error('usage: node examples/continue.mjs theme.mid [model folder]');

// The reader is strict: it throws a MidiFormatError that names the byte, and tells of every repair.
const { score, warnings } = readMidi(await readFile(theme));
for (const { code, message } of warnings) console.warn(`${theme}: ${code}: ${message}`);

const { model, tokenizer } = await loadModel(folder);
const notes = generate(model, tokenizer, { seed: 7, primer: score, bars: 8, temperature: 0.9 });
for await (const { startSeconds, instrument, pitch } of notes) {
  console.log(`${startSeconds.toFixed(2)} s  ${instrumentName(instrument)}  ${pitch}`);
}
await model.dispose();
