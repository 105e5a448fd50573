// What an engine holds outside of JavaScript's heap, let go together.
import type { InferenceSession } from 'onnxruntime-node';
import type { DeviceTensors } from './device-tensors.js';

export class Resources {
  readonly #release: (() => Promise<void>)[] = [];

  session(session: InferenceSession): InferenceSession {
    this.#release.push(() => session.release());
    return session;
  }

  tensors(tensors: DeviceTensors): DeviceTensors {
    this.#release.push(() => tensors.dispose());
    return tensors;
  }

  /** The newest first. A second call does nothing. */
  async dispose(): Promise<void> {
    for (const release of this.#release.splice(0).toReversed()) await release();
  }
}
