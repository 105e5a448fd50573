import { describe, expect, it } from 'vitest';
import type { TimedNote } from '../../sound/sound-output.js';
import { Timeline, type TimelineNote } from './timeline.js';
import { Transport, type TransportState } from './transport.js';

const note = (startSeconds: number, durationSeconds = 0.5, more: Partial<TimelineNote> = {}) => ({
  instrument: 0,
  pitch: 60,
  velocity: 80,
  startSeconds,
  durationSeconds,
  ...more,
});

/** A transport on a clock that stands still until it is moved. */
function setUp(notes: TimelineNote[] = [], isComplete = true) {
  const timeline = new Timeline();
  for (const each of notes) timeline.add(each);
  if (isComplete) timeline.complete();
  const clock = { seconds: 100 };
  const handed: TimedNote[] = [];
  const states: TransportState[] = [];
  const silenced: number[] = [];
  const transport = new Transport({
    timeline,
    now: () => clock.seconds,
    schedule: (some) => handed.push(...some),
    silence: () => silenced.push(clock.seconds),
    onStateChange: (state) => states.push(state),
  });
  /** Moves the clock in steps as a timer would. */
  const pass = (seconds: number, step = 0.025): void => {
    for (let i = 0; i < Math.round(seconds / step); i++) {
      clock.seconds += step;
      transport.tick();
    }
  };
  return { timeline, transport, clock, handed, states, silenced, pass };
}

const timesOf = (handed: TimedNote[]) => handed.map(({ time }) => Number(time.toFixed(6)));

describe('Transport', () => {
  it('hands over every note once, at its time, shortly before it is due', () => {
    const { transport, handed, states, pass, clock } = setUp([
      note(0),
      note(0.3),
      note(1),
      note(1),
    ]);
    transport.play();
    expect(timesOf(handed)).toEqual([100.06]); // 0.3 lies beyond the look-ahead
    pass(0.5);
    expect(timesOf(handed)).toEqual([100.06, 100.36]);
    expect(clock.seconds - 100.06).toBeCloseTo(transport.position, 9);
    pass(2);
    expect(timesOf(handed)).toEqual([100.06, 100.36, 101.06, 101.06]);
    expect(states).toEqual(['playing', 'ended']);
    expect(transport.position).toBe(1.5);
  });

  it('keeps time when the timer comes late', () => {
    const { transport, handed, pass } = setUp([note(0), note(0.5), note(0.9)]);
    transport.play();
    pass(1, 0.5);
    expect(timesOf(handed)).toEqual([100.06, 100.56, 100.96]);
  });

  it('pauses, falls silent, and goes on from there with what still sounds', () => {
    const { transport, handed, silenced, clock, pass } = setUp([note(0, 4), note(3)]);
    transport.play();
    pass(1.06, 0.02);
    transport.pause();
    expect(silenced).toHaveLength(1);
    expect(transport.position).toBeCloseTo(1, 9);
    clock.seconds += 50;
    expect(transport.position).toBeCloseTo(1, 9);
    handed.length = 0;
    transport.play();
    expect(handed).toHaveLength(1);
    expect(handed[0].durationSeconds).toBeCloseTo(3, 9);
    pass(2.5);
    expect(handed[1].time - handed[0].time).toBeCloseTo(2, 9);
  });

  it('does not strike percussion again, nor what is almost over', () => {
    const drum = note(0, 4, { instrument: 'percussion' });
    const { transport, handed } = setUp([drum, note(0, 2.05), note(3)]);
    transport.seek(2);
    transport.play();
    expect(handed).toEqual([]);
  });

  it('seeks while it plays and while it does not', () => {
    const { transport, handed, states, pass } = setUp([note(0), note(5), note(9)]);
    transport.seek(4.9);
    expect(states).toEqual(['paused']);
    transport.play();
    expect(timesOf(handed)).toEqual([100.16]);
    transport.seek(8.9);
    expect(timesOf(handed)).toEqual([100.16, 100.16]);
    transport.seek(1000);
    pass(0.1);
    expect(transport.state).toBe('ended');
    transport.seek(-3);
    expect(transport.position).toBe(0);
    expect(transport.state).toBe('stopped');
  });

  it('plays from the start after the end, and stands there after a stop', () => {
    const { transport, pass, handed } = setUp([note(0, 1)]);
    transport.play();
    pass(2);
    expect(transport.state).toBe('ended');
    transport.play();
    expect(handed).toHaveLength(2);
    pass(0.5);
    transport.stop();
    expect([transport.state, transport.position]).toEqual(['stopped', 0]);
  });

  it('repeats without a gap, before the end has come', () => {
    const { transport, handed, pass, states } = setUp([note(0, 0.5), note(0.5, 0.5)]);
    transport.loop = true;
    transport.play();
    pass(3);
    expect(timesOf(handed).slice(0, 6)).toEqual([100.06, 100.56, 101.06, 101.56, 102.06, 102.56]);
    expect(states).toEqual(['playing']);
    expect(transport.position).toBeCloseTo(0.94, 9);
    transport.loop = false;
    pass(2.5);
    expect(transport.state).toBe('ended');
  });

  it('gives a stroke the same noise wherever playing began', () => {
    const strokes = [
      note(0, 1, { instrument: 'percussion' }),
      note(2, 1, { instrument: 'percussion' }),
    ];
    const { transport, handed } = setUp(strokes);
    transport.seek(1.9);
    transport.play();
    expect(handed[0].seed).toBe(2 * 44_100 + 60);
  });
});

describe('Transport while somebody composes', () => {
  it('waits for a start, plays, waits where the music is not there yet, and goes on', () => {
    const { transport, timeline, handed, states, pass, silenced } = setUp([], false);
    transport.play();
    expect(states).toEqual(['buffering']);
    timeline.add(note(0));
    timeline.add(note(1));
    pass(1);
    expect(states).toEqual(['buffering']);
    timeline.add(note(2));
    pass(0.025);
    expect(states).toEqual(['buffering', 'playing']);
    pass(3);
    expect(transport.state).toBe('buffering');
    expect(transport.position).toBe(2); // the last onset: what else begins there is not known
    expect(handed).toHaveLength(2);
    timeline.add(note(2, 0.5, { pitch: 64 }));
    timeline.add(note(3.4));
    timeline.add(note(3.6));
    pass(2.5);
    expect(handed.map(({ pitch }) => pitch)).toEqual([60, 60, 60, 64, 60]);
    expect(handed[2].time).toBe(handed[3].time);
    expect(silenced).toEqual([]); // what sounded rang on
  });

  it('plays to the end once it is known', () => {
    const { transport, timeline, states, pass, handed } = setUp([note(0), note(1)], false);
    transport.play();
    timeline.complete();
    pass(3);
    expect(states).toEqual(['buffering', 'playing', 'ended']);
    expect(handed).toHaveLength(2);
  });

  it('can begin at a place that is still to be composed', () => {
    const { transport, timeline, pass, handed } = setUp([], false);
    transport.cue(10);
    transport.play();
    for (let i = 0; i < 11; i++) timeline.add(note(i));
    pass(0.1);
    expect(transport.state).toBe('buffering');
    timeline.add(note(12));
    pass(0.1);
    expect(transport.state).toBe('playing');
    expect(handed).toHaveLength(1);
  });
});
