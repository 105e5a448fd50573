import { describe, expect, it } from 'vitest';
import { Timeline } from './timeline.js';

const note = (startSeconds: number, durationSeconds = 1) => ({
  instrument: 0,
  pitch: 60,
  velocity: 80,
  startSeconds,
  durationSeconds,
});

const startsOf = (notes: Iterable<{ startSeconds: number }>) =>
  [...notes].map(({ startSeconds }) => startSeconds);

describe('Timeline', () => {
  it('finds what begins and what sounds in a stretch', () => {
    const timeline = new Timeline();
    for (const each of [note(0, 10), note(1), note(2), note(2), note(5)]) timeline.add(each);
    expect(startsOf(timeline.startingIn(1, 2))).toEqual([1]);
    expect(startsOf(timeline.startingIn(2, 5))).toEqual([2, 2]);
    expect(startsOf(timeline.soundingIn(2, 2.5))).toEqual([0, 2, 2]); // the second ends at 2
    expect(startsOf(timeline.soundingIn(20, 30))).toEqual([]);
  });

  it('knows every note up to the last onset, and to the end once it is whole', () => {
    const timeline = new Timeline();
    timeline.add(note(0, 4));
    timeline.add(note(3));
    expect([timeline.frontier, timeline.end]).toEqual([3, 4]);
    timeline.complete();
    expect(timeline.frontier).toBe(4);
  });

  it('follows the tempos of a score, and orders the notes of all tracks', () => {
    const timeline = new Timeline();
    const at = (startTicks: number) => ({
      pitch: 60,
      velocity: 64,
      durationTicks: 480,
      startTicks,
    });
    timeline.load({
      ticksPerQuarter: 480,
      name: '',
      tempos: [
        { tick: 0, microsecondsPerQuarter: 500_000 },
        { tick: 480, microsecondsPerQuarter: 1_000_000 },
      ],
      timeSignatures: [],
      keySignatures: [],
      tracks: [
        { name: '', channel: 0, program: 40, notes: [at(0), at(960)] },
        { name: '', channel: 9, program: 0, notes: [at(240)] },
      ],
    });
    const notes = [...timeline];
    expect(notes.map((each) => [each.instrument, each.startSeconds, each.durationSeconds])).toEqual(
      [
        [40, 0, 0.5],
        ['percussion', 0.25, 0.75],
        [40, 1.5, 1],
      ],
    );
    expect([timeline.isComplete, timeline.end]).toEqual([true, 2.5]);
  });

  it('stays small however long it goes on, and keeps what still sounds', () => {
    const timeline = new Timeline();
    timeline.add(note(0, 5000));
    timeline.clear();
    for (let i = 0; i < 20_000; i++) {
      timeline.add(note(i));
      timeline.dropBefore(i - 100);
      expect(timeline.size).toBeLessThan(105);
    }
    expect(timeline.start).toBe(19_899);
    expect(startsOf(timeline.soundingIn(19_899, 19_901))).toEqual([19_899, 19_900]);
  });
});
