import { describe, expect, it } from 'vitest';
import { CORE_FRAMES, EDGE_FRAMES, FRAME_SAMPLES, WINDOW_SAMPLES } from './grid.js';
import { windowsOf } from './windows.js';

const HOP = CORE_FRAMES * FRAME_SAMPLES;
const EDGE = EDGE_FRAMES * FRAME_SAMPLES;

async function* inBlocks(length: number, blockLength: number): AsyncGenerator<Float32Array> {
  for (let start = 0; start < length; start += blockLength) {
    const count = Math.min(blockLength, length - start);
    yield Float32Array.from({ length: count }, (_, i) => start + i + 1);
  }
}

describe('windowsOf', () => {
  it.each([
    [1, 1],
    [FRAME_SAMPLES, 100],
    [FRAME_SAMPLES + 1, 1000],
    [HOP, HOP],
    [HOP + 1, 7777],
    [WINDOW_SAMPLES - EDGE, 5000],
    [3 * WINDOW_SAMPLES, 3 * WINDOW_SAMPLES],
    [200_000, 4096],
  ])('gives every frame of %d samples once, in its place', async (length, blockLength) => {
    let frames = 0;
    for await (const window of windowsOf(inBlocks(length, blockLength))) {
      for (let i = 0; i < WINDOW_SAMPLES; i += 997) {
        const time = frames * FRAME_SAMPLES - EDGE + i;
        expect(window.samples[i]).toBe(time < 0 || time >= length ? 0 : time + 1);
      }
      expect(window.samples).toHaveLength(WINDOW_SAMPLES);
      frames += window.frames;
    }
    expect(frames).toBe(Math.ceil(length / FRAME_SAMPLES));
  });

  it('gives nothing for nothing', async () => {
    const windows = windowsOf(inBlocks(0, 1));
    expect((await windows.next()).done).toBe(true);
  });
});
