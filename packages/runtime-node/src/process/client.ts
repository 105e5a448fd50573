// The parent's end of the child process: requests out, replies in, and what happens when the child is gone.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  ModelClosedError,
  type ModelPort,
  type OperationName,
  PendingCalls,
  type Reply,
  type Request,
  RuntimeError,
} from '@ostinato/runtime';
import type { NodeOperations } from './protocol.js';

/** Characters of the child's stderr that are kept. */
const MOST_LAST_WORDS = 2000;

/** A child process and the calls that wait for it. It keeps this process alive only while a call waits. */
export class ProcessClient implements ModelPort {
  readonly #child: ChildProcess;
  readonly #calls = new PendingCalls();
  readonly #ended: Promise<void>;
  /** Native libraries write what they think to stderr; it matters only if the child dies. */
  #lastWords = '';

  constructor() {
    this.#child = fork(entryFile(), {
      serialization: 'advanced', // typed arrays as bytes
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [], // a debugger's port or a loader of the parent is not for the child
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        const lastLine = this.#lastWords.trimEnd().split('\n').at(-1);
        const how = signal ? `signal ${signal}` : `exit code ${code}`;
        this.#close(diedError(lastLine ? `${how}: ${lastLine}` : how));
        resolve();
      });
      this.#child.on('error', (error) => {
        this.#close(diedError(error.message));
        resolve();
      });
    });
    this.#child.on('message', (reply: Reply) => this.#settle(reply));
    this.#holdProcess(false);
  }

  /** Process id of the child, for logs and tests. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a request; requests are served in the order of these calls.
   *  @throws {ModelClosedError} if the child is gone, or goes before it has answered */
  call<Name extends OperationName>(
    operation: Name,
    argument: NodeOperations[Name]['request'],
  ): Promise<NodeOperations[Name]['reply']> {
    const result = this.#calls.add((id) => {
      this.#holdProcess(true);
      // A failed send means that the channel is closed; the child's exit follows and settles the call.
      this.#child.send({ id, operation, argument } satisfies Request, () => {});
    });
    return result as Promise<NodeOperations[Name]['reply']>; // the other side's handlers are held to the same table
  }

  /** Kills the child at once, whatever it computes. Waiting calls are rejected. */
  async close(): Promise<void> {
    this.#close(new ModelClosedError('model-disposed', 'model: used after it was disposed of'));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#holdProcess(true);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #settle(reply: Reply): void {
    this.#calls.settle(reply);
    if (this.#calls.size === 0) this.#holdProcess(false);
  }

  #close(error: ModelClosedError): void {
    this.#calls.close(error);
    this.#holdProcess(false);
  }

  #holdProcess(hold: boolean): void {
    const action = hold ? 'ref' : 'unref';
    this.#child[action]();
    this.#child.channel?.[action]();
    (this.#child.stderr as Socket | null)?.[action]();
  }
}

/** The child runs compiled code, also when this file runs from source in a test. */
function entryFile(): string {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../dist/process/main.js', import.meta.url)
    : new URL('./main.js', import.meta.url);
  const file = fileURLToPath(url);
  if (!existsSync(file)) {
    throw new RuntimeError(
      'not-built',
      '@ostinato/node: its compiled files are missing; run `npm run build` first',
    );
  }
  return file;
}

function diedError(how: string): ModelClosedError {
  return new ModelClosedError(
    'process-died',
    `model: the process that runs it ended unexpectedly (${how}); load the model again`,
  );
}
