// Composes half a minute and writes it as MIDI.
//   node examples/compose.mjs [model folder] [output file]
import { writeFile } from 'node:fs/promises';
import { compose, writeMidi } from '@ostinato/core';
import { loadModel } from '@ostinato/node';

const [folder = 'models/musicnet', file = 'piece.mid'] = process.argv.slice(2);

const { model, tokenizer, manifest } = await loadModel(folder);
const { score } = await compose(model, tokenizer, { ...manifest.sampling, seed: 7, seconds: 30 });
await writeFile(file, writeMidi(score));
await model.dispose();

console.log(`${file}: ${score.tracks.length} tracks`);
