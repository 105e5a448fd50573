// Finds the Standard MIDI File inside what people call a MIDI file.
import { ByteReader, hasId } from './byte-reader.js';
import { MidiFormatError } from './midi-format-error.js';

/** How the file is wrapped: not at all, in RIFF (`.rmi`), or behind a MacBinary header. */
export type MidiContainer = 'smf' | 'rmid' | 'macbinary';

/** Where the Standard MIDI File lies in the bytes. */
export interface MidiRange {
  container: MidiContainer;
  start: number;
  end: number;
}

/** MacBinary puts 128 bytes before the data fork; the first is zero. */
const MACBINARY_HEADER_BYTES = 128;

/** @throws {MidiFormatError} `not-midi` if there is none */
export function locateMidi(bytes: Uint8Array): MidiRange {
  if (hasId(bytes, 0, 'MThd')) return { container: 'smf', start: 0, end: bytes.length };
  if (hasId(bytes, 0, 'RIFF') && hasId(bytes, 8, 'RMID')) return locateInRiff(bytes);
  if (bytes[0] === 0 && hasId(bytes, MACBINARY_HEADER_BYTES, 'MThd')) {
    return { container: 'macbinary', start: MACBINARY_HEADER_BYTES, end: bytes.length };
  }
  const message =
    'expected a Standard MIDI File (MThd), an RMID or a MacBinary file, found neither';
  throw new MidiFormatError('not-midi', 0, message);
}

/** Walks the chunks of the RIFF form to `data`. Lengths are little-endian and chunks are padded to even bytes. */
function locateInRiff(bytes: Uint8Array): MidiRange {
  const reader = new ByteReader(bytes, 12, bytes.length, 'truncated');
  while (reader.remaining >= 8) {
    const at = reader.offset;
    reader.offset += 4;
    const length = littleEndian(reader.take(4));
    if (hasId(bytes, at, 'data')) {
      const start = reader.offset;
      if (!hasId(bytes, start, 'MThd')) {
        const message = 'expected MThd in the data chunk of an RMID file';
        throw new MidiFormatError('not-midi', start, message);
      }
      return { container: 'rmid', start, end: Math.min(start + length, bytes.length) };
    }
    reader.take(Math.min(length + (length % 2), reader.remaining));
  }
  throw new MidiFormatError('not-midi', reader.offset, 'an RMID file without a data chunk');
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
