// The synthesiser of core on the audio thread. Its own entry: built into one file without imports, since a worklet has no
// import map.
import { createSynthesizer, type SynthesizerNote } from '@ostinato/core';
import { MAX_VOICES } from '../sound-output.js';
import { PROCESSOR_NAME, type WorkletMessage } from './messages.js';

// The globals of an AudioWorkletGlobalScope, which TypeScript's DOM library leaves out.
declare const currentFrame: number;
declare const sampleRate: number;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class SynthesizerProcessor extends AudioWorkletProcessor {
  readonly #synthesizer = createSynthesizer({ sampleRate, maxVoices: MAX_VOICES });
  readonly #held = new Map<number, () => void>();
  /** The context's sample at which the synthesiser's time begins. */
  readonly #firstFrame = currentFrame;
  #isDisposed = false;

  constructor() {
    super();
    this.port.addEventListener('message', ({ data }: MessageEvent<WorkletMessage>) =>
      this.#receive(data),
    );
    this.port.start();
  }

  process(_inputs: unknown, [[left, right]]: [[Float32Array, Float32Array]]): boolean {
    this.#synthesizer.render({ left, right });
    return !this.#isDisposed;
  }

  #receive(message: WorkletMessage): void {
    switch (message.type) {
      case 'schedule':
        for (const note of message.notes) this.#add(note);
        break;
      case 'hold':
        this.#held.set(message.key, this.#add(message.note));
        break;
      case 'release':
        this.#held.get(message.key)?.();
        this.#held.delete(message.key);
        break;
      case 'silence':
        this.#synthesizer.silence();
        this.#held.clear();
        break;
      case 'dispose':
        this.#isDisposed = true;
        break;
    }
  }

  #add(note: SynthesizerNote): () => void {
    const startSample = note.startSample - this.#firstFrame;
    return this.#synthesizer.add({ ...note, startSample });
  }
}

registerProcessor(PROCESSOR_NAME, SynthesizerProcessor);
