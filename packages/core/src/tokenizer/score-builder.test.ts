import { describe, expect, it } from 'vitest';
import type { Note } from '../score/score.js';
import { buildTracks } from './score-builder.js';
import type { Part } from './score-builder.js';

/** A part that needs so many voices. */
function part(instrument: Part['instrument'], voices = 1): Part {
  const note: Note = { pitch: 60, startTicks: 0, durationTicks: 10, velocity: 80 };
  return { instrument, notes: Array.from({ length: voices }, () => ({ ...note })) };
}

function channels(parts: Part[]): number[] {
  return buildTracks(parts).map(({ channel }) => channel);
}

describe('buildTracks', () => {
  it('keeps channel 9 for percussion', () => {
    const parts = [...Array.from({ length: 11 }, (_, i) => part(i)), part('percussion', 2)];
    expect(channels(parts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 9, 9]);
  });

  it('gives further voices the channels after the first voices', () => {
    expect(channels([part(0, 2), part(40), part('percussion'), part(42, 3)])).toEqual([
      0, 3, 1, 9, 2, 4, 5,
    ]);
  });

  it('shares the channel of its part with a voice for which none is left', () => {
    const parts = [part(0, 3), ...Array.from({ length: 13 }, (_, i) => part(40 + i))];
    expect(channels(parts).slice(0, 4)).toEqual([0, 15, 0, 1]);
  });

  it('begins again at channel 0 after fifteen parts', () => {
    const parts = Array.from({ length: 17 }, (_, i) => part(i, 2));
    expect(channels(parts).slice(-6)).toEqual([15, 15, 0, 0, 1, 1]);
  });

  it('leaves out parts without notes', () => {
    expect(buildTracks([part(0, 0), part(40)]).map(({ program }) => program)).toEqual([40]);
  });

  it('names tracks by instrument and voice', () => {
    const names = buildTracks([part(73, 2), part('percussion')]).map(({ name }) => name);
    expect(names).toEqual(['Flute', 'Flute 2', 'Percussion']);
  });
});
