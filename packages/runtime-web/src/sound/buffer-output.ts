// The same synthesiser where there are no audio worklets (a page without https): blocks are rendered ahead on the page's
// own thread and put into audio buffers, end to end.
import { createSynthesizer, type Synthesizer, type SynthesizerNote } from '@ostinato/core';
import { MAX_VOICES, type SoundOutput, volumeGain } from './sound-output.js';

/** How far sound is rendered ahead, in seconds: the page may be busy for that long. */
const AHEAD_SECONDS = 0.25;
/** The same while nobody sees the page: browsers wake it once a second. */
const HIDDEN_AHEAD_SECONDS = 1.5;
const BLOCK_SAMPLES = 2048;
const TICK_MILLISECONDS = 40;
/** After its last note the room rings; then rendering rests. */
const RING_SECONDS = 6;

export function createBufferOutput(context: BaseAudioContext): SoundOutput {
  const { sampleRate } = context;
  const gain = new GainNode(context);
  gain.connect(context.destination);
  const playing = new Set<AudioBufferSourceNode>();
  let synthesizer: Synthesizer = createSynthesizer({ sampleRate, maxVoices: MAX_VOICES });
  let startTime = 0; // of the synthesiser's first sample
  let busyUntil = -Infinity;
  let timer: ReturnType<typeof setInterval> | undefined;

  const renderBlock = (): void => {
    const buffer = new AudioBuffer({ length: BLOCK_SAMPLES, numberOfChannels: 2, sampleRate });
    const time = startTime + synthesizer.position / sampleRate;
    synthesizer.render({ left: buffer.getChannelData(0), right: buffer.getChannelData(1) });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(gain);
    source.addEventListener('ended', () => playing.delete(source), { once: true });
    playing.add(source);
    source.start(time);
  };

  const tick = (): void => {
    const ahead = globalThis.document?.hidden ? HIDDEN_AHEAD_SECONDS : AHEAD_SECONDS;
    const until = Math.min(context.currentTime + ahead, busyUntil);
    while (startTime + synthesizer.position / sampleRate < until) renderBlock();
    if (context.currentTime > busyUntil) rest();
  };

  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  /** Starts anew: what was rendered and not heard is dropped. */
  const restart = (): void => {
    for (const source of playing) source.stop();
    playing.clear();
    synthesizer = createSynthesizer({ sampleRate, maxVoices: MAX_VOICES });
    startTime = context.currentTime + 0.02;
  };

  const wake = (endTime: number): void => {
    busyUntil = Math.max(busyUntil, endTime + RING_SECONDS);
    if (timer !== undefined) return;
    restart();
    timer = setInterval(tick, TICK_MILLISECONDS);
  };

  const add = (note: Omit<SynthesizerNote, 'startSample'>, time: number): (() => void) =>
    synthesizer.add({ ...note, startSample: Math.round((time - startTime) * sampleRate) });

  return {
    leadSeconds: HIDDEN_AHEAD_SECONDS,
    schedule(notes) {
      for (const note of notes) {
        wake(note.time + note.durationSeconds);
        add(note, note.time);
      }
      if (timer !== undefined) tick();
    },
    hold(note) {
      wake(Infinity);
      const held = { ...note, durationSeconds: Infinity, seed: 0 };
      const release = add(held, context.currentTime);
      return () => {
        release();
        busyUntil = context.currentTime + RING_SECONDS;
      };
    },
    silence() {
      busyUntil = -Infinity;
      rest();
      restart();
    },
    setVolume: (volume) =>
      gain.gain.setTargetAtTime(volumeGain(volume), context.currentTime, 0.015),
    dispose() {
      rest();
      for (const source of playing) source.stop();
      playing.clear();
      gain.disconnect();
    },
  };
}
