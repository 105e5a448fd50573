import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioFormatError } from './audio-format-error.js';
import { type ByteSource, readWavHeader, type WavHeader } from './wav-header.js';
import { decodeWavMono } from './wav-samples.js';
import { encodeWav } from './wav.js';

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

const readBytes = (bytes: Uint8Array): Promise<WavHeader> => readWavHeader(sourceOf(bytes));

interface Fields {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  blockBytes?: number;
  byteRate?: number;
  /** Follows the 16 bytes of the format. */
  extension?: number[];
}

function chunk(id: string, content: ArrayLike<number>, size = content.length): number[] {
  const bytes = Array.from(content);
  if (bytes.length % 2 === 1) bytes.push(0);
  return [...little(id), ...little(size, 4), ...bytes];
}

function little(value: number | string, width = 2): number[] {
  if (typeof value === 'string') return Array.from(value, (letter) => letter.charCodeAt(0));
  return Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}

function format(fields: Fields = {}): number[] {
  const { tag = 1, channels = 1, rate = 44_100, bits = 16, extension = [] } = fields;
  const { blockBytes = (channels * bits) / 8, byteRate = rate * blockBytes } = fields;
  const head = [...little(tag), ...little(channels), ...little(rate, 4), ...little(byteRate, 4)];
  return chunk('fmt ', [...head, ...little(blockBytes), ...little(bits), ...extension]);
}

