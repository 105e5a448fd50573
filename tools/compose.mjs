// `npm run compose`: about a minute of music by the bundled model, into out/.
// Arguments go on to `ostinato generate`, and win: `npm run compose -- --seed 7 --seconds 30`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../packages/cli/dist/main.js';

const defaults = {
  model: 'models/musicnet',
  seed: '4',
  seconds: '60',
  out: 'out/composition.mid',
  svg: 'out/composition.svg',
  wav: 'out/composition.wav',
};

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
process.exitCode = await main([
  'generate',
  ...Object.entries(defaults).flatMap(([name, value]) => [`--${name}`, value]),
  ...process.argv.slice(2),
]);
