// Worker processes for music files. A file that makes its process hang, crash or run out of memory costs that process,
// which is replaced, and is a fault of the file.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import { CorpusError } from '../corpus-error.js';
import type { EncodeResult, EncodeTask, Fault, ReadResult, ReadTask } from './tasks.js';

export interface FileWorkersOptions {
  /** Processes, 1..256. */
  readonly jobs: number;
  /** Seconds that one file may take, 1..86400. */
  readonly fileSeconds: number;
  /** What one process may fill with objects. Default 1024: the reader's own limits keep the worst file near 100. */
  readonly heapMebibytes?: number;
  /** The compiled entry point; tests give another. */
  readonly script?: string;
}

/** A process has 60 s to start; a busy machine takes one or two. */
const START_MILLISECONDS = 60_000;
/** So many processes that end without a reply, one after another, are not the fault of files. */
const MOST_DEATHS_IN_A_ROW = 20;

/** Not a verdict on the file for good: another run may try it again. */
export interface Failure extends Fault {
  readonly code: 'timed-out' | 'reader-died';
}

export class FileWorkers implements AsyncDisposable {
  readonly jobs: number;
  readonly #fileSeconds: number;
  readonly #pool: ReturnType<typeof workerpool.pool>;
  #started: Promise<void> | undefined;
  #ended: Promise<unknown> | undefined;
  #deathsInARow = 0;

  /** Starts no process yet.
   *  @throws {RangeError} if an option is outside its range
   *  @throws {CorpusError} `not-built` if the compiled worker is missing */
  constructor({
    jobs,
    fileSeconds,
    heapMebibytes = 1024,
    script = entryFile(),
  }: FileWorkersOptions) {
    checkRange('jobs', jobs, 1, 256);
    checkRange('fileSeconds', fileSeconds, 1, 86_400);
    this.jobs = jobs;
    this.#fileSeconds = fileSeconds;
    this.#pool = workerpool.pool(script, {
      workerType: 'process',
      maxWorkers: jobs,
      emitStdStreams: true, // what a dying process says of its heap is not for our terminal
      forkOpts: {
        serialization: 'advanced', // typed arrays as bytes
        execArgv: [`--max-old-space-size=${heapMebibytes}`],
      },
    });
  }

  /** Reads a file in a process.
   *  @throws {CorpusError} `no-workers` if processes cannot be started or keep dying */
  read(task: ReadTask): Promise<ReadResult | Failure> {
    return this.#run('read', task);
  }

  /** Encodes a piece in a process.
   *  @throws {CorpusError} `no-workers` if processes cannot be started or keep dying */
  encode(task: EncodeTask): Promise<EncodeResult | Failure> {
    return this.#run('encode', task);
  }

  /** Ends all processes at once; calls that wait are rejected, and so are later ones. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#ended ??= Promise.resolve(this.#pool.terminate(true)));
  }

  async #run<T>(method: string, task: { path: string }): Promise<T | Failure> {
    await (this.#started ??= this.#start());
    for (let attempt = 1; ; attempt++) {
      // A pool that is ending takes tasks in and never runs them.
      if (this.#ended)
        throw new Error(`${task.path}: the processes that read files have been ended`);
      try {
        const result = await this.#exec(method, task);
        this.#deathsInARow = 0;
        return result as T;
      } catch (error) {
        if (this.#ended) throw error;
        if (error instanceof workerpool.Promise.TimeoutError) return this.#timedOut(task.path);
        // Once more: the process may have died of something else, such as a machine short of memory.
        if (++this.#deathsInARow >= MOST_DEATHS_IN_A_ROW) throw processesDie(error);
        if (attempt === 2) return died(task.path);
      }
    }
  }

  async #exec(method: string, task: { path: string }): Promise<unknown> {
    return this.#pool.exec(method, [task]).timeout(this.#fileSeconds * 1000);
  }

  async #start(): Promise<void> {
    try {
      await this.#pool.exec('ready').timeout(START_MILLISECONDS);
    } catch (cause) {
      throw new CorpusError(
        'no-workers',
        `no process for reading files could be started (${firstLine(cause)}); is the machine out of memory or processes?`,
        { cause },
      );
    }
  }

  #timedOut(path: string): Failure {
    return {
      code: 'timed-out',
      message: `${path}: not done after ${this.#fileSeconds} s, and given up`,
    };
  }
}

function died(path: string): Failure {
  return {
    code: 'reader-died',
    message: `${path}: the process that read it ended twice, perhaps for want of memory`,
  };
}

function processesDie(cause: unknown): CorpusError {
  return new CorpusError(
    'no-workers',
    `${MOST_DEATHS_IN_A_ROW} processes that read files ended one after another without a reply; ` +
      'use fewer at a time (jobs) or give them more memory, and run it again',
    { cause },
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

function checkRange(name: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new RangeError(`${name}: expected a whole number in ${lowest}..${highest}, found ${value}`);
}

/** The process runs compiled code, also when this file runs from source in a test. */
function entryFile(): string {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/data/workers/worker.js', import.meta.url)
    : new URL('./worker.js', import.meta.url);
  const file = fileURLToPath(url);
  if (existsSync(file)) return file;
  throw new CorpusError(
    'not-built',
    '@ostinato/training: its compiled files are missing; run `npm run build` first',
  );
}
