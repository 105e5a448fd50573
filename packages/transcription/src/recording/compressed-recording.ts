// FLAC, MP3, Ogg Vorbis and Opus as recordings, through the codecs of https://github.com/audiojs/decode.
import { importOptional } from '../optional-package.js';
import { TranscriptionError } from '../transcription-error.js';
import type { Recording, RecordingFile, RecordingWarning } from './recording.js';

export type CompressedFormat = 'flac' | 'mp3' | 'vorbis' | 'opus';

/** Bytes given to a codec at once. Few, because a crafted file turns each byte into thousands of samples. */
const CHUNK_BYTES = 2048;
/** Codecs say so when they found nothing; a file that gives no sound in its first 16 MiB holds none. */
const MAX_SILENT_BYTES = 16 * 1024 * 1024;

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
  readonly samplesDecoded?: number;
  readonly errors?: readonly unknown[];
}

interface Codec {
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Decoded | Promise<Decoded>;
  free?(): void;
}

const CODECS: Record<CompressedFormat, () => Promise<{ decoder: () => unknown }>> = {
  flac: () => import('@audio/decode-flac'),
  mp3: () => import('@audio/decode-mp3'),
  vorbis: () => import('@audio/decode-vorbis'),
  opus: () => import('@audio/decode-opus'),
};

interface Sound {
  readonly mono: Float32Array;
  readonly sampleRate: number;
}

/** Decodes up to the first sound, which tells the rate, and owns the file from then on.
 *  @throws {TranscriptionError} `missing-package`, or `not-a-recording` if nothing can be decoded */
export async function openCompressedRecording(
  file: RecordingFile,
  format: CompressedFormat,
): Promise<Recording> {
  const name = `@audio/decode-${format}`;
  const { decoder } = await importOptional(name, [name], CODECS[format]);
  const codec = (await decoder()) as Codec;
  const warnings: RecordingWarning[] = [];
  let offset = 0;
  const sounds = decodeAll();
  const first = await sounds.next();
  if (first.done) {
    const message = `${file.path}: holds no ${format} sound that can be decoded`;
    throw new TranscriptionError('not-a-recording', message);
  }
  const { sampleRate } = first.value;

  async function* decodeAll(): AsyncGenerator<Sound, void, undefined> {
    let damaged = 0;
    let heard = false;
    try {
      while (offset < file.size && (heard || offset < MAX_SILENT_BYTES)) {
        const bytes = await file.read(offset, CHUNK_BYTES);
        if (bytes.length === 0) break;
        offset += bytes.length;
        const decoded = await codec.decode(bytes);
        damaged += decoded.errors?.length ?? 0;
        for (const sound of soundsOf(decoded)) {
          heard = true;
          yield sound;
        }
      }
      if (codec.flush) yield* soundsOf(await codec.flush());
    } catch (cause) {
      if (cause instanceof TranscriptionError) throw cause;
      const message = `${file.path}: cannot be decoded as ${format} (${String(cause)})`;
      throw new TranscriptionError('not-a-recording', message, { cause });
    } finally {
      codec.free?.();
    }
    if (damaged > 0) {
      const message = `${damaged} stretches could not be decoded and are left out`;
      warnings.push({ code: 'damaged', message });
    }
  }

  async function* blocks(): AsyncGenerator<Float32Array, void, undefined> {
    if (!first.done) yield first.value.mono;
    for await (const sound of sounds) {
      if (sound.sampleRate !== sampleRate) {
        const message = `${file.path}: the sample rate changes from ${sampleRate} to ${sound.sampleRate}; convert it, for example with ffmpeg -i in.${format} out.wav`;
        throw new TranscriptionError('sample-rate', message);
      }
      yield sound.mono;
    }
  }

  return {
    format,
    sampleRate,
    seconds: undefined,
    warnings,
    fractionRead: () => offset / file.size,
    blocks,
    [Symbol.asyncDispose]: async () => {
      await sounds.return();
      await file.close();
    },
  };
}

function* soundsOf({ channelData, sampleRate, samplesDecoded }: Decoded): Generator<Sound> {
  const length = Math.min(samplesDecoded ?? Infinity, channelData[0]?.length ?? 0);
  if (length > 0) yield { mono: mixDown(channelData, length), sampleRate };
}

/** The mean of the channels, new: a codec may use its own memory again. */
function mixDown(channels: readonly Float32Array[], length: number): Float32Array {
  const mono = new Float32Array(length);
  for (const channel of channels) {
    for (let i = 0; i < length; i++) mono[i] += channel[i] / channels.length;
  }
  return mono;
}
