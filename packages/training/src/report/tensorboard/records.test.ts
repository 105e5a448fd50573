import { describe, expect, it } from 'vitest';
import { crc32c, decodeRecords, encodeRecord } from './records.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('crc32c', () => {
  // The first from the polynomial's catalogue (CRC-32/ISCSI "check"), the others from RFC 3720, B.4.
  it.each([
    ['the digits 1 to 9', bytes('123456789'), 0xe306_9283],
    ['32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['32 times 255', new Uint8Array(32).fill(255), 0x62a8_ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s', (_, content, expected) => {
    expect(crc32c(content)).toBe(expected);
  });
});

describe('records', () => {
  const contents = [bytes('one'), new Uint8Array(0), bytes('three')];
  const file = Buffer.concat(contents.map(encodeRecord));

  it('come back as they were', () => {
    expect(decodeRecords(file).map((record) => [...record])).toEqual(
      contents.map((content) => [...content]),
    );
  });

  it('lose no more than the last one where a file was cut', () => {
    for (let length = 0; length < file.length; length++) {
      const found = decodeRecords(file.subarray(0, length));
      expect(found.length).toBeLessThan(contents.length);
      found.forEach((record, i) => expect([...record]).toEqual([...contents[i]]));
    }
  });

  it('are refused where a byte was changed', () => {
    const spoilt = Uint8Array.from(file);
    spoilt[13] ^= 1;
    expect(() => decodeRecords(spoilt)).toThrow('the record at byte 0');
  });
});
