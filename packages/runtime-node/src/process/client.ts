// The parent's end of the child process: requests out, replies in, and what happens when the child is gone.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ModelClosedError, PendingCalls, type Reply, RuntimeError } from '@ostinato/runtime';

/** Characters of the child's stderr that are kept. */
const MOST_LAST_WORDS = 2000;

/** What a child can be asked for: what each operation takes and gives. */
type OperationTable<Names extends PropertyKey> = {
  readonly [Name in Names]: { readonly request: unknown; readonly reply: unknown };
};

interface ClientOptions {
  /** The child's file, as one of the folder of whoever names it. */
  readonly entry: URL;
  /** Whether the child is told of calls that were aborted, by a request of that id for `cancel`. Default: it is not, and
   *  computes for nobody. */
  readonly tellAborts?: boolean;
  /** A descriptor of this process that the child has as its descriptor 4. Default: none. */
  readonly file?: number | undefined;
}

/** A child process and the calls that wait for it. It keeps this process alive only while a call waits. */
export class ProcessClient<Operations extends OperationTable<keyof Operations>> {
  readonly #child: ChildProcess;
  readonly #calls = new PendingCalls();
  readonly #tellAborts: boolean;
  #isClosing = false;
  /** A child keeps its parent alive unless it is told otherwise. */
  #isHolding = true;
  /** Settles when the child is gone. */
  readonly ended: Promise<void>;
  /** Native libraries write what they think to stderr; it matters only if the child dies. */
  #lastWords = '';

  constructor({ entry, tellAborts = false, file }: ClientOptions) {
    this.#tellAborts = tellAborts;
    this.#child = fork(entryFile(entry), {
      serialization: 'advanced', // typed arrays as bytes
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...(file === undefined ? [] : [file])],
      execArgv: [], // a debugger's port or a loader of the parent is not for the child
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
    });
    this.ended = new Promise((resolve) => {
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
    this.#child.on('message', (reply: Reply) => this.#calls.settle(reply));
    this.#holdProcess(false);
  }

  /** Process id of the child, for logs and tests. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether the child is gone, or going. */
  get isClosed(): boolean {
    return this.#calls.isClosed;
  }

  /** Sends a request.
   *  @throws {ModelClosedError} if the child is gone, or goes before it has answered
   *  @throws the signal's reason */
  async call<Name extends keyof Operations & string>(
    operation: Name,
    argument: Operations[Name]['request'],
    signal?: AbortSignal,
  ): Promise<Operations[Name]['reply']> {
    const post = (id: number, operation: string, argument: unknown): void => {
      // A failed send means that the channel is closed; the child's exit follows and settles the call.
      this.#child.send({ id, operation, argument }, () => {});
    };
    const send = (id: number): void => {
      this.#holdProcess(true);
      post(id, operation, argument);
    };
    const cancel = (id: number): void => post(id, 'cancel', undefined);
    try {
      // The other side's handlers are held to the same table.
      return await this.#calls.add(send, { signal, cancel: this.#tellAborts ? cancel : undefined });
    } finally {
      if (this.#calls.size === 0 && !this.#isClosing) this.#holdProcess(false);
    }
  }

  /** Kills the child at once, whatever it computes. Waiting calls are rejected as with any other end of it. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Kills the child for good. Waiting calls are rejected with `model-disposed`. */
  async close(): Promise<void> {
    this.#close(new ModelClosedError('model-disposed', 'model: used after it was disposed of'));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#isClosing = true;
    this.#holdProcess(true);
    this.kill();
    await this.ended;
  }

  #close(error: ModelClosedError): void {
    this.#calls.close(error);
    this.#holdProcess(false);
  }

  #holdProcess(hold: boolean): void {
    if (hold === this.#isHolding) return;
    this.#isHolding = hold;
    const action = hold ? 'ref' : 'unref';
    this.#child[action]();
    this.#child.channel?.[action]();
    (this.#child.stderr as Socket | null)?.[action]();
  }
}

/** The child runs compiled code, also when this file runs from source in a test. */
function entryFile(entry: URL): string {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(isSource ? entry.href.replace(/^(.*)\/src\//, '$1/dist/') : entry);
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
