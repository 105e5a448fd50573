import { expect, it } from 'vitest';
import { announcement, badgeText, spokenTime, type StatusInput, timeText } from './status.js';

const status = (more: Partial<StatusInput>): StatusInput => ({
  state: 'stopped',
  composing: false,
  position: 0,
  duration: 65,
  loadingWhat: 'the model',
  ...more,
});

it.each<[string, Partial<StatusInput>, string, string]>([
  [
    'loading',
    { state: 'loading', progress: { loaded: 1.2e6, total: 4.8e6 } },
    'Loading the model',
    'Loading the model · 1.2 of 4.8 MB',
  ],
  [
    'a download of unknown size',
    { state: 'loading', progress: { loaded: 1.2e6, total: 0 } },
    'Loading the model',
    'Loading the model · 1.2 MB',
  ],
  ['waiting', { state: 'buffering' }, 'Composing; the music starts in a moment', 'Composing…'],
  [
    'playing ahead',
    { state: 'playing', composing: true },
    'Playing while composing',
    'Composing ahead',
  ],
  ['playing', { state: 'playing' }, 'Playing', ''],
  ['paused', { state: 'paused', position: 61.7 }, 'Paused at 1 minute 1 second', ''],
  ['the end', { state: 'ended' }, 'Finished after 1 minute 5 seconds', ''],
  ['an error', { state: 'error', composing: true }, '', ''],
])('%s', (_, input, announced, shown) => {
  expect(announcement(status(input))).toBe(announced);
  expect(badgeText(status(input))).toBe(shown);
});

it('says times as people do', () => {
  expect([0, 1, 59.9, 60, 122].map(spokenTime)).toEqual([
    '0 seconds',
    '1 second',
    '59 seconds',
    '1 minute',
    '2 minutes 2 seconds',
  ]);
  expect(timeText(5, 65)).toEqual(['0:05', '1:05']);
  expect(timeText(5, undefined)).toEqual(['0:05', '∞']);
});
