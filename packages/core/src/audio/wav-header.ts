// The head of a WAV file: what its samples are and where they lie. Chunks are walked from one to the next, so a file of
// gigabytes costs a few short reads, and no size that a file claims is ever allocated.
//
// https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html, RF64: EBU Tech 3306
import { AudioFormatError } from './audio-format-error.js';

/** Bytes that can be read in parts: a file, a Blob, an array. */
export interface ByteSource {
  /** All bytes there are. */
  readonly size: number;
  /** @returns the bytes from `offset` on, fewer than `length` only at the end */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** How a WAV file stores its samples. */
export interface WavFormat {
  /** Integers (8 bits unsigned, wider ones signed) or IEEE floating point. */
  readonly encoding: 'pcm' | 'float';
  /** 8, 16, 24 or 32 for `pcm`, 32 or 64 for `float`. */
  readonly bitsPerSample: number;
  /** 1..32. */
  readonly channels: number;
  /** Samples a second of each channel, at least 1. */
  readonly sampleRate: number;
}

export interface WavHeader extends WavFormat {
  /** Where the first sample starts, in bytes. */
  readonly dataOffset: number;
  /** Samples of each channel that are really in the file. */
  readonly frames: number;
  /** `frames` as time. */
  readonly seconds: number;
  /** Samples of each channel that the header claims and the file does not hold; 0 in a whole file. A recording whose
   *  length was never written (both 0 and the largest number stand for that) misses none: it ends with the file. */
  readonly missingFrames: number;
}

/** The widest surround formats have 24 channels. */
const MAX_CHANNELS = 32;
/** More chunks than any recording has before its sound. */
const MAX_CHUNKS = 1000;
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** What follows the two bytes of the format in the identifier of an extensible one. */
const WAVE_GUID_TAIL = '000000001000800000aa00389b71';
/** Stands for "in the ds64 chunk" in RF64, for "unknown" elsewhere. */
const UNKNOWN_SIZE = 0xffff_ffff;

const ENCODING_NAMES: Record<number, string> = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'IMA ADPCM',
  80: 'MPEG',
  85: 'MP3',
};

interface Chunk {
  readonly id: string;
  /** As the file claims. */
  readonly size: number;
  /** Of its content. */
  readonly offset: number;
}

/** Reads the head of a WAV file (RIFF, RF64 and BW64).
 *  @throws {AudioFormatError} naming what is wrong */
export async function readWavHeader(source: ByteSource): Promise<WavHeader> {
  const head = await source.read(0, 12);
  const kind = head.length === 12 ? text(head, 0) : '';
  if (!['RIFF', 'RF64', 'BW64'].includes(kind) || text(head, 8) !== 'WAVE') {
    throw new AudioFormatError('not-wav', 'expected a WAV file, which starts with RIFF and WAVE');
  }
  let format: WavFormat | undefined;
  let longSize: number | undefined;
  for await (const chunk of walkChunks(source)) {
    if (chunk.id === 'ds64') longSize = await readLongSize(source, chunk);
    if (chunk.id === 'fmt ') format = await readFormat(source, chunk);
    if (chunk.id !== 'data') continue;
    if (format === undefined) break;
    const claimed = findClaim(chunk, view(head).getUint32(4, true), longSize);
    return placeSamples(format, chunk.offset, claimed, source.size);
  }
  const missing = format === undefined ? 'a "fmt " chunk before the samples' : 'a "data" chunk';
  throw new AudioFormatError('missing-chunk', `WAV file: expected ${missing}, found none`);
}

async function* walkChunks(source: ByteSource): AsyncGenerator<Chunk, void, undefined> {
  let offset = 12;
  for (let count = 0; count < MAX_CHUNKS && offset + 8 <= source.size; count++) {
    const head = await source.read(offset, 8);
    if (head.length < 8) return;
    const size = view(head).getUint32(4, true);
    yield { id: text(head, 0), size, offset: offset + 8 };
    offset += 8 + size + (size % 2); // chunks are padded to even sizes
  }
}

