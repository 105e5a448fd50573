// The work of a request that is not the network's: reading, encoding, writing, drawing, sounding. Behind an interface, so
// that a server can do it on other threads than the one that answers.
import {
  type EncodedScore,
  encodeWavHeader,
  encodeWavSamples,
  type Labels,
  type MidiLimits,
  pianoRollSvg,
  readMidi,
  type Score,
  synthesisLength,
  synthesizeBlocks,
  type Tokenizer,
  writeMidi,
} from '@ostinato/core';

/** A sound whose length is known before it is made. */
export interface Sound {
  readonly bytes: number;
  /** A WAV file, in blocks as they are asked for. Cancelling it ends the work. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

export interface RenderOptions {
  /** Aborting rejects the call with the signal's reason, and ends its work. Default: never. */
  readonly signal?: AbortSignal | undefined;
}

/** Errors are those of core's functions, with their names and codes. */
export interface Renderer {
  /** @throws {MidiFormatError} if the file is damaged or beyond a limit */
  readMidi(bytes: Uint8Array, limits: Partial<MidiLimits>, options?: RenderOptions): Promise<Score>;
  /** @param tokenizer of a served model, the same object each time
   *  @throws {TokenizerError} `empty-score`, `too-many-bars` */
  encode(
    tokenizer: Tokenizer,
    score: Score,
    labels: Labels,
    options?: RenderOptions,
  ): Promise<EncodedScore>;
  midi(score: Score, options?: RenderOptions): Promise<Uint8Array<ArrayBuffer>>;
  svg(score: Score, options?: RenderOptions): Promise<string>;
  /** The signal ends the call; the stream is ended by its reader.
   *  @throws {RangeError} if the piece is longer than `LONGEST_SOUND_SECONDS` */
  wav(score: Score, options?: RenderOptions): Promise<Sound>;
}

const SAMPLE_RATE = 44_100;

/** The longest piece that becomes a sound. */
export const LONGEST_SOUND_SECONDS = 3_600;

/** Does everything where it is called: what has begun cannot be stopped. Sound is made a block at a time, and others get
 *  their turn in between. */
export const inlineRenderer: Renderer = {
  readMidi: async (bytes, limits, options) =>
    unlessAborted(options, () => readMidi(bytes, limits).score),
  encode: async (tokenizer, score, labels, options) =>
    unlessAborted(options, () => tokenizer.encode(score, { labels })),
  midi: async (score, options) => unlessAborted(options, () => new Uint8Array(writeMidi(score))),
  svg: async (score, options) => unlessAborted(options, () => pianoRollSvg(score)),
  wav: async (score, options) => unlessAborted(options, () => soundOf(score)),
};

function unlessAborted<T>({ signal }: RenderOptions = {}, work: () => T): T {
  signal?.throwIfAborted();
  return work();
}

function soundOf(score: Score): Sound {
  const options = { sampleRate: SAMPLE_RATE, maxSeconds: LONGEST_SOUND_SECONDS };
  const length = synthesisLength(score, options);
  const header = encodeWavHeader(2, SAMPLE_RATE, length);
  const blocks = synthesizeBlocks(score, options);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(header),
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve));
      const { value, done } = blocks.next();
      if (done) controller.close();
      else controller.enqueue(encodeWavSamples([value.left, value.right]));
    },
    cancel: () => {
      blocks.return(undefined);
    },
  });
  return { bytes: header.length + 2 * 2 * length, stream };
}
