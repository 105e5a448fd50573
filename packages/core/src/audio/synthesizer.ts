// The instrument itself: notes in, blocks of sound out. Whole pieces and playing in a page share it, so that what is heard
// is what a WAV file holds.
import type { Instrument } from '../tokenizer/general-midi.js';
import { createDrum } from './drum.js';
import { createReverb } from './reverb.js';
import { timbreOf } from './timbres.js';
import { createTone, pitchFrequency } from './tone.js';
import type { StereoBlock, Voice } from './voice.js';
import { createWavetableBank } from './wavetable.js';

export interface SynthesizerOptions {
  /** Samples a second, 8000..192_000. Default 44_100. */
  sampleRate?: number;
  /** Notes that sound at once; a further one makes the oldest vanish. Default: no limit. */
  maxVoices?: number;
}

/** A note for a synthesizer. */
export interface SynthesizerNote {
  /** When it begins, in samples since the synthesizer's first; what is already over begins with the next block. */
  readonly startSample: number;
  /** Infinity: until it is released. */
  readonly durationSeconds: number;
  readonly instrument: Instrument;
  /** MIDI pitch, or the percussion key. */
  readonly pitch: number;
  /** MIDI velocity, 1..127. */
  readonly velocity: number;
  /** Of a percussion stroke's noise: equal seeds sound equal. */
  readonly seed: number;
}

/** Renders notes in stereo, within -1..1. The samples do not depend on the sizes of the blocks. */
export interface Synthesizer {
  /** Samples rendered so far. */
  readonly position: number;
  /** Schedules a note, in any order. Notes above half the sample rate cannot be heard and are left out.
   *  @returns lets the note go, if it sounds or is still to come */
  add(note: SynthesizerNote): () => void;
  /** Forgets the notes to come, and makes those that sound vanish within some milliseconds. */
  silence(): void;
  /** Writes the next samples; what the block held before is lost. */
  render(block: StereoBlock): void;
}

/** Loudness of a note at full velocity; the rest of the range is for the notes that sound with it. */
const MASTER_GAIN = 0.13;
/** Above this a sample is bent towards 1, never beyond. */
const LIMITER_KNEE = 0.7;
/** When nothing has sounded for this long, the room has died away too and there is nothing to compute. */
const REST_SECONDS = 5;

interface PlayedNote extends SynthesizerNote {
  voice?: Voice;
  isReleased: boolean;
  isFading: boolean;
}

/** @throws {RangeError} if the sample rate is outside its range */
export function createSynthesizer(options: SynthesizerOptions = {}): Synthesizer {
  const { sampleRate = 44_100, maxVoices = Infinity } = options;
  if (!(sampleRate >= 8000 && sampleRate <= 192_000)) {
    throw new RangeError(`synthesize: expected a sample rate of 8000..192000, found ${sampleRate}`);
  }
  const wavetables = createWavetableBank(sampleRate);
  const reverb = createReverb(sampleRate);
  const coming = createAgenda();
  let sounding: PlayedNote[] = [];
  let position = 0;
  let quietSamples = REST_SECONDS * sampleRate;

  const createVoice = ({ instrument, seed, ...note }: PlayedNote): Voice =>
    instrument === 'percussion'
      ? createDrum(note.pitch, note.velocity, sampleRate, seed)
      : createTone({ ...note, timbre: timbreOf(instrument), sampleRate, wavetables });

  const makeRoom = (): void => {
    const lively = sounding.filter(({ isFading }) => !isFading);
    if (lively.length >= maxVoices) fade(lively[0]);
  };

  const start = (note: PlayedNote, block: StereoBlock): void => {
    if (sounding.length >= maxVoices) makeRoom();
    note.voice = createVoice(note);
    if (note.isReleased) note.voice.release();
    const offset = Math.max(0, note.startSample - position);
    if (note.voice.mix(block, offset)) sounding.push(note);
  };

  return {
    get position() {
      return position;
    },
    add(note) {
      const { instrument, pitch } = note;
      if (instrument !== 'percussion' && pitchFrequency(pitch) >= sampleRate / 2) return () => {};
      const played: PlayedNote = { ...note, isReleased: false, isFading: false };
      coming.add(played);
      return () => {
        played.isReleased = true;
        played.voice?.release();
      };
    },
    silence() {
      coming.clear();
      sounding.forEach(fade);
    },
    render(block) {
      const { length } = block.left;
      block.left.fill(0);
      block.right.fill(0);
      sounding = sounding.filter(({ voice }) => voice!.mix(block, 0));
      const before = sounding.length;
      let started = 0;
      for (const note of coming.takeBefore(position + length)) {
        start(note, block);
        started++;
      }
      position += length;
      quietSamples = before + started > 0 ? 0 : quietSamples + length;
      if (quietSamples >= REST_SECONDS * sampleRate) return;
      reverb(block);
      limit(block.left);
      limit(block.right);
    },
  };
}

function fade(note: PlayedNote): void {
  note.isFading = true;
  note.voice?.fade();
}

/** Notes to come, by their onset; those of one onset in the order in which they were added. */
interface Agenda {
  add(note: PlayedNote): void;
  /** Takes out the notes that begin before a sample. */
  takeBefore(sample: number): Generator<PlayedNote>;
  clear(): void;
}

function createAgenda(): Agenda {
  let notes: PlayedNote[] = [];
  let next = 0;
  return {
    add(note) {
      let place = notes.length;
      while (place > next && notes[place - 1].startSample > note.startSample) place--;
      if (place === notes.length) notes.push(note);
      else notes.splice(place, 0, note);
    },
    *takeBefore(sample) {
      while (next < notes.length && notes[next].startSample < sample) yield notes[next++];
      if (next === notes.length) {
        notes = [];
        next = 0;
      }
    },
    clear() {
      notes = [];
      next = 0;
    },
  };
}

/** A soft limiter: straight up to the knee, then a curve that never reaches 1. */
function limit(samples: Float32Array): void {
  const room = 1 - LIMITER_KNEE;
  for (let i = 0; i < samples.length; i++) {
    const scaled = samples[i] * MASTER_GAIN;
    const over = Math.abs(scaled) - LIMITER_KNEE;
    samples[i] =
      over <= 0 ? scaled : Math.sign(scaled) * (LIMITER_KNEE + (room * over) / (over + room));
  }
}
