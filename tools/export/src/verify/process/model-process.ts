// The parent's end of the process that runs one model: it has a time limit, and can be killed whatever it computes.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NumericTensors, RunnableModel, Signature } from '../port.js';
import { VerifyError } from '../verify-error.js';
import type { OperationName, Operations, Reply, Runtime } from './protocol.js';

/** Characters of the child's stderr that are kept. */
const MOST_LAST_WORDS = 2000;

export interface ProcessLimits {
  /** For opening the model, and for each run. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** A model in a child process. Dispose of it when done. */
export class ModelProcess implements RunnableModel, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #path: string;
  readonly #limits: ProcessLimits;
  #lastWords = '';
  #signature: Signature | undefined;

  private constructor(path: string, limits: ProcessLimits) {
    this.#path = path;
    this.#limits = limits;
    this.#child = fork(entryFile(), {
      serialization: 'advanced', // typed arrays as bytes
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [], // a debugger's port or a loader of the parent is not for the child
    });
    this.#child.on('error', () => {}); // a call that waits is told
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
    });
  }

  /** Starts a process and opens a file in it.
   *  @throws {VerifyError} if the file is not a model that the runtime runs, or takes too long */
  static async open(runtime: Runtime, path: string, limits: ProcessLimits): Promise<ModelProcess> {
    const process = new ModelProcess(path, limits);
    try {
      process.#signature = await process.#call('open', { runtime, path });
      return process;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  get signature(): Signature {
    return this.#signature!; // nobody has it before it is open
  }

  /** Runs the model; one call at a time.
   *  @throws {VerifyError} if the run fails or takes too long */
  run(inputs: NumericTensors): Promise<NumericTensors> {
    return this.#call('run', inputs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGone || this.#child.pid === undefined) return; // or it never began
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #call<Name extends OperationName>(
    operation: Name,
    argument: Operations[Name]['request'],
  ): Promise<Operations[Name]['reply']> {
    const { seconds, signal } = this.#limits;
    const over = new AbortController(); // ends the waiting that did not win
    const timer = setTimeout(() => over.abort(this.#tooSlow()), seconds * 1000);
    try {
      const interrupted = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
      if (this.#isGone) throw this.#died();
      const message = once(this.#child, 'message', { signal: interrupted });
      const exit = once(this.#child, 'exit', { signal: interrupted });
      this.#child.send({ operation, argument }, () => {}); // a failed send: the child is gone, its exit follows
      const [answer] = (await Promise.race([message, exit.then(() => [])])) as [Reply?];
      if (answer === undefined) throw this.#died();
      if (answer.ok) return answer.result as Operations[Name]['reply'];
      throw new VerifyError(answer.code, answer.message);
    } catch (error) {
      // `once` gives an AbortError of its own; the reason is what the caller should see.
      if (over.signal.aborted) throw over.signal.reason;
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  #tooSlow(): VerifyError {
    return new VerifyError(
      'too-slow',
      `${basename(this.#path)}: no answer within ${this.#limits.seconds} seconds; give it smaller inputs or more time (--timeout SECONDS)`,
    );
  }

  #died(): VerifyError {
    const lastLine = this.#lastWords.trimEnd().split('\n').at(-1);
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ? `signal ${signalCode}` : `exit code ${exitCode}`;
    return new VerifyError(
      'process-died',
      `${basename(this.#path)}: the process that runs it ended (${lastLine ? `${how}: ${lastLine}` : how})`,
    );
  }
}

/** The child runs compiled code, also when this file runs from source in a test. */
function entryFile(): string {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/verify/process/main.js', import.meta.url)
    : new URL('./main.js', import.meta.url);
  const file = fileURLToPath(url);
  if (existsSync(file)) return file;
  throw new VerifyError(
    'not-built',
    '@ostinato/export: its compiled files are missing; run `npm run build` first',
  );
}
