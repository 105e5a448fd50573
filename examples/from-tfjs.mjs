// A network built in TF.js becomes a model that composes: any next-token network, here an untrained one.
//   node examples/from-tfjs.mjs [tokenizer.json] [work folder] [piece.mid]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose, parseTokenizer, writeMidi } from '@ostinato/core';
import { exportLayersArtifact, readLayersModel } from '@ostinato/export';
import { loadModel } from '@ostinato/node';
import { layers, sequential } from '@tensorflow/tfjs-layers';

await import('@tensorflow/tfjs-backend-cpu'); // in plain JavaScript; a native one trains faster

const [tokenizerFile = 'models/musicnet/tokenizer.json', work = 'out/tfjs', piece = 'piece.mid'] =
  process.argv.slice(2);
const tokenizer = parseTokenizer(await readFile(tokenizerFile, 'utf8'));
const { vocabularySize } = tokenizer;

// Token ids go in, and at every step the probabilities of the next token come out. Train it with model.fit.
const recurrent = { units: 32, returnSequences: true, recurrentInitializer: 'glorotUniform' };
const network = sequential({
  layers: [
    layers.embedding({ inputDim: vocabularySize, outputDim: 24, inputShape: [null] }),
    layers.lstm(recurrent),
    layers.gru(recurrent),
    layers.dense({ units: vocabularySize, activation: 'softmax' }),
  ],
});

// What `await network.save('file://...')` writes where TF.js has a file system.
const folder = join(work, 'tfjs');
await mkdir(folder, { recursive: true });
await network.save({
  save: async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData));
    await writeFile(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  },
});

// On the command line: ostinato export out/tfjs/tfjs/model.json --tokenizer tokenizer.json --out out/tfjs/model
const about = {
  name: 'from-tfjs',
  description: 'Random weights.',
  licence: 'CC0-1.0',
  attribution: 'Nobody.',
  training: { data: 'none', steps: 0, tokens: 0, metrics: {} },
};
const model = await readLayersModel(folder);
const { report } = await exportLayersArtifact({ model, tokenizer, about }, join(work, 'model'));
const [{ parity }] = report.forms;
console.log(`within ${parity.trainedToStep.toExponential(1)} of TF.js`);

const loaded = await loadModel(join(work, 'model'));
const { score } = await compose(loaded.model, tokenizer, { seed: 7, bars: 4 });
await writeFile(piece, writeMidi(score));
await loaded.model.dispose();
