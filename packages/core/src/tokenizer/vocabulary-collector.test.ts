import { describe, expect, it } from 'vitest';
import type { Note, Score, Track } from '../score/score.js';
import { metreName } from './metre.js';
import { createTokenizer } from './read-tokenizer.js';
import { createVocabularyCollector, vocabularyNeeds } from './vocabulary-collector.js';
import type { VocabularyNeeds } from './vocabulary-collector.js';

/** Notes of a quarter, one after another, at 24 ticks a quarter. */
function notes(...pitches: number[]): Note[] {
  return pitches.map((pitch, i) => ({
    pitch,
    startTicks: 24 * i,
    durationTicks: 24,
    velocity: 80,
  }));
}

function scoreOf(tracks: Partial<Track>[], rest: Partial<Score> = {}): Score {
  return {
    ticksPerQuarter: 24,
    name: '',
    tempos: [],
    timeSignatures: [],
    keySignatures: [],
    tracks: tracks.map((track) => ({ name: '', channel: 0, program: 0, notes: [], ...track })),
    ...rest,
  };
}

describe('vocabulary collector', () => {
  it('collects what scores use, sorted', () => {
    const collector = createVocabularyCollector();
    collector.add(scoreOf([{ program: 42, notes: notes(48, 60) }]), { composer: 'Ravel' });
    collector.add(
      scoreOf([
        { program: 6, notes: notes(72) },
        { program: 99, notes: [] },
        { channel: 9, program: 8, notes: notes(38) },
      ]),
      { composer: 'Bach', ensemble: 'Duo' },
    );
    const config = collector.finish({ velocityBins: 4 });
    expect(config).toMatchObject({
      instruments: [6, 42],
      pitchRange: [48, 72],
      percussionKeys: [38, 38],
      timeSignatures: [{ numerator: 4, denominator: 4 }],
      velocityBins: 4,
      labels: { composer: ['Bach', 'Ravel'], ensemble: ['Duo'] },
    });
    createTokenizer(config);
  });

  it('has the metres of cut bars and of the parts of long bars', () => {
    const collector = createVocabularyCollector();
    const timeSignatures = [
      { tick: 0, numerator: 4, denominator: 4 },
      { tick: 24, numerator: 12, denominator: 4 },
    ];
    collector.add(scoreOf([{ notes: notes(60, 60, 60) }], { timeSignatures }));
    expect(collector.finish().timeSignatures.map(metreName)).toEqual(['1/4', '6/4']);
  });

  it('leaves out instruments that play less than one note in 10,000', () => {
    const collector = createVocabularyCollector();
    const many = Array.from({ length: 10_001 }, () => 60);
    collector.add(scoreOf([{ notes: notes(...many) }, { channel: 9, notes: notes(33) }]));
    collector.add(scoreOf([{ program: 40, notes: notes(60, 60) }]));
    expect(collector.finish()).toMatchObject({ instruments: [0, 40], percussionKeys: null });
  });

  it('does not take unknown or empty labels for values', () => {
    const collector = createVocabularyCollector();
    collector.add(scoreOf([{ notes: notes(60) }]), { composer: 'unknown', ensemble: '' });
    expect(collector.finish().labels).toEqual({ composer: [], ensemble: [] });
  });

  it('refuses to finish without notes', () => {
    const collector = createVocabularyCollector();
    collector.add(scoreOf([]));
    expect(() => collector.finish()).toThrow(expect.objectContaining({ code: 'empty-score' }));
  });
});

describe('the needs of a score', () => {
  const score = scoreOf(
    [
      { program: 42, notes: notes(48, 60) },
      { program: 42, notes: notes(72) },
      { channel: 9, notes: notes(38, 36) },
      { program: 7 },
    ],
    { timeSignatures: [{ tick: 0, numerator: 3, denominator: 4 }] },
  );

  it('are a few numbers', () => {
    expect(vocabularyNeeds(score)).toEqual({
      notes: [
        [42, 3],
        ['percussion', 2],
      ],
      pitches: [48, 72],
      percussionKeys: [36, 38],
      metres: ['3/4'],
    });
  });

  it('stand for the score, also after a way through JSON', () => {
    const labels = { composer: 'Bach' };
    const whole = createVocabularyCollector();
    whole.add(score, labels);
    const fromNeeds = createVocabularyCollector();
    fromNeeds.addNeeds(
      JSON.parse(JSON.stringify(vocabularyNeeds(score))) as VocabularyNeeds,
      labels,
    );
    expect(fromNeeds.finish()).toEqual(whole.finish());
  });

  it('of a score without notes are none', () => {
    expect(vocabularyNeeds(scoreOf([{}]))).toEqual({
      notes: [],
      pitches: null,
      percussionKeys: null,
      metres: [],
    });
  });
});
