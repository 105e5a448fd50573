import { describe, expect, it } from 'vitest';
import { createSynthesizer, type Synthesizer, type SynthesizerNote } from './synthesizer.js';

const SAMPLE_RATE = 22_050;

const noteAt = (startSample: number, more: Partial<SynthesizerNote> = {}): SynthesizerNote => ({
  startSample,
  durationSeconds: 0.2,
  instrument: 40,
  pitch: 69,
  velocity: 90,
  seed: startSample,
  ...more,
});

/** The left channel of the next samples, in blocks of a size. */
function render(synthesizer: Synthesizer, samples: number, size = 128): Float32Array {
  const output = new Float32Array(samples);
  for (let first = 0; first < samples; first += size) {
    const length = Math.min(size, samples - first);
    const block = { left: new Float32Array(length), right: new Float32Array(length) };
    synthesizer.render(block);
    output.set(block.left, first);
  }
  return output;
}

const peakOf = (samples: Float32Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
/** The largest step from one sample to the next: what a click is. */
const steepest = (samples: Float32Array) =>
  samples.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (samples[i - 1] ?? 0))), 0);

describe('createSynthesizer', () => {
  it('gives the same samples in blocks of any size', () => {
    const notes = [
      noteAt(0),
      noteAt(1000, { instrument: 0, pitch: 60 }),
      noteAt(1111, { instrument: 'percussion', pitch: 38 }),
      noteAt(3000, { instrument: 24, pitch: 50, durationSeconds: 0.05 }),
      noteAt(9000, { instrument: 'percussion', pitch: 49 }),
    ];
    const [whole, ...others] = [20_000, 4096, 128, 77].map((size) => {
      const synthesizer = createSynthesizer({ sampleRate: SAMPLE_RATE });
      for (const note of notes) synthesizer.add(note);
      return render(synthesizer, 20_000, size);
    });
    expect(peakOf(whole)).toBeGreaterThan(0.02);
    for (const other of others) expect(other).toEqual(whole);
  });

  it('takes notes in any order, and at once what should have begun', () => {
    const inOrder = createSynthesizer({ sampleRate: SAMPLE_RATE });
    const backwards = createSynthesizer({ sampleRate: SAMPLE_RATE });
    const notes = [noteAt(100), noteAt(900, { pitch: 60 }), noteAt(5000, { pitch: 64 })];
    for (const note of notes) inOrder.add(note);
    for (const note of notes.toReversed()) backwards.add(note);
    expect(render(backwards, 8000)).toEqual(render(inOrder, 8000));

    const late = createSynthesizer({ sampleRate: SAMPLE_RATE });
    render(late, 1000);
    late.add(noteAt(0));
    expect(late.position).toBe(1000);
    expect(peakOf(render(late, 2000))).toBeGreaterThan(0.01);
  });

  it('holds a note until it is let go', () => {
    const synthesizer = createSynthesizer({ sampleRate: SAMPLE_RATE });
    const release = synthesizer.add(noteAt(0, { durationSeconds: Infinity }));
    render(synthesizer, 3 * SAMPLE_RATE);
    expect(peakOf(render(synthesizer, 2000))).toBeGreaterThan(0.02);
    release();
    render(synthesizer, 2 * SAMPLE_RATE);
    expect(peakOf(render(synthesizer, 2000))).toBeLessThan(0.0005);
  });

  it('plays a note that was let go before it began, shortly', () => {
    const synthesizer = createSynthesizer({ sampleRate: SAMPLE_RATE });
    synthesizer.add(noteAt(500, { durationSeconds: Infinity }))();
    expect(peakOf(render(synthesizer, 4000))).toBeGreaterThan(0.005);
    render(synthesizer, 2 * SAMPLE_RATE);
    expect(peakOf(render(synthesizer, 2000))).toBeLessThan(0.0005);
  });

  it('falls silent on demand, without a click, and forgets what was to come', () => {
    const synthesizer = createSynthesizer({ sampleRate: SAMPLE_RATE });
    synthesizer.add(noteAt(0, { durationSeconds: 9 }));
    synthesizer.add(noteAt(30_000));
    const playing = render(synthesizer, 10_000);
    synthesizer.silence();
    const fading = render(synthesizer, 1500);
    expect(steepest(fading.slice(1))).toBeLessThan(1.2 * steepest(playing.slice(5000)));
    render(synthesizer, 8 * SAMPLE_RATE); // the room
    expect(peakOf(render(synthesizer, 1000))).toBe(0);
  });

  it('keeps to a number of voices: the oldest goes first', () => {
    const limited = createSynthesizer({ sampleRate: SAMPLE_RATE, maxVoices: 2 });
    const two = createSynthesizer({ sampleRate: SAMPLE_RATE });
    const held = [60, 67, 71].map((pitch, i) =>
      noteAt(i * 100, { pitch, durationSeconds: Infinity }),
    );
    for (const note of held) limited.add(note);
    for (const note of held.slice(1)) two.add(note);
    const later = [limited, two].map((synthesizer) => {
      render(synthesizer, 6 * SAMPLE_RATE);
      return render(synthesizer, 4000);
    });
    // What is left of the room's answer to the note that vanished six seconds ago.
    later[0].forEach((sample, i) => expect(sample).toBeCloseTo(later[1][i], 6));
  });

  it('refuses odd sample rates', () => {
    expect(() => createSynthesizer({ sampleRate: 1 })).toThrow(RangeError);
  });
});
