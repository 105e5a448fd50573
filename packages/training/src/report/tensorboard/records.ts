// The TFRecord container: each record with its length and checksums, so that a reader sees where a file was cut.
// https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details

/** Bytes around a record: its length (8), a checksum of that (4), and one of the record after it (4). */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82f6_3b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** CRC-32C of some bytes, 0..2^32-1. */
export function crc32c(bytes: Uint8Array): number {
  let rest = 0xffff_ffff;
  for (const byte of bytes) rest = TABLE[(rest ^ byte) & 0xff] ^ (rest >>> 8);
  return (rest ^ 0xffff_ffff) >>> 0;
}

/** Wraps bytes as one record. */
export function encodeRecord(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(HEADER_BYTES + content.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(content, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + content.length, masked(crc32c(content)), true);
  return record;
}

/** The whole records of a file's bytes; a last one that was cut is left out.
 *  @throws {RangeError} if a checksum does not fit */
export function decodeRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + Number(view.getBigUint64(at, true));
    check(view.getUint32(at + 8, true), bytes.subarray(at, at + 8), at);
    if (end + FOOTER_BYTES > bytes.length) break;
    const content = bytes.subarray(at + HEADER_BYTES, end);
    check(view.getUint32(end, true), content, at);
    records.push(content);
    at = end + FOOTER_BYTES;
  }
  return records;
}

/** A checksum of bytes that hold checksums would be no good: so it is turned and shifted. */
function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282_ead8) >>> 0;
}

function check(stored: number, content: Uint8Array, at: number): void {
  if (stored === masked(crc32c(content))) return;
  throw new RangeError(`event file: the record at byte ${at} does not fit its checksum`);
}
