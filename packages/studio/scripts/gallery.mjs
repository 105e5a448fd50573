// Composes the pieces of the gallery into public/gallery/, as anybody's browser would. Run it after a change of the
// pieces or of the model, and after `npm run build`: `node packages/studio/scripts/gallery.mjs`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose, writeMidi } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { GALLERY, GALLERY_SECONDS } from '../dist/modules/gallery/pieces.js';

const studio = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(studio, 'public', 'gallery');

await mkdir(folder, { recursive: true });
const { model, tokenizer, manifest } = await loadModel(join(studio, '../../models/musicnet'));
for (const { file, seed, labels } of GALLERY) {
  const options = { ...manifest.sampling, seed, seconds: GALLERY_SECONDS, labels };
  const { score } = await compose(model, tokenizer, options);
  await writeFile(join(folder, `${file}.mid`), writeMidi(score));
  console.log(`${file}.mid`);
}
await model.dispose();
