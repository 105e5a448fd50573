// The WAV container (RIFF, PCM): 44 bytes of header and interleaved samples of 16 bits.
// https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
const PCM = 1;

/** Encodes sound as a WAV file of 16-bit samples. Values outside -1..1 are cut, NaN becomes silence.
 *  @param channels equally long, 1..8 of them
 *  @param sampleRate samples a second, a positive integer
 *  @throws {RangeError} if the shape is wrong, or the file would pass 4 GiB */
export function encodeWav(
  channels: readonly Float32Array[],
  sampleRate: number,
): Uint8Array<ArrayBuffer> {
  const samples = encodeWavSamples(channels);
  const header = encodeWavHeader(channels.length, sampleRate, channels[0].length);
  const bytes = new Uint8Array(header.length + samples.length);
  bytes.set(header);
  bytes.set(samples, header.length);
  return bytes;
}

/** The head of a WAV file of 16-bit samples, for sound that is encoded in parts.
 *  @param channels 1..8
 *  @param frames samples of each channel
 *  @throws {RangeError} if a number is outside its range, or the file would pass 4 GiB */
export function encodeWavHeader(
  channels: number,
  sampleRate: number,
  frames: number,
): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(sampleRate) || sampleRate < 1) {
    throw new RangeError(`wav: expected a positive integer as sample rate, found ${sampleRate}`);
  }
  const dataBytes = frames * channels * BYTES_PER_SAMPLE;
  if (dataBytes + HEADER_BYTES > 0xffff_ffff) {
    throw new RangeError(`wav: ${dataBytes} bytes of sound do not fit into the format's 4 GiB`);
  }
  const bytes = new Uint8Array(HEADER_BYTES);
  writeHeader(new DataView(bytes.buffer), channels, sampleRate, dataBytes);
  return bytes;
}

/** A stretch of sound as a WAV file holds it after its head. Values outside -1..1 are cut, NaN becomes silence.
 *  @param channels equally long, 1..8 of them
 *  @throws {RangeError} if the shape is wrong */
export function encodeWavSamples(channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const count = channels.length;
  const length = channels[0]?.length ?? 0;
  if (count < 1 || count > 8 || channels.some((channel) => channel.length !== length)) {
    throw new RangeError('wav: expected 1..8 channels of the same length');
  }
  const bytes = new Uint8Array(length * count * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  channels.forEach((channel, c) => {
    for (let i = 0, at = c * BYTES_PER_SAMPLE; i < length; i++) {
      const value = Math.min(1, Math.max(-1, channel[i]));
      view.setInt16(at, Math.round(value * 32_767), true);
      at += count * BYTES_PER_SAMPLE;
    }
  });
  return bytes;
}

function writeHeader(view: DataView, count: number, sampleRate: number, dataBytes: number): void {
  const blockBytes = count * BYTES_PER_SAMPLE;
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) view.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, 16, true); // bytes of this chunk
  view.setUint16(20, PCM, true);
  view.setUint16(22, count, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * blockBytes, true);
  view.setUint16(32, blockBytes, true);
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
}
