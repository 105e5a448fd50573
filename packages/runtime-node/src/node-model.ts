// A NextTokenModel on ONNX Runtime in a child process.
import type { Grammar } from '@ostinato/core';
import { RemoteModel } from '@ostinato/runtime';
import { ProcessClient } from './process/client.js';
import type { Device, NodeOperations } from './process/protocol.js';
import { checkThreads, defaultThreads } from './threads.js';

/** What a model is made of. */
export interface ModelParts {
  /** ONNX files with the inputs and outputs that docs/artifact.md lists. They are trusted here; `loadModel` checks
   *  those of a folder. */
  readonly graphs: { readonly step: Uint8Array; readonly chunk?: Uint8Array };
  readonly grammar: Grammar;
  /** S, the numbers of state of one sequence. */
  readonly stateSize: number;
}

export interface RuntimeOptions {
  /** Default 'cpu'. What is asked for is used or refused, never replaced. */
  readonly device?: Device;
  /** Threads of one operator on the CPU, 1..64. Default: the cores available, at most 4. Two models on the same cores
   *  slow each other down: give each its own. */
  readonly threads?: number;
}

/** Starts a process that runs the model.
 *  @throws {DeviceError} if the device is not there or refuses the model
 *  @throws {RangeError} if an option is outside its range
 *  @throws {RuntimeError} `not-built` in a checkout that was not built */
export async function startModel(
  { graphs, grammar, stateSize }: ModelParts,
  { device = 'cpu', threads = defaultThreads() }: RuntimeOptions = {},
): Promise<NodeModel> {
  checkThreads(threads);
  const entry = new URL('./process/main.js', import.meta.url);
  const client = new ProcessClient<NodeOperations>({ entry });
  try {
    await client.call('start', { device, threads, graphs, grammar });
  } catch (error) {
    await client.close();
    throw error;
  }
  return new NodeModel(client, grammar, stateSize);
}

/** A model in a child process. The child ends with `dispose`, and with this process; a model that was forgotten does
 *  not keep this process alive. */
export class NodeModel extends RemoteModel {
  readonly #client: ProcessClient<NodeOperations>;

  /** @internal use `startModel` or `loadModel` */
  constructor(client: ProcessClient<NodeOperations>, grammar: Grammar, stateSize: number) {
    super(client, grammar, stateSize);
    this.#client = client;
  }

  /** Id of the child process; for logs. */
  get processId(): number | undefined {
    return this.#client.pid;
  }
}
