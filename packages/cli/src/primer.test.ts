import { createTokenizer, type Score } from '@ostinato/core';
import { expect, it } from 'vitest';
import { checkPrimer } from './primer.js';

const tokenizer = createTokenizer({
  version: 1,
  positionsPerQuarter: 24,
  pitchRange: [48, 72],
  percussionKeys: null,
  instruments: [0],
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  tempo: { lowestBpm: 16, highestBpm: 384, bins: 64 },
  velocityBins: 0,
  labels: {},
});

function scoreOf(...tracks: { channel: number; program: number; pitches: number[] }[]): Score {
  return {
    ticksPerQuarter: 480,
    name: '',
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map(({ channel, program, pitches }) => ({
      name: '',
      channel,
      program,
      notes: pitches.map((pitch, index) => ({
        pitch,
        startTicks: index * 480,
        durationTicks: 480,
        velocity: 64,
      })),
    })),
  };
}

const piano = { channel: 0, program: 0, pitches: [60, 62] };
const drums = { channel: 9, program: 0, pitches: [36, 38, 42] };

it('says nothing of a primer that the model can say', () => {
  expect(checkPrimer('a.mid', scoreOf(piano), tokenizer)).toBeUndefined();
});

it('says what of a primer is left out and what is changed', () => {
  const violin = { channel: 1, program: 40, pitches: [100] };
  expect(checkPrimer('a.mid', scoreOf(piano, drums, violin), tokenizer)).toBe(
    'a.mid: the model cannot say all of it: 3 notes left out, 1 note moved by octaves, 1 note given to another instrument',
  );
});

it('names the file of a primer of which the model can say nothing', () => {
  expect(() => checkPrimer('a.mid', scoreOf(drums), tokenizer)).toThrow(
    /^a\.mid: holds no note that the model can say; it has acoustic-grand-piano$/,
  );
});
