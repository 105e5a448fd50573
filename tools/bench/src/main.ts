// The command line of the benchmarks. Each prints a table and, asked to, writes its figures with the command.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmarkDecoding } from './decode-benchmark.js';
import { benchmarkEngine, parseShapes } from './engine-benchmark.js';
import { describeMachine } from './machine.js';
import { defaultPython, startTorch } from './peers/peer.js';
import { benchmarkJobs } from './server/jobs-benchmark.js';
import { benchmarkServer } from './server/server-benchmark.js';
import { benchmarkTraining } from './train-benchmark.js';
import { parseTrainSizes } from './train-sizes.js';
import { benchmarkTranscription } from './transcribe-benchmark.js';
import { benchmarkWeb } from './web/web-benchmark.js';

const USAGE = `node tools/bench/dist/main.js train|decode|engine|jobs|transcribe|web|server [options]

  --rounds N      rounds that count, in each every side has its turn (default 12)
  --threads N     of every side (default: one for each core)
  --sizes LIST    train: LAYERSxHIDDEN:BATCH, as 2x512:32,3x1024:128 (default 2x512:32)
  --engines LIST  train: onnx-cpu, onnx-webgpu, onnx-cuda, tfjs-wasm, tfjs-tensorflow (default onnx-cpu)
  --batch N       decode: sequences (default 1)
  --sequences L   engine: pieces at the same time (default 16,64,128)
  --jobs N        jobs: of a round (default 48)
  --shapes LIST   engine, jobs: PROCESSESxTHREADS, as 1x2,2x1 (default one process of --threads, and as many of one thread;
                  jobs: one worker of one thread, too)
  --model DIR     decode, engine: the artifact (default models/musicnet)
  --data DIR      transcribe: holds musicnet_midis (default musicnet in OSTINATO_DATA or ../shared/data)
  --soundfonts L  transcribe: SoundFont files (default those of Debian: FluidR3_GM, TimGM6mb)
  --seconds N     transcribe, jobs: of each piece (default 60)
  --onset-threshold X, --frame-threshold X, --min-note-ms N
                  transcribe: as in ostinato transcribe (default 0.5, 0.3, 128)
  --tokens N      web: that each side draws in a round, a multiple of 64; engine: of each piece (default 256)
  --backends L    web: of @magenta/music: cpu, wasm, webgl (default all three)
  --cases L       server: those of the list in README.md (default all)
  --streams N     server: listeners in real time at scale 1 (default 500)
  --scale X       server: 1 for the sizes that count, below for a short form (default 1)
  --serve=OPTIONS server: further options of ostinato serve, as --serve="--precision int8-dynamic"
  --python FILE   an interpreter with torch or mir_eval (default tools/bench/.venv/bin/python, else python3)
  --out FILE      write the figures as JSON

Keep the machine quiet: every side uses every core.`;

/** Of the packages fluid-soundfont-gm and timgm6mb-soundfont. */
const DEBIAN_SOUND_FONTS =
  '/usr/share/sounds/sf2/FluidR3_GM.sf2,/usr/share/sounds/sf2/TimGM6mb.sf2';

interface Settings {
  readonly benchmark: keyof typeof BENCHMARKS;
  readonly rounds: number;
  readonly threads: number;
  readonly sizes: string;
  readonly engines: string;
  readonly batch: number;
  readonly sequences: string;
  readonly shapes: string | undefined;
  readonly jobs: number;
  readonly model: string;
  readonly data: string;
  readonly soundFonts: string;
  readonly seconds: number;
  readonly onsetThreshold: number;
  readonly frameThreshold: number;
  readonly minNoteMs: number;
  readonly tokens: number;
  readonly backends: string;
  readonly cases: string | undefined;
  readonly streams: number;
  readonly scale: number;
  readonly serve: readonly string[];
  readonly python: string | undefined;
  readonly out: string | undefined;
}

const BENCHMARKS = {
  train: measureTraining,
  decode: measureDecoding,
  engine: measureEngine,
  jobs: measureJobs,
  transcribe: measureTranscription,
  web: measureWeb,
  server: measureServer,
};

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  const machine = describeMachine();
  const figures = await BENCHMARKS[settings.benchmark](settings);
  const command = ['node tools/bench/dist/main.js', ...process.argv.slice(2)].join(' ');
  const report = { command, machine, ...figures };
  console.log(JSON.stringify(report, null, 2));
  if (settings.out) writeFileSync(settings.out, `${JSON.stringify(report, null, 2)}\n`);
}

