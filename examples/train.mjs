// From a folder of MIDI files to a model, in one program: what prepare, train and export do.
//   node examples/train.mjs <folder of MIDI files> <working folder> [steps]
import { join } from 'node:path';
import { exportCheckpoint } from '@ostinato/export';
import { LSTM_PRESETS } from '@ostinato/model';
import { createOnnxEngine, openCorpus, prepareCorpus, train } from '@ostinato/training';

const [source, folder, steps = '500'] = process.argv.slice(2);
if (source === undefined || folder === undefined) {
  throw new Error('usage: node examples/train.mjs <folder of MIDI files> <working folder> [steps]');
}

const { summary } = await prepareCorpus(source, join(folder, 'corpus'));
console.log(summary);

const corpus = await openCorpus(join(folder, 'corpus'));
const result = await train({
  corpus,
  engine: (request) => createOnnxEngine(request),
  runFolder: join(folder, 'run'),
  sizes: LSTM_PRESETS.tiny,
  options: { steps: Number(steps), batch: 16, windowSteps: 64 },
  onProgress: (event) => {
    if (event.kind === 'evaluation')
      console.log(`step ${event.step}: ${event.loss.toFixed(3)} nats`);
  },
});
await corpus.close();

const { bytes } = await exportCheckpoint(join(folder, 'run'), join(folder, 'model'));
console.log(`${join(folder, 'model')}: ${result.step} steps, ${(bytes / 1e6).toFixed(1)} MB`);