function wav(...chunks: number[][]): Uint8Array {
  const content = [...little('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...little('RIFF'), ...little(content.length, 4), ...content]);
}

describe('readWavHeader', () => {
  it('reads what encodeWav writes', async () => {
    const channels = [Float32Array.of(0, 0.5, -0.5), Float32Array.of(0, 0.25, -1)];
    const bytes = encodeWav(channels, 48_000);
    const header = await readBytes(bytes);
    expect(header).toEqual({
      encoding: 'pcm',
      bitsPerSample: 16,
      channels: 2,
      sampleRate: 48_000,
      dataOffset: 44,
      frames: 3,
      seconds: 3 / 48_000,
      missingFrames: 0,
    });
    const mono = decodeWavMono(header, bytes.subarray(header.dataOffset));
    // 16 bits hold a value to half a step of 1 / 32768, and a reader's full scale is that of the writer to 1 / 32767.
    [0, 0.375, -0.75].forEach((value, i) => expect(mono[i]).toBeCloseTo(value, 4));
  });

  it('passes over other chunks, padded to even sizes', async () => {
    const bytes = wav(chunk('LIST', [1, 2, 3]), format(), chunk('cue ', []), chunk('data', [0, 0]));
    expect(await readBytes(bytes)).toMatchObject({ frames: 1, dataOffset: 64 });
  });

  it('reads the extensible form', async () => {
    const tail = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
    const extension = [...little(22), ...little(24), ...little(0, 4), 1, 0, ...tail];
    const bytes = wav(format({ tag: 0xfffe, bits: 24, extension }), chunk('data', [0, 0, 64]));
    const header = await readBytes(bytes);
    expect(header).toMatchObject({ encoding: 'pcm', bitsPerSample: 24, frames: 1 });
    expect(decodeWavMono(header, bytes.subarray(header.dataOffset, header.dataOffset + 3))).toEqual(
      Float32Array.of(0.5),
    );
  });

  it.each([
    ['the largest number', 0xffff_ffff],
    ['0', 0],
  ])('takes %s as a length that was never written', async (_, size) => {
    const bytes = wav(format(), chunk('data', [0, 0, 0, 0], size));
    bytes.set(little(size === 0 ? 36 : size, 4), 4); // the size of the whole was not written either
    expect(await readBytes(bytes)).toMatchObject({ frames: 2, missingFrames: 0 });
  });

  it('does not take a chunk after no samples for samples', async () => {
    const bytes = wav(format(), chunk('data', []), chunk('LIST', [1, 2, 3, 4]));
    expect(await readBytes(bytes)).toMatchObject({ frames: 0, missingFrames: 0 });
  });

  it('tells how much of the sound is missing', async () => {
    const bytes = wav(format(), chunk('data', [0, 0, 0, 0, 0], 0x7fff_fffe));
    expect(await readBytes(bytes)).toMatchObject({ frames: 3, missingFrames: 0x3fff_ffff - 3 });
  });

  it('reads the length of files beyond 4 GiB', async () => {
    const ds64 = chunk('ds64', [...little(1e10, 8), ...little(6e9, 8), ...little(3e9, 8)]);
    const bytes = wav(ds64, format(), chunk('data', [0, 0], 0xffff_ffff));
    bytes.set(little('RF64'));
    expect(await readBytes(bytes)).toMatchObject({ frames: 1, missingFrames: 3e9 - 1 });
  });

  it.each([
    ['not-wav', Uint8Array.of()],
    ['not-wav', Uint8Array.from(little('RIFF'))],
    ['not-wav', Uint8Array.from(little('ID3 and so on'))],
    ['missing-chunk', wav()],
    ['missing-chunk', wav(format())],
    ['missing-chunk', wav(chunk('data', [0, 0]), format())],
    ['missing-chunk', wav(chunk('LIST', [], 0xffff_fff0), format(), chunk('data', []))],
    ['inconsistent-header', wav(chunk('fmt ', [1, 0]), chunk('data', []))],
    ['inconsistent-header', wav(format({ channels: 0 }), chunk('data', []))],
    ['inconsistent-header', wav(format({ channels: 33 }), chunk('data', []))],
    ['inconsistent-header', wav(format({ rate: 0 }), chunk('data', []))],
    ['inconsistent-header', wav(format({ blockBytes: 4, byteRate: 88_200 }), chunk('data', []))],
    ['inconsistent-header', wav(format({ byteRate: 176_400 }), chunk('data', []))],
    ['unsupported-encoding', wav(format({ tag: 2 }), chunk('data', []))],
    ['unsupported-encoding', wav(format({ tag: 0xfffe }), chunk('data', []))],
    ['unsupported-encoding', wav(format({ bits: 12 }), chunk('data', []))],
    ['unsupported-encoding', wav(format({ tag: 3, bits: 16 }), chunk('data', []))],
  ])('refuses with %s: %#', async (code, bytes) => {
    await expect(readBytes(bytes)).rejects.toThrow(AudioFormatError);
    await expect(readBytes(bytes)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('answers to any bytes with a header or its own error', async () => {
    const valid = wav(chunk('LIST', [1, 2]), format(), chunk('data', [0, 0, 0, 0]));
    const damage = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(valid.length), async (places, length) => {
        const bytes = valid.slice(0, length);
        for (const [at, value] of places) bytes[at] = value;
        try {
          const { frames, dataOffset } = await readBytes(bytes);
          expect(dataOffset + frames).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(AudioFormatError);
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});

describe('decodeWavMono', () => {
  it.each([
    ['pcm', 8, [0, 128, 255], [-1, 0, 127 / 128]],
    ['pcm', 16, [0, 128, 0, 0, 255, 127], [-1, 0, 32_767 / 32_768]],
    ['pcm', 24, [0, 0, 128, 0, 0, 64, 255, 255, 255], [-1, 0.5, -1 / 2 ** 23]],
    ['pcm', 32, [0, 0, 0, 128, 0, 0, 0, 64], [-1, 0.5]],
    ['float', 32, [0, 0, 0, 63, 0, 0, 192, 127], [0.5, NaN]],
    ['float', 64, [0, 0, 0, 0, 0, 0, 0, 192], [-2]],
  ] as const)('decodes %s of %d bits', (encoding, bitsPerSample, bytes, expected) => {
    const wavFormat = { encoding, bitsPerSample, channels: 1, sampleRate: 8000 };
    expect(decodeWavMono(wavFormat, Uint8Array.from(bytes))).toEqual(Float32Array.from(expected));
  });

  it('refuses a frame that is cut', () => {
    const stereo = { encoding: 'pcm', bitsPerSample: 16, channels: 2, sampleRate: 8000 } as const;
    expect(() => decodeWavMono(stereo, new Uint8Array(6))).toThrow(RangeError);
  });
});
