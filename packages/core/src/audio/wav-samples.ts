// The samples of a WAV file as numbers, a stretch at a time.
import { type WavFormat, wavFrameBytes } from './wav-header.js';

type ReadSample = (view: DataView, at: number) => number;

/** Full scale of each width becomes 1. */
const READERS: Record<string, ReadSample> = {
  'pcm 8': (view, at) => (view.getUint8(at) - 128) / 0x80,
  'pcm 16': (view, at) => view.getInt16(at, true) / 0x8000,
  'pcm 24': (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 0x1_0000) / 0x80_0000,
  'pcm 32': (view, at) => view.getInt32(at, true) / 0x8000_0000,
  'float 32': (view, at) => view.getFloat32(at, true),
  'float 64': (view, at) => view.getFloat64(at, true),
};

/** Decodes samples, mixed down to the mean of the channels.
 *  @param bytes whole frames, as they follow `dataOffset`
 *  @returns [frames], new; integers lie within -1..1, floating point is as the file has it, NaN included
 *  @throws {RangeError} if the format is none of `WavFormat`, or a frame is cut */
export function decodeWavMono(format: WavFormat, bytes: Uint8Array): Float32Array {
  const { encoding, bitsPerSample, channels } = format;
  const read = READERS[`${encoding} ${bitsPerSample}`];
  const frameBytes = wavFrameBytes(format);
  if (read === undefined || bytes.length % frameBytes !== 0) {
    throw new RangeError(`wav: expected whole frames of ${frameBytes} bytes (${encoding})`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sampleBytes = bitsPerSample / 8;
  const mono = new Float32Array(bytes.length / frameBytes);
  for (let frame = 0, at = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += read(view, at);
    mono[frame] = sum / channels;
  }
  return mono;
}
