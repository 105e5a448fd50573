// Puts the built studio into the package before it is packed, so that `ostinato serve` has it wherever it is installed.
import { fileURLToPath } from 'node:url';
import { buildStudio } from '../../studio/scripts/build.mjs';

const outDir = fileURLToPath(new URL('../studio/', import.meta.url));
await buildStudio({ outDir, models: null, compressed: true });
