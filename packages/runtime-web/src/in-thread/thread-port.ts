// The way to sessions in the thread that calls.
import { OstinatoError } from '@ostinato/core';
import {
  type ModelCalls,
  ModelClosedError,
  type ModelPort,
  ModelSessions,
  RuntimeError,
  type SessionsRequest,
  type StepRuns,
} from '@ostinato/runtime';
import { takeTurn } from './turns.js';

/** Tokens of a given sequence between which others have their turn: some milliseconds. */
const WINDOW_STEPS = 16;

export class ThreadPort implements ModelPort {
  readonly #sessions: ModelSessions;
  /** Not brought yet. */
  #bringStep: (() => Promise<Uint8Array>) | undefined;
  #isClosed = false;

  private constructor(sessions: ModelSessions, bringStep?: () => Promise<Uint8Array>) {
    this.#sessions = sessions;
    this.#bringStep = bringStep;
  }

  /** @param bringStep brings the step graph when somebody asks for logits, where `request` has only the other one
   *  @throws {DeviceError} if ONNX Runtime refuses the graph */
  static async open(
    request: SessionsRequest,
    bringStep?: () => Promise<Uint8Array>,
  ): Promise<ThreadPort> {
    using _ = await takeTurn();
    return new ThreadPort(await ModelSessions.create(request), bringStep);
  }

  /** @throws {ModelClosedError} `model-disposed`, for calls that wait for their turn too
   *  @throws {RuntimeError} `run-failed`
   *  @throws the signal's reason; a run at work keeps this thread to its end */
  async call<Name extends keyof ModelCalls>(
    operation: Name,
    argument: ModelCalls[Name]['request'],
    signal?: AbortSignal,
  ): Promise<ModelCalls[Name]['reply']> {
    const mayRun = (): void => {
      this.#checkOpen();
      signal?.throwIfAborted();
    };
    mayRun();
    if (operation !== 'decode') await this.#addStep();
    using turn = await takeTurn();
    mayRun();
    const before = async (): Promise<void> => {
      await turn.again();
      mayRun();
    };
    try {
      // The operation ties the argument to its method; the compiler does not follow it through the index.
      const run = this.#sessions[operation] as (
        argument: unknown,
        runs: StepRuns,
      ) => Promise<unknown>;
      const result = await run.call(this.#sessions, argument, { steps: WINDOW_STEPS, before });
      return result as ModelCalls[Name]['reply'];
    } catch (error) {
      if (error instanceof OstinatoError || signal?.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new RuntimeError('run-failed', `model: a run failed: ${reason}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    using _ = await takeTurn();
    await this.#sessions.release();
  }

  async #addStep(): Promise<void> {
    const content = await this.#bringStep?.();
    if (!content || !this.#bringStep) return; // somebody else was faster
    this.#bringStep = undefined;
    this.#sessions.addGraph('step', content);
  }

  #checkOpen(): void {
    if (!this.#isClosed) return;
    throw new ModelClosedError('model-disposed', 'model: used after it was disposed of');
  }
}
