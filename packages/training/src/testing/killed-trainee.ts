// A process that trains, and dies by SIGKILL at a given moment. For tests; run it compiled:
//
//   node killed-trainee.js RUN_FOLDER [KIND N [torn]]
//
// It goes on where the folder's run stands, or starts one, and says on stdout where it is, a word a line. It dies at its
// N-th moment (from 1) of a KIND: before a change of the file system (`rename`, `writeFile`, ...), or, `torn`, when that
// change is half done; after a `step` or an `evaluation`; or at the N-th of `any` kind. Without KIND it trains to the end.
import { existsSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOnnxEngine } from '../engines/onnx/onnx-engine.js';
import { train } from '../trainer/train.js';
import { createMemoryCorpus } from './memory-corpus.js';

const [runFolder = '', kind, count, torn] = process.argv.slice(2);
const STDOUT = 1;
let moments = 0;

/** Does half of a change and never returns, if this is the moment to die. */
function dieHere(name: string, half: () => void = () => undefined): void {
  writeSync(STDOUT, `${name}\n`);
  if (kind !== 'any' && kind !== name) return;
  if (++moments !== Number(count)) return;
  if (torn !== undefined) half();
  process.kill(process.pid, 'SIGKILL');
}

/** Makes every change of the file system by the trainer pass `dieHere`. */
async function watchChanges(): Promise<void> {
  const { open, mkdir, rename, rm } = fs;
  Object.assign(fs, {
    open: async (...args: Parameters<typeof open>): Promise<FileHandle> => {
      if (args[1] !== 'r') dieHere('open');
      return open(...args);
    },
    mkdir: async (path: string, options?: { recursive: true }): Promise<unknown> => {
      dieHere('mkdir');
      return mkdir(path, options);
    },
    rename: async (from: string, to: string): Promise<void> => {
      dieHere('rename');
      return rename(from, to);
    },
    rm: async (path: string, options?: Parameters<typeof rm>[1]): Promise<void> => {
      dieHere('rm', () => removeHalf(path));
      return rm(path, options);
    },
  });
  syncBuiltinESMExports();

  const probe = await open(fileURLToPath(import.meta.url), 'r');
  const handle = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { writeFile, appendFile, write, sync, truncate } = handle;
  Object.assign(handle, {
    async writeFile(this: FileHandle, data: Uint8Array | string): Promise<void> {
      dieHere('writeFile', () => writeHalf(this, data));
      return writeFile.call(this, data);
    },
    async appendFile(this: FileHandle, data: string): Promise<void> {
      dieHere('appendFile', () => writeHalf(this, data));
      return appendFile.call(this, data);
    },
    async write(this: FileHandle, data: string, position?: number): Promise<unknown> {
      dieHere('write', () => writeHalf(this, data));
      return write.call(this, data, position);
    },
    async sync(this: FileHandle): Promise<void> {
      dieHere('sync');
      return sync.call(this);
    },
    async truncate(this: FileHandle, length?: number): Promise<void> {
      dieHere('truncate');
      return truncate.call(this, length);
    },
  });
}

function writeHalf(file: FileHandle, data: Uint8Array | string): void {
  const bytes = Buffer.from(data);
  writeSync(file.fd, bytes.subarray(0, bytes.length / 2));
}

/** What `rm -r` has done when it is killed in the middle: some files are gone. */
function removeHalf(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const names = readdirSync(path);
  for (const name of names.slice(0, names.length / 2)) {
    rmSync(join(path, name), { recursive: true });
  }
}

await watchChanges();
const result = await train({
  corpus: createMemoryCorpus(),
  engine: (request) => createOnnxEngine({ ...request, threads: 1 }),
  runFolder,
  sizes: {
    kind: 'lstm',
    embeddingSize: 8,
    hiddenSize: 8,
    layers: 2,
    dropout: 0.2,
    tiedOutput: false,
  },
  options: {
    steps: 60,
    batch: 3,
    windowSteps: 16,
    peakLearningRate: 1, // so much that the best evaluation is not always the newest
    warmupSteps: 10,
    schedule: 'plateau',
    plateauPatience: 2,
    microBatch: 1,
    dropoutMask: 'step',
    labelDropout: 0.3,
    tempoStretch: 0.5,
    rotateBars: true,
    evaluationInterval: 4,
    checkpointInterval: 3,
    keepCheckpoints: 2,
  },
  now: () => 0, // the log's rates are then the same in every run
  // A start that was killed before there was a run is a start again.
  resume: existsSync(join(runFolder, 'run.json')),
  onProgress: ({ kind: moment }) => dieHere(moment),
});
writeSync(STDOUT, `${JSON.stringify(result)}\n`);