async function readFormat(source: ByteSource, { size, offset }: Chunk): Promise<WavFormat> {
  const bytes = await source.read(offset, Math.min(size, 40));
  if (bytes.length < 16) refuse(`a "fmt " chunk of at least 16 bytes, found ${bytes.length}`);
  const fields = view(bytes);
  const format = {
    encoding: readEncoding(bytes, fields),
    channels: fields.getUint16(2, true),
    sampleRate: fields.getUint32(4, true),
    bitsPerSample: fields.getUint16(14, true),
  };
  checkFormat(format);
  const blockBytes = wavFrameBytes(format);
  const foundBlock = fields.getUint16(12, true);
  if (foundBlock !== blockBytes) {
    refuse(`${blockBytes} bytes for a sample of every channel, found ${foundBlock}`);
  }
  const byteRate = fields.getUint32(8, true);
  if (byteRate !== format.sampleRate * blockBytes) {
    const rate = `${format.sampleRate} samples of ${blockBytes} bytes a second`;
    refuse(`a byte rate of ${format.sampleRate * blockBytes} for ${rate}, found ${byteRate}`);
  }
  return format;
}

function readEncoding(bytes: Uint8Array, fields: DataView): WavFormat['encoding'] {
  let tag = fields.getUint16(0, true);
  if (tag === EXTENSIBLE) {
    const isKnown = bytes.length === 40 && hex(bytes.subarray(26, 40)) === WAVE_GUID_TAIL;
    tag = isKnown ? fields.getUint16(24, true) : EXTENSIBLE;
  }
  if (tag === PCM) return 'pcm';
  if (tag === FLOAT) return 'float';
  const name = ENCODING_NAMES[tag] ?? `an encoding numbered ${tag}`;
  throw unsupported(`found ${name}`);
}

function checkFormat({ encoding, bitsPerSample, channels, sampleRate }: WavFormat): void {
  const widths = encoding === 'pcm' ? [8, 16, 24, 32] : [32, 64];
  if (!widths.includes(bitsPerSample)) {
    throw unsupported(`found ${bitsPerSample} bits (${encoding})`);
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    refuse(`1..${MAX_CHANNELS} channels, found ${channels}`);
  }
  if (sampleRate < 1) refuse('a sample rate above 0, found 0');
}

/** The size of the samples in files that pass 4 GiB. */
async function readLongSize(source: ByteSource, { offset }: Chunk): Promise<number> {
  const bytes = await source.read(offset, 16);
  if (bytes.length < 16) refuse('a "ds64" chunk of at least 16 bytes, found fewer');
  return Number(view(bytes).getBigUint64(8, true));
}

/** Bytes of samples as the header has them; undefined where they were never written: a pipe leaves the largest number, a
 *  recorder that was stopped hard 0, and then the size of the whole file ends with the header too. */
function findClaim(
  data: Chunk,
  fileSize: number,
  longSize: number | undefined,
): number | undefined {
  if (data.size === UNKNOWN_SIZE) return longSize;
  return data.size === 0 && fileSize <= data.offset - 8 ? undefined : data.size;
}

function placeSamples(
  format: WavFormat,
  dataOffset: number,
  claimedBytes: number | undefined,
  size: number,
): WavHeader {
  const blockBytes = wavFrameBytes(format);
  const thereBytes = size - dataOffset;
  const claimed = Math.floor((claimedBytes ?? thereBytes) / blockBytes);
  const frames = Math.min(claimed, Math.floor(thereBytes / blockBytes));
  const seconds = frames / format.sampleRate;
  return { ...format, dataOffset, frames, seconds, missingFrames: claimed - frames };
}

/** Bytes of one sample of every channel. */
export function wavFrameBytes({
  channels,
  bitsPerSample,
}: Pick<WavFormat, 'channels' | 'bitsPerSample'>): number {
  return (channels * bitsPerSample) / 8;
}

function unsupported(found: string): AudioFormatError {
  const expected = 'expected PCM of 8, 16, 24 or 32 bits or floating point of 32 or 64';
  const advice = 'convert it, for example with ffmpeg -i in.wav -c:a pcm_s16le out.wav';
  return new AudioFormatError('unsupported-encoding', `WAV file: ${expected}, ${found}; ${advice}`);
}

function refuse(expectedAndFound: string): never {
  const message = `WAV file: expected ${expectedAndFound}; the header is damaged, export the file again`;
  throw new AudioFormatError('inconsistent-header', message);
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