async function measureTraining(settings: Settings): Promise<{ figures: object }> {
  const { rounds, threads, python } = settings;
  const engines = settings.engines.split(',');
  const figures: object[] = [];
  for (const sizes of settings.sizes.split(',').map(parseTrainSizes)) {
    figures.push(await benchmarkTraining(sizes, { rounds, threads, engines, python }));
  }
  return { figures };
}

async function measureDecoding(
  settings: Settings,
): Promise<{ torch: string | null; figures: object }> {
  const { batch, model, rounds, threads, python } = settings;
  const torch = await startTorch(python, threads);
  if ('missing' in torch) {
    console.error(`PyTorch is left out (${torch.missing}); see tools/bench/README.md`);
    return {
      torch: null,
      figures: await benchmarkDecoding(model, { batch, threads, rounds }, undefined),
    };
  }
  try {
    const figures = await benchmarkDecoding(model, { batch, threads, rounds }, torch);
    return { torch: torch.description, figures };
  } finally {
    await torch.stop();
  }
}

function measureEngine(settings: Settings): Promise<object> {
  const { model, rounds, threads, tokens, sequences, shapes } = settings;
  return benchmarkEngine(model, {
    rounds,
    threads,
    tokens,
    sequences: sequences.split(',').map((count) => positive('sequences', count, 0)),
    shapes: parseShapes(shapes ?? `1x${threads},${threads}x1`),
  });
}

function measureJobs({ model, rounds, threads, shapes, jobs, seconds }: Settings): Promise<object> {
  const workers = parseShapes(shapes ?? `1x1,1x${threads},${threads}x1`);
  return benchmarkJobs(model, { rounds, jobs, seconds, shapes: workers });
}

function measureTranscription(settings: Settings): Promise<object> {
  const { data, seconds, onsetThreshold, frameThreshold, minNoteMs } = settings;
  return benchmarkTranscription({
    data,
    soundFonts: settings.soundFonts.split(','),
    seconds,
    onsetThreshold,
    frameThreshold,
    minNoteSeconds: minNoteMs / 1000,
    python: settings.python ?? defaultPython(),
  });
}

function measureWeb({ rounds, tokens, backends }: Settings): Promise<object> {
  if (tokens % 64 !== 0) throw new Error(`--tokens: expected a multiple of 64, found ${tokens}`);
  return benchmarkWeb({ rounds, tokens, backends: backends.split(',') });
}

async function measureServer(settings: Settings): Promise<object> {
  const { model, cases, streams, scale, serve } = settings;
  return { figures: await benchmarkServer({ model, streams, scale, serve }, cases?.split(',')) };
}

function readSettings(argv: string[]): Settings {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      rounds: text,
      threads: text,
      sizes: text,
      engines: text,
      batch: text,
      sequences: text,
      shapes: text,
      jobs: text,
      model: text,
      data: text,
      soundfonts: text,
      seconds: text,
      'onset-threshold': text,
      'frame-threshold': text,
      'min-note-ms': text,
      tokens: text,
      backends: text,
      cases: text,
      streams: text,
      scale: text,
      serve: text,
      python: text,
      out: text,
    },
  });
  const [benchmark] = positionals;
  if (!isBenchmark(benchmark)) throw new Error(USAGE);
  return {
    benchmark,
    rounds: positive('rounds', values.rounds, 12),
    threads: positive('threads', values.threads, availableParallelism()),
    sizes: values.sizes ?? '2x512:32',
    engines: values.engines ?? 'onnx-cpu',
    batch: positive('batch', values.batch, 1),
    sequences: values.sequences ?? '16,64,128',
    shapes: values.shapes,
    jobs: positive('jobs', values.jobs, 48),
    model: values.model ?? 'models/musicnet',
    data: values.data ?? join(process.env['OSTINATO_DATA'] ?? '../shared/data', 'musicnet'),
    soundFonts: values.soundfonts ?? DEBIAN_SOUND_FONTS,
    seconds: positive('seconds', values.seconds, 60),
    onsetThreshold: Number(values['onset-threshold'] ?? 0.5),
    frameThreshold: Number(values['frame-threshold'] ?? 0.3),
    minNoteMs: Number(values['min-note-ms'] ?? 128),
    tokens: positive('tokens', values.tokens, 256),
    backends: values.backends ?? 'cpu,wasm,webgl',
    cases: values.cases,
    streams: positive('streams', values.streams, 500),
    scale: Number(values.scale ?? 1),
    serve: values.serve?.split(' ') ?? [],
    python: values.python,
    out: values.out,
  };
}

function isBenchmark(name: string | undefined): name is keyof typeof BENCHMARKS {
  return name !== undefined && Object.hasOwn(BENCHMARKS, name);
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected a whole number above 0, found ${text}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
