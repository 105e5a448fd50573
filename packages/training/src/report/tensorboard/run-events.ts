// What of a run goes to TensorBoard, and how often: its readers keep about a thousand points of a curve, so a run of
// ten million steps need not write sixty million.
import type { MetricsLine } from '../../trainer/metrics-log.js';
import type { EventValue } from './event-file.js';

/** Steps up to this are all written; of ten times as many every tenth, and so on. */
const ALL_STEPS = 100_000;
const STRING = 7;

/** Names of the curves, by the fields of a line of metrics. */
const STEP_TAGS = {
  loss: 'loss/train',
  accuracy: 'accuracy/train',
  learningRate: 'learning_rate',
  gradientNorm: 'gradient_norm',
  tokensPerSecond: 'tokens_per_second',
  epoch: 'epoch',
} as const;
const EVALUATION_TAGS = {
  loss: 'loss/validation',
  accuracy: 'accuracy/validation',
  lossPerNote: 'loss_per_note/validation',
} as const;

/** The curves' values in a line; none for a step that is left out. */
export function metricValues(line: MetricsLine): EventValue[] {
  if (line.kind === 'step' && line.step % stride(line.step, ALL_STEPS) !== 0) return [];
  const tags = line.kind === 'step' ? STEP_TAGS : EVALUATION_TAGS;
  const numbers = line as Readonly<Record<string, unknown>>;
  return Object.entries(tags).flatMap(([field, tag]) => {
    const value = numbers[field];
    return typeof value === 'number' ? [scalar(tag, value)] : [];
  });
}

/** Whether the n-th evaluation's picture and sound are written, n from 1: the first ten, then every tenth up to a
 *  hundred, and so on. TensorBoard shows ten of them. */
export function isKeptEvaluation(n: number): boolean {
  return n % stride(n, 10) === 0;
}

export function scalar(tag: string, value: number): EventValue {
  return { tag, value: { case: 'simpleValue', value } };
}

/** @param markdown shown formatted */
export function text(tag: string, markdown: string): EventValue {
  const stringVal = [new TextEncoder().encode(markdown)];
  return {
    tag,
    metadata: { pluginData: { pluginName: 'text' } },
    value: {
      case: 'tensor',
      value: { dtype: STRING, tensorShape: { dim: [{ size: 1n }] }, stringVal },
    },
  };
}

/** @param size in pixels */
export function image(
  tag: string,
  png: Uint8Array,
  size: { width: number; height: number },
): EventValue {
  return {
    tag,
    value: { case: 'image', value: { ...size, colorspace: 4, encodedImageString: png } },
  };
}

/** @param frames samples of one channel */
export function audio(
  tag: string,
  wav: Uint8Array,
  { sampleRate, frames }: { sampleRate: number; frames: number },
): EventValue {
  return {
    tag,
    value: {
      case: 'audio',
      value: {
        sampleRate,
        numChannels: 1n,
        lengthFrames: BigInt(frames),
        encodedAudioString: wav,
        contentType: 'audio/wav',
      },
    },
  };
}

/** 1 up to `all`, 10 up to ten times as many, 100 up to a hundred times as many. */
function stride(n: number, all: number): number {
  return 10 ** Math.max(0, Math.ceil(Math.log10(n / all)));
}
