// Safetensors: tensors by name in one file, a JSON header before the raw bytes.
// Format: https://github.com/huggingface/safetensors#format. The reader takes untrusted bytes and is strict.
//
//   8 bytes   N, length of the header, unsigned little-endian
//   N bytes   JSON: { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__?: { text: text } }
//   the rest  the tensors' bytes, little-endian, row-major, without gaps or overlaps
import { float16ToNumber } from '@ostinato/graph';
import { SafetensorsError } from './errors.js';
import type { NamedTensor, NamedTensors } from './tensor.js';

const LENGTH_BYTES = 8;
/** A header of ours is a few kilobytes; the format itself stops at 100 MB. */
const MAXIMUM_HEADER_BYTES = 8 * 2 ** 20;
const MAXIMUM_RANK = 8;
/** Data starts on a multiple of this, as the format asks. */
const ALIGNMENT = 8;
const METADATA_KEY = '__metadata__';
const BYTES_PER_ELEMENT = new Map([
  ['F32', 4],
  ['F16', 2],
]);

export interface SafetensorsFile {
  /** In the order in which they lie in the file. Float16 tensors are widened to float32. */
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Encodes tensors as float32, in their order. Equal input gives equal bytes.
 *  @param metadata text by name, kept beside the tensors
 *  @throws {RangeError} if a tensor's data does not fit its shape, or its name is the reserved `__metadata__` */
export function encodeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA_KEY, metadata]);
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    checkWritable(name, shape, data.length);
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, LENGTH_BYTES + headerBytes);
  let position = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** Decodes a file of float32 and float16 tensors. The result shares no memory with `bytes`.
 *  @throws {SafetensorsError} naming the tensor and what is wrong with it */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { text, dataStart } = readHeader(bytes);
  const header = parseHeader(text);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA_KEY) metadata = checkMetadata(value);
    else entries.push(checkEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, bytes.length - dataStart);
  const tensors = new Map<string, NamedTensor>();
  for (const entry of entries) {
    const data = readData(bytes.subarray(dataStart + entry.begin, dataStart + entry.end), entry);
    tensors.set(entry.name, { shape: entry.shape, data });
  }
  return { tensors, metadata };
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Offsets from the first byte after the header. */
  readonly begin: number;
  readonly end: number;
}

function checkWritable(name: string, shape: readonly number[], length: number): void {
  if (name === METADATA_KEY) throw new RangeError(`a tensor cannot be called "${METADATA_KEY}"`);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== length) {
    throw new RangeError(
      `tensor "${name}": shape [${shape.join(', ')}] holds ${elements} numbers, data has ${length}`,
    );
  }
}

function readHeader(bytes: Uint8Array): { text: string; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw new SafetensorsError(
      'truncated',
      `safetensors: expected at least ${LENGTH_BYTES} bytes, found ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAXIMUM_HEADER_BYTES)) {
    throw new SafetensorsError(
      'header-too-long',
      `safetensors: the header claims ${length} bytes, the limit is ${MAXIMUM_HEADER_BYTES}; is this a safetensors file?`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    throw new SafetensorsError(
      'truncated',
      `safetensors: the header ends at byte ${dataStart}, the file has ${bytes.length}`,
    );
  }
  const header = bytes.subarray(LENGTH_BYTES, dataStart);
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header),
      dataStart,
    };
  } catch (cause) {
    throw new SafetensorsError('bad-header', 'safetensors: the header is not UTF-8', { cause });
  }
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError('bad-header', 'safetensors: the header is not JSON', { cause });
  }
  if (!isRecord(header)) {
    throw new SafetensorsError('bad-header', 'safetensors: the header is not a JSON object');
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw new SafetensorsError(
      'duplicate-name',
      `safetensors: the header has the name ${duplicate} twice`,
    );
  }
  return header;
}

/** The first key that an object of valid JSON text has twice, as written; `JSON.parse` would keep the last silently. */
function findDuplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g)) {
    const [part, colon] = match;
    if (part === '{') open.push(new Set());
    else if (part === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(part.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return JSON.stringify(key);
      keys?.add(key);
    }
  }
  return undefined;
}

function checkMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw new SafetensorsError(
      'bad-metadata',
      `safetensors: ${METADATA_KEY} must be an object of texts`,
    );
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown): Entry {
  const fail = (code: string, what: string): never => {
    throw new SafetensorsError(code, `safetensors: tensor "${name}": ${what}`);
  };
  if (!isRecord(value)) return fail('bad-entry', 'its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes = typeof dtype === 'string' ? BYTES_PER_ELEMENT.get(dtype) : undefined;
  if (typeof dtype !== 'string' || elementBytes === undefined) {
    return fail('unknown-dtype', `expected dtype F32 or F16, found ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape) || shape.length > MAXIMUM_RANK) {
    return fail('bad-shape', `its shape must be at most ${MAXIMUM_RANK} non-negative integers`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    return fail('bad-offsets', 'data_offsets must be two non-negative integers');
  }
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, elementBytes);
  if (end - begin !== expected) {
    return fail(
      'bad-length',
      `${dtype} [${shape.join(', ')}] takes ${expected} bytes, data_offsets [${begin}, ${end}] give ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Entries, ordered by offset, must tile the data exactly. */
function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      throw new SafetensorsError(
        begin < position ? 'overlap' : 'gap',
        `safetensors: tensor "${name}" begins at byte ${begin} of the data, expected ${position}`,
      );
    }
    if (end > dataBytes) {
      throw new SafetensorsError(
        'truncated',
        `safetensors: tensor "${name}" ends at byte ${end} of the data, the file has ${dataBytes}`,
      );
    }
    position = end;
  }
  if (position !== dataBytes) {
    throw new SafetensorsError(
      'gap',
      `safetensors: ${dataBytes - position} bytes after the last tensor belong to none`,
    );
  }
}

/** Copies, so the numbers are aligned. Typed arrays are little-endian wherever JavaScript runs today. */
function readData(bytes: Uint8Array, entry: Entry): Float32Array {
  const copy = new Uint8Array(bytes).buffer;
  if (entry.dtype === 'F32') return new Float32Array(copy);
  return Float32Array.from(new Uint16Array(copy), float16ToNumber);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
