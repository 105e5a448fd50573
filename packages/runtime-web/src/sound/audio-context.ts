// One audio context for all elements of a page: browsers allow few, and each costs a thread.
import { OstinatoError } from '@ostinato/core';

/** How long a browser may take to start the sound, in milliseconds: after a gesture it only waits for the machine (a
 *  headset that wakes up takes seconds), without one it may never do it. */
const GESTURE_MILLISECONDS = 10_000;
const AUTOPLAY_MILLISECONDS = 2000;

/** Firefox with PulseAudio may stop for ever, all of its page, when it is asked for its output latency while its sound
 *  begins (docs/log.md, 2026-11-26). Seconds of the context's clock. */
const BEGINNING_SECONDS = 1;

let shared: AudioContext | undefined;

/** Sound cannot be played. `code`: `audio-missing` (the browser has no Web Audio), `autoplay-blocked` (the browser wants
 *  the person to click or to press a key first), `audio-silent` (it does not start although somebody did). */
export class AudioError extends OstinatoError {}

/** The page's audio context, made on the first call.
 *  @throws {AudioError} `audio-missing` */
export function audioContext(): AudioContext {
  if (shared === undefined) {
    if (typeof AudioContext === 'undefined') {
      throw new AudioError(
        'audio-missing',
        'This browser cannot play sound (it has no Web Audio); update it or use another one.',
      );
    }
    shared = new AudioContext({ latencyHint: 'interactive' });
  }
  return shared;
}

/** Makes sure that the context runs. Call it in the handler of a click or of a key.
 *  @throws {AudioError} `autoplay-blocked` if the browser does not allow sound yet, `audio-silent` if it does and nothing
 *    comes of it */
export async function resumeAudio(context: AudioContext): Promise<void> {
  if (context.state === 'running') return;
  const started = context.resume().then(() => true);
  const hasGesture = navigator.userActivation?.isActive ?? true; // not every browser tells
  const patience = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), hasGesture ? GESTURE_MILLISECONDS : AUTOPLAY_MILLISECONDS);
  });
  if (await Promise.race([started, patience])) return;
  if (hasGesture) {
    throw new AudioError(
      'audio-silent',
      'The browser does not start the sound. Is there something to hear it with, a loudspeaker or headphones? Then press Play again.',
    );
  }
  throw new AudioError(
    'autoplay-blocked',
    'The browser starts sound only after a click or a key press; press Play.',
  );
}

/** Seconds between a sample's time on the context's clock and the moment it is heard. */
export function outputLatency(context: Partial<AudioContext>): number {
  const { currentTime = 0, baseLatency } = context;
  const whole = currentTime < BEGINNING_SECONDS ? 0 : context.outputLatency;
  return whole || baseLatency || 0; // not every browser tells
}
