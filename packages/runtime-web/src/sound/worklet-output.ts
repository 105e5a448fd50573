// Sound from the audio thread: nothing that the page does can make it stutter.
import { soundFiles } from '../sound-files.js';
import { type SoundOutput, volumeGain } from './sound-output.js';
import { PROCESSOR_NAME, type WorkletMessage } from './worklet/messages.js';

/** The worklet module is added once to each context. */
const added = new WeakMap<BaseAudioContext, Promise<void>>();

function addModule(context: BaseAudioContext): Promise<void> {
  let promise = added.get(context);
  if (promise === undefined) {
    promise = context.audioWorklet.addModule(soundFiles().synthesizer);
    added.set(context, promise);
    promise.catch(() => added.delete(context)); // the next attempt may have a network
  }
  return promise;
}

/** Whether a context can run worklets; not so in a page that was not loaded securely. */
export function hasWorklets(context: BaseAudioContext): boolean {
  return 'audioWorklet' in context && context.audioWorklet !== undefined;
}

/** @throws {DOMException} if the worklet's file cannot be loaded */
export async function createWorkletOutput(context: BaseAudioContext): Promise<SoundOutput> {
  await addModule(context);
  const node = new AudioWorkletNode(context, PROCESSOR_NAME, {
    numberOfInputs: 0,
    numberOfOutputs: 1,
    outputChannelCount: [2],
  });
  const gain = new GainNode(context);
  node.connect(gain).connect(context.destination);
  const send = (message: WorkletMessage): void => node.port.postMessage(message);
  let keys = 0;

  return {
    leadSeconds: 0,
    schedule: (notes) =>
      send({
        type: 'schedule',
        notes: notes.map((note) => ({
          ...note,
          startSample: Math.round(note.time * context.sampleRate),
        })),
      }),
    hold(note) {
      const key = keys++;
      const startSample = 0; // has passed: at once
      const held = { ...note, startSample, durationSeconds: Infinity, seed: key };
      send({ type: 'hold', key, note: held });
      return () => send({ type: 'release', key });
    },
    silence: () => send({ type: 'silence' }),
    setVolume: (volume) =>
      gain.gain.setTargetAtTime(volumeGain(volume), context.currentTime, 0.015),
    dispose() {
      send({ type: 'dispose' });
      node.disconnect();
      gain.disconnect();
      node.port.close();
    },
  };
}
