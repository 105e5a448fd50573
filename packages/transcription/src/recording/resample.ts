// A recording at the rate of the model, through libsamplerate.
import libsamplerate from '@alexanderolsen/libsamplerate-js';
import { TranscriptionError } from '../transcription-error.js';
import type { Recording } from './recording.js';

const { create, ConverterType } = libsamplerate;

/** Below this there is hardly music in it; above, the resampler does not go. */
const LOWEST_RATE = 8000;
const HIGHEST_RATE = 192_000;
/** Floating point may pass full scale; 60 dB beyond it, it was never sound. */
const LARGEST_SAMPLE = 1000;
/** Zeros after the end that push out what the filter holds back; its half-length at the highest rate, amply. */
const FLUSH_SECONDS = 0.05;

/** The recording's sound at `rate` samples a second, in stretches of bounded length. Filtered so that nothing above half
 *  the rate folds down (-117 dB), and aligned: a sample at time t stays at time t.
 *  @param path for messages
 *  @throws {TranscriptionError} `sample-rate` or `bad-sample` */
export async function* resample(
  recording: Recording,
  rate: number,
  path: string,
): AsyncGenerator<Float32Array, void, undefined> {
  const { sampleRate } = recording;
  checkSampleRate(recording, path);
  const checked = checkSamples(recording, path);
  if (sampleRate === rate) return yield* checked;
  const converterType = ConverterType.SRC_SINC_MEDIUM_QUALITY;
  const converter = await create(1, sampleRate, rate, { converterType });
  let samplesIn = 0;
  let samplesOut = 0;
  try {
    for await (const block of checked) {
      samplesIn += block.length;
      const converted = converter.full(block);
      samplesOut += converted.length;
      if (converted.length > 0) yield converted;
    }
    const rest = Math.round((samplesIn * rate) / sampleRate) - samplesOut;
    const zeros = new Float32Array(Math.ceil(FLUSH_SECONDS * sampleRate));
    if (rest > 0) yield converter.full(zeros).subarray(0, rest);
  } finally {
    converter.destroy();
  }
}

/** @throws {TranscriptionError} `sample-rate` if it is not one that is read */
export function checkSampleRate({ sampleRate }: Recording, path: string): void {
  if (sampleRate >= LOWEST_RATE && sampleRate <= HIGHEST_RATE) return;
  const message = `${path}: expected ${LOWEST_RATE}..${HIGHEST_RATE} samples a second, found ${sampleRate}; convert it, for example with ffmpeg -i in -ar 44100 out.wav`;
  throw new TranscriptionError('sample-rate', message);
}

async function* checkSamples(
  recording: Recording,
  path: string,
): AsyncGenerator<Float32Array, void, undefined> {
  let before = 0;
  for await (const block of recording.blocks()) {
    const wrong = block.findIndex((sample) => !(Math.abs(sample) <= LARGEST_SAMPLE));
    if (wrong !== -1) {
      const seconds = ((before + wrong) / recording.sampleRate).toFixed(2);
      const message = `${path}: expected samples near -1..1, found ${block[wrong]} at ${seconds} s; the file is damaged, export it again`;
      throw new TranscriptionError('bad-sample', message);
    }
    before += block.length;
    yield block;
  }
}
