// The sound of a page, rendered offline in a real Chromium and measured.
import { haveChromium } from '@ostinato/chromium';
import { BasicSoundBank } from 'spessasynth_core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ElementPages, openElementPages } from '../testing/element-pages.js';
import type { Testing } from '../testing/element-page.js';

declare const testing: Testing;

describe.runIf(haveChromium())('sound in a page', () => {
  let pages: ElementPages;
  beforeAll(async () => {
    pages = await openElementPages({
      '/font.sf2': new Uint8Array(BasicSoundBank.getSampleSoundBankFile()),
    });
  }, 60_000);
  afterAll(() => pages[Symbol.asyncDispose]());

  it('is what a WAV file holds, to the sample', () =>
    pages.run('', async (page) => {
      const found = await page.evaluate(async () => {
        const sampleRate = 44_100;
        const notes = [
          { pitch: 60, program: 0, channel: 0 },
          { pitch: 67, program: 40, channel: 1 },
          { pitch: 38, program: 0, channel: 9 },
        ];
        const score = {
          ticksPerQuarter: sampleRate, // at 60 quarters a minute a tick is a sample
          name: '',
          tempos: [{ tick: 0, microsecondsPerQuarter: 1_000_000 }],
          timeSignatures: [],
          keySignatures: [],
          tracks: notes.map(({ pitch, program, channel }, i) => ({
            name: '',
            program,
            channel,
            notes: [{ pitch, velocity: 100, startTicks: 5000 * i, durationTicks: 12_345 }],
          })),
        };
        const [left] = testing.core.synthesize(score, { sampleRate });
        const context = new OfflineAudioContext(2, sampleRate, sampleRate);
        const output = await testing.createWorkletOutput(context);
        output.schedule(
          notes.map(({ pitch, program, channel }, i) => ({
            instrument: channel === 9 ? ('percussion' as const) : program,
            pitch,
            velocity: 100,
            time: (5000 * i) / sampleRate,
            durationSeconds: 12_345 / sampleRate,
            seed: 5000 * i + pitch,
          })),
        );
        await new Promise((resolve) => setTimeout(resolve, 100)); // the message is on its way
        const heard = (await context.startRendering()).getChannelData(0);
        const distance = heard.reduce((most, x, i) => Math.max(most, Math.abs(x - left[i])), 0);
        return { distance, peak: heard.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
      });
      expect(found.peak).toBeGreaterThan(0.02);
      // The gain node of the volume has a float of its own; beyond its rounding nothing differs.
      expect(found.distance).toBeLessThan(1e-6);
    }));

  it.each(['built-in', 'SoundFont'])('%s: the right pitches, then silence when asked', (kind) =>
    pages.run('', async (page) => {
      const found = await page.evaluate(async (kind) => {
        const sampleRate = 44_100;
        const context = new OfflineAudioContext(2, 2 * sampleRate, sampleRate);
        const output = await (kind === 'built-in'
          ? testing.createWorkletOutput(context)
          : testing.createSoundFontOutput(context, '/font.sf2'));
        const note = { instrument: 0, velocity: 100, durationSeconds: 0.8, seed: 0 };
        output.schedule([
          { ...note, pitch: 69, time: 0 },
          { ...note, pitch: 76, time: 0 },
          { ...note, pitch: 60, time: 1.5 },
        ]);
        // Rendering stops after a second, falls silent, and goes on.
        const stop = async (): Promise<void> => {
          await context.suspend(1);
          output.silence();
          await new Promise((resolve) => setTimeout(resolve, 200));
          await context.resume();
        };
        const stopped = stop();
        await new Promise((resolve) => setTimeout(resolve, 200)); // messages are on their way
        const [buffer] = await Promise.all([context.startRendering(), stopped]);
        const samples = buffer.getChannelData(0);
        const body = samples.slice(0.2 * sampleRate, 0.7 * sampleRate);
        const power = (pitch: number): number => {
          const frequency = 440 * 2 ** ((pitch - 69) / 12);
          const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
          let [s1, s2] = [0, 0];
          for (const sample of body) [s1, s2] = [sample + coefficient * s1 - s2, s1];
          return s1 * s1 + s2 * s2 - coefficient * s1 * s2;
        };
        const peakOf = (part: Float32Array): number =>
          part.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        const pitches = Array.from({ length: 24 }, (_, i) => 57 + i);
        return {
          loudest: pitches.toSorted((a, b) => power(b) - power(a)).slice(0, 2),
          body: peakOf(body),
          after: peakOf(samples.slice(1.6 * sampleRate)),
        };
      }, kind);
      expect(found.loudest.toSorted((a, b) => a - b)).toEqual([69, 76]);
      expect(found.body).toBeGreaterThan(0.01);
      expect(found.after).toBeLessThan(0.02 * found.body); // of the note at 1.5 s nothing is heard
    }),
  );
});
