// Makes the files that a page loads, beside the compiled modules in dist/: the workers, each with all it needs in one file,
// ONNX Runtime's wasm, the sound's worklets, and `ostinato.js` and `ostinato-elements.js` for pages without a bundler. Run after `tsc -b`.
import { copyFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { build as bundle } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const onnxruntime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));

const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'linked',
  conditions: ['@ostinato/source'],
  sourcemap: true,
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: {
    'wasm-worker': join(root, 'src/worker/wasm.ts'),
    'webgpu-worker': join(root, 'src/worker/webgpu.ts'),
    ostinato: join(root, 'src/standalone.ts'),
    'synthesizer-worklet': join(root, 'src/sound/worklet/processor.ts'),
    'export-worker': join(root, 'src/sound/export/worker.ts'),
  },
  outdir: dist,
});
// For servers: ONNX Runtime's JavaScript inside, what else it imports outside, so that its errors are those of the others.
await build({
  ...common,
  entryPoints: { 'in-thread': join(root, 'src/in-thread/index.ts') },
  external: ['@ostinato/*'],
  outdir: dist,
});
for (const name of await readdir(dist))
  if (name.startsWith('ostinato-elements')) await rm(join(dist, name)); // a file of an older build may have no successor
// What is needed rarely (a SoundFont's library) stays in files of its own, which must lie in the same folder; what loads a model
// does not, for it would come one round trip later. By Rolldown, because esbuild takes all that two files share by way of core's
// index into the first of them.
await bundle({
  input: { 'ostinato-elements': join(root, 'src/elements/define.ts') },
  platform: 'browser',
  resolve: { conditionNames: ['@ostinato/source', 'browser', 'import', 'default'] },
  plugins: [{ name: 'without-indentation', transform: withoutIndentation }],
  output: {
    dir: dist,
    format: 'esm',
    minify: true,
    sourcemap: true,
    chunkFileNames: 'ostinato-elements-[name].js',
  },
});
await copyFile(
  join(
    dirname(fileURLToPath(import.meta.resolve('spessasynth_lib'))),
    'spessasynth_processor.min.js',
  ),
  join(dist, 'soundfont-worklet.js'),
);
for (const file of ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.jspi.wasm'])
  await copyFile(join(onnxruntime, file), join(dist, file));

/** A minifier leaves templates as they are, indented for who reads the source. Lines stay lines. */
function withoutIndentation(code, file) {
  if (!file.startsWith(join(root, 'src/elements'))) return undefined;
  return { code: code.replaceAll(/\n +/g, '\n'), map: null };
}
