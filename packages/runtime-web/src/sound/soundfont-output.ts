// Sound from a SoundFont, through spessasynth_lib. This module and all it imports are loaded only where a SoundFont is asked
// for.
import { type Instrument, OstinatoError, PERCUSSION_CHANNEL } from '@ostinato/core';
import { WorkletSynthesizer } from 'spessasynth_lib';
import { soundFiles } from '../sound-files.js';
import { type SoundOutput, type TimedNote, volumeGain } from './sound-output.js';
import { hasWorklets } from './worklet-output.js';

/** A SoundFont cannot be used. `code`: `soundfont-unsupported` (the page is not loaded securely), `soundfont-missing`,
 *  `soundfont-unreadable`. */
export class SoundFontError extends OstinatoError {}

const CHANNELS = 16;
/** The bank's own name inside the synthesiser. */
const BANK = 'ostinato';

/** The library's queue cannot be taken back: notes are handed to it this long before their time, in seconds. */
const HAND_OVER_SECONDS = 0.08;
/** The same while nobody sees the page: browsers wake it once a second. */
const HIDDEN_HAND_OVER_SECONDS = 1.5;
const TICK_MILLISECONDS = 25;

/** Fetches a SoundFont and makes an instrument of it.
 *  @throws {SoundFontError} */
export async function createSoundFontOutput(
  context: BaseAudioContext,
  address: string,
): Promise<SoundOutput> {
  if (!hasWorklets(context)) {
    throw new SoundFontError(
      'soundfont-unsupported',
      'SoundFonts play only in pages that are loaded securely (https).',
    );
  }
  const url = new URL(address, document.baseURI).href;
  const [bank] = await Promise.all([
    fetchBank(url),
    context.audioWorklet.addModule(soundFiles().soundFont),
  ]);
  const synthesizer = new WorkletSynthesizer(context, { eventsEnabled: false });
  const gain = new GainNode(context);
  synthesizer.connect(gain);
  gain.connect(context.destination);
  try {
    await synthesizer.isReady;
    await synthesizer.soundBankManager.addSoundBank(bank, BANK);
  } catch (cause) {
    synthesizer.destroy();
    gain.disconnect();
    const message = `The SoundFont ${url} cannot be read; it must be an .sf2, .sf3 or .dls file.`;
    throw new SoundFontError('soundfont-unreadable', message, { cause });
  }
  return outputOf(synthesizer, context, gain);
}

function outputOf(
  synthesizer: WorkletSynthesizer,
  context: BaseAudioContext,
  gain: GainNode,
): SoundOutput {
  const channelOf = assignChannels((channel, program) =>
    synthesizer.programChange(channel, program),
  );
  let coming: TimedNote[] = []; // by their times
  let timer: ReturnType<typeof setInterval> | undefined;

  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  const handOver = (): void => {
    const ahead = document.hidden ? HIDDEN_HAND_OVER_SECONDS : HAND_OVER_SECONDS;
    const until = context.currentTime + ahead;
    const due = coming.filter(({ time }) => time <= until);
    coming = coming.filter(({ time }) => time > until);
    for (const { instrument, pitch, velocity, time, durationSeconds } of due) {
      const channel = channelOf(instrument);
      synthesizer.noteOn(channel, pitch, velocity, { time });
      synthesizer.noteOff(channel, pitch, { time: time + durationSeconds });
    }
    if (coming.length === 0) rest();
    else timer ??= setInterval(handOver, TICK_MILLISECONDS);
  };

  return {
    leadSeconds: 0,
    schedule(notes) {
      coming = [...coming, ...notes].sort((a, b) => a.time - b.time);
      handOver();
    },
    hold({ instrument, pitch, velocity }) {
      const channel = channelOf(instrument);
      synthesizer.noteOn(channel, pitch, velocity);
      return () => synthesizer.noteOff(channel, pitch);
    },
    silence() {
      coming = [];
      rest();
      synthesizer.stopAll();
    },
    setVolume: (volume) =>
      gain.gain.setTargetAtTime(volumeGain(volume), context.currentTime, 0.015),
    dispose() {
      rest();
      synthesizer.destroy();
      gain.disconnect();
    },
  };
}

/** Channels of instruments, each taken when it first plays; a sixteenth instrument takes the first one's. */
function assignChannels(
  changeProgram: (channel: number, program: number) => void,
): (instrument: Instrument) => number {
  const channels = new Map<Instrument, number>();
  let next = 0;
  return (instrument) => {
    if (instrument === 'percussion') return PERCUSSION_CHANNEL;
    const known = channels.get(instrument);
    if (known !== undefined) return known;
    if (next === PERCUSSION_CHANNEL) next++;
    const channel = next;
    next = (next + 1) % CHANNELS;
    for (const [other, taken] of channels) if (taken === channel) channels.delete(other);
    channels.set(instrument, channel);
    changeProgram(channel, instrument);
    return channel;
  };
}

async function fetchBank(url: string): Promise<ArrayBuffer> {
  const missing = (reason: string, cause?: unknown): SoundFontError =>
    new SoundFontError('soundfont-missing', `The SoundFont ${url} was not found (${reason}).`, {
      cause,
    });
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw missing('no connection', cause);
  }
  if (!response.ok) throw missing(`HTTP ${response.status}`);
  return response.arrayBuffer();
}
