// A score as the parts of a WAV file, a stretch at a time: memory for the file and nothing beside it.
import {
  encodeWavHeader,
  encodeWavSamples,
  type Score,
  synthesisLength,
  synthesizeBlocks,
} from '@ostinato/core';

/** Samples a second of the files. */
export const WAV_SAMPLE_RATE = 44_100;

/** Renders a score with the built-in synthesiser.
 *  @param report is told the share that is done, 0..1, some hundred times a piece at most
 *  @returns the parts of the file, in order
 *  @throws {RangeError} if the piece is longer than an hour */
export function renderScore(
  score: Score,
  report: (share: number) => void,
): Uint8Array<ArrayBuffer>[] {
  const frames = synthesisLength(score, { sampleRate: WAV_SAMPLE_RATE });
  const parts = [encodeWavHeader(2, WAV_SAMPLE_RATE, frames)];
  const step = Math.max(WAV_SAMPLE_RATE, frames / 200);
  let done = 0;
  let told = 0;
  for (const { left, right } of synthesizeBlocks(score, { sampleRate: WAV_SAMPLE_RATE })) {
    parts.push(encodeWavSamples([left, right]));
    done += left.length;
    if (done - told < step) continue;
    told = done;
    report(done / frames);
  }
  return parts;
}
