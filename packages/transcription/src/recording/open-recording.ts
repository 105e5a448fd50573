// Tells by its first bytes what a recording is, and opens it.
import { AudioFormatError } from '@ostinato/core';
import { TranscriptionError } from '../transcription-error.js';
import { type CompressedFormat, openCompressedRecording } from './compressed-recording.js';
import { openRecordingFile } from './open-file.js';
import type { Recording, RecordingFile } from './recording.js';
import { openWavRecording } from './wav-recording.js';

/** An Ogg page has at most this many bytes of head before the codec's name. */
const HEAD_BYTES = 512;

/** Opens a WAV, FLAC, MP3, Ogg Vorbis or Opus file; its name does not matter.
 *  @throws {TranscriptionError} naming the file, if it is none of them or cannot be read */
export async function openRecording(path: string): Promise<Recording> {
  const file = await openRecordingFile(path);
  try {
    const format = detectFormat(await file.read(0, HEAD_BYTES));
    if (format === 'wav') return await openWav(file);
    if (format !== undefined) return await openCompressedRecording(file, format);
    const found = file.size === 0 ? 'an empty file' : 'something else';
    const message = `${path}: expected a recording (WAV, FLAC, MP3, Ogg Vorbis or Opus), found ${found}; convert it, for example with ffmpeg -i in out.wav`;
    throw new TranscriptionError('not-a-recording', message);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openWav(file: RecordingFile): Promise<Recording> {
  try {
    return await openWavRecording(file);
  } catch (cause) {
    if (!(cause instanceof AudioFormatError)) throw cause;
    const message = `${file.path}: ${cause.message}`;
    throw new TranscriptionError('not-a-recording', message, { cause });
  }
}

function detectFormat(head: Uint8Array): 'wav' | CompressedFormat | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  if (/^(RIFF|RF64|BW64)/.test(text)) return 'wav';
  if (text.startsWith('fLaC')) return 'flac';
  if (text.startsWith('OggS')) {
    if (text.includes('\x01vorbis')) return 'vorbis';
    if (text.includes('OpusHead')) return 'opus';
    return text.includes('\x7fFLAC') ? 'flac' : undefined;
  }
  const isFrame = head.length > 2 && head[0] === 0xff && (head[1] & 0xe6) === 0xe2; // MPEG layer III
  return text.startsWith('ID3') || isFrame ? 'mp3' : undefined;
}
