import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SafetensorsError } from './errors.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import type { NamedTensor } from './tensor.js';

/** A file from any header text and data. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function refusal(bytes: Uint8Array): SafetensorsError {
  try {
    decodeSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4]): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('safetensors round trip', () => {
  const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) =>
    fc
      .float32Array({
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
      })
      .map((data): NamedTensor => ({ shape, data })),
  );
  const name = fc.string().filter((text) => text !== '__metadata__');

  it('gives back every tensor and all metadata bit for bit', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 }),
        fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        (entries, metadata) => {
          const tensors = new Map(entries);
          const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
          expect(new Map(decoded.tensors)).toEqual(tensors);
          expect(decoded.metadata).toEqual(metadata);
        },
      ),
    );
  });

  it('keeps the order of the tensors, also of names that look like numbers', () => {
    const one = { shape: [1], data: Float32Array.of(1) };
    const tensors = new Map([
      ['b', one],
      ['7', one],
      ['a', one],
      ['1', one],
    ]);
    expect([...decodeSafetensors(encodeSafetensors(tensors)).tensors.keys()]).toEqual([
      'b',
      '7',
      'a',
      '1',
    ]);
  });

  it('shares no memory with a Node buffer it was given', () => {
    const bytes = Buffer.from(
      encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]])),
    );
    const { tensors } = decodeSafetensors(bytes);
    bytes.fill(0);
    expect(tensors.get('w')?.data).toEqual(Float32Array.of(1, 2));
  });

  it('reads from an unaligned position', () => {
    const file = encodeSafetensors(new Map([['w', { shape: [], data: Float32Array.of(0.5) }]]));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(decodeSafetensors(shifted.subarray(1)).tensors.get('w')?.data[0]).toBe(0.5);
  });

  it('starts the data on a multiple of eight bytes, padded with spaces', () => {
    const file = encodeSafetensors(new Map([['weight', { shape: [1], data: Float32Array.of(1) }]]));
    const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    expect(new TextDecoder().decode(file.subarray(8, 8 + headerBytes))).toMatch(/^\{.*\} *$/);
  });

  it('widens float16', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff);
    const file = fileOf(
      { w: { dtype: 'F16', shape: [4], data_offsets: [0, 8] } },
      new Uint8Array(halves.buffer),
    );
    expect(decodeSafetensors(file).tensors.get('w')?.data).toEqual(
      Float32Array.of(1, -2, 2 ** -24, 65504),
    );
  });

  it('refuses to write data that does not fit its shape', () => {
    const tensors = new Map([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors(tensors)).toThrow(/"w".*\[2, 2\] holds 4 numbers, data has 3/);
  });
});

describe('safetensors refusals', () => {
  const eight = new Uint8Array(8);
  it.each<[string, Uint8Array, string, RegExp]>([
    ['an empty file', new Uint8Array(0), 'truncated', /found 0/],
    ['a header longer than the file', fileOf({}).subarray(0, 9), 'truncated', /header ends/],
    ['an absurd header length', new Uint8Array(16).fill(0xff), 'header-too-long', /limit/],
    ['a header that is not UTF-8', fileOfBytes(0xff, 0xfe), 'bad-header', /UTF-8/],
    ['a header that is not JSON', fileOf('{"a":'), 'bad-header', /not JSON/],
    ['a header that is a list', fileOf('[]'), 'bad-header', /object/],
    [
      'a name that comes twice',
      fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0077":{}}', eight),
      'duplicate-name',
      /"w"/,
    ],
    ['an entry that is not an object', fileOf({ w: 1 }), 'bad-entry', /"w"/],
    [
      'another number type',
      fileOf({ w: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, eight),
      'unknown-dtype',
      /"w".*I64/,
    ],
    ['a negative size', fileOf({ w: entry(0, 8, [-2]) }, eight), 'bad-shape', /"w"/],
    [
      'offsets that are not integers',
      fileOf({ w: { dtype: 'F32', shape: [1], data_offsets: [0.5, 4.5] } }, eight),
      'bad-offsets',
      /"w"/,
    ],
    [
      'a shape of other size',
      fileOf({ w: entry(0, 8, [3]) }, eight),
      'bad-length',
      /"w".*12 bytes/,
    ],
    [
      'a shape whose product overflows',
      fileOf({ w: entry(0, 8, [2 ** 52, 2 ** 52, 0.5]) }, eight),
      'bad-shape',
      /"w"/,
    ],
    ['data past the end', fileOf({ w: entry(0, 16) }, eight), 'truncated', /"w".*16.*8/],
    ['overlap', fileOf({ v: entry(0, 8), w: entry(4, 8) }, eight), 'overlap', /"w"/],
    ['a gap', fileOf({ w: entry(4, 8) }, eight), 'gap', /"w"/],
    ['bytes of no tensor', fileOf({ w: entry(0, 4) }, eight), 'gap', /4 bytes/],
    ['metadata that is not text', fileOf({ __metadata__: { a: 1 } }), 'bad-metadata', /texts/],
  ])('refuses %s', (_what, bytes, code, message) => {
    const error = refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('meets a file damaged anywhere with its own error or another valid reading', () => {
    const file = encodeSafetensors(
      new Map([
        ['a', { shape: [2, 2], data: new Float32Array(4) }],
        ['b', { shape: [3], data: new Float32Array(3) }],
      ]),
      { note: 'x' },
    );
    fc.assert(
      fc.property(
        fc.nat(file.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(file.length),
        (at, value, length) => {
          const damaged = file.slice(0, length);
          if (at < length) damaged[at] = value;
          try {
            decodeSafetensors(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(SafetensorsError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function fileOfBytes(...header: number[]): Uint8Array {
  const bytes = Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...header);
  return bytes;
}
