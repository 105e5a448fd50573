// The command line of the benchmarks. Each prints a table and, asked to, writes its figures with the command.
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarkDecoding } from './decode-benchmark.js';
import { describeMachine } from './machine.js';
import { startTorch, type TorchPeer } from './torch-peer.js';
import { benchmarkTraining } from './train-benchmark.js';

const USAGE = `node tools/bench/dist/main.js train|decode [options]

  --rounds N      rounds that count, each ours then PyTorch's (default 12)
  --threads N     of both sides (default: one for each core)
  --batch N       sequences (default: 32 for train, 1 for decode)
  --hidden N      train: embedding and hidden size (default 512)
  --model DIR     decode: the artifact (default models/musicnet)
  --python FILE   an interpreter with torch (default tools/bench/.venv/bin/python, else python3)
  --out FILE      write the figures as JSON

Keep the machine quiet: both sides use every core.`;

const VENV = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));

interface Settings {
  readonly benchmark: 'train' | 'decode';
  readonly rounds: number;
  readonly threads: number;
  readonly batch: number;
  readonly hidden: number;
  readonly model: string;
  readonly python: string;
  readonly out: string | undefined;
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  const machine = describeMachine();
  const torch = await startTorch(settings.python, settings.threads);
  if ('missing' in torch) {
    console.error(`PyTorch is left out (${torch.missing}); see tools/bench/README.md`);
  }
  const peer = 'missing' in torch ? undefined : torch;
  let figures: object;
  try {
    figures = await measure(settings, peer);
  } finally {
    await peer?.stop();
  }
  const command = ['node tools/bench/dist/main.js', ...process.argv.slice(2)].join(' ');
  const report = { command, machine, torch: peer?.version ?? null, figures };
  console.log(JSON.stringify(report, null, 2));
  if (settings.out) writeFileSync(settings.out, `${JSON.stringify(report, null, 2)}\n`);
}

function measure(settings: Settings, torch: TorchPeer | undefined): Promise<object> {
  const { batch, hidden, model, rounds, threads } = settings;
  if (settings.benchmark === 'train') {
    const sizes = { V: 400, E: hidden, H: hidden, L: 2, B: batch, T: 128 };
    return benchmarkTraining(sizes, threads, rounds, torch);
  }
  return benchmarkDecoding(model, { batch, threads, rounds }, torch);
}

function readSettings(argv: string[]): Settings {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      rounds: text,
      threads: text,
      batch: text,
      hidden: text,
      model: text,
      python: text,
      out: text,
    },
  });
  const [benchmark] = positionals;
  if (benchmark !== 'train' && benchmark !== 'decode') throw new Error(USAGE);
  return {
    benchmark,
    rounds: positive('rounds', values.rounds, 12),
    threads: positive('threads', values.threads, availableParallelism()),
    batch: positive('batch', values.batch, benchmark === 'train' ? 32 : 1),
    hidden: positive('hidden', values.hidden, 512),
    model: values.model ?? 'models/musicnet',
    python: values.python ?? (existsSync(VENV) ? VENV : 'python3'),
    out: values.out,
  };
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
