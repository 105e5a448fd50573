// Sound as the overlapping windows of the network.
import { CORE_FRAMES, EDGE_FRAMES, FRAME_SAMPLES, WINDOW_SAMPLES } from './grid.js';

const HOP_SAMPLES = CORE_FRAMES * FRAME_SAMPLES;

export interface Window {
  /** [WINDOW_SAMPLES]; used again for the next window. */
  readonly samples: Float32Array;
  /** Frames that are its own, from `EDGE_FRAMES` on: `CORE_FRAMES`, fewer in the last one. */
  readonly frames: number;
}

/** Cuts sound into windows whose own frames follow one another without a gap. Before the start and after the end there is
 *  silence. Sound of no length has no window. */
export async function* windowsOf(
  blocks: AsyncIterable<Float32Array>,
): AsyncGenerator<Window, void, undefined> {
  const samples = new Float32Array(WINDOW_SAMPLES);
  const before = EDGE_FRAMES * FRAME_SAMPLES;
  let filled = before;
  for await (const block of blocks) {
    for (let at = 0; at < block.length;) {
      const part = block.subarray(at, at + WINDOW_SAMPLES - filled);
      samples.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < WINDOW_SAMPLES) continue;
      yield { samples, frames: CORE_FRAMES };
      samples.copyWithin(0, HOP_SAMPLES);
      filled -= HOP_SAMPLES;
    }
  }
  while (filled > before) {
    samples.fill(0, filled);
    const frames = Math.ceil((filled - before) / FRAME_SAMPLES);
    yield { samples, frames: Math.min(CORE_FRAMES, frames) };
    samples.copyWithin(0, HOP_SAMPLES);
    filled -= HOP_SAMPLES;
  }
}
