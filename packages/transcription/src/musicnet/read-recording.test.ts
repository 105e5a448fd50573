import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempoMap, encodeWav } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, melodyWav, writeInto } from '../testing/small-recordings.js';
import { findMusicNetRecordings, readMusicNetRecording } from './read-recording.js';

const HEADER = 'start_time,end_time,instrument,note,start_beat,end_beat,note_value';
const PITCHES = [60, 64, 67];
/** The melody's notes last half a second, at sample indices of 44,100 Hz. */
const LABELS = [
  HEADER,
  ...PITCHES.map((pitch, i) => `${i * 22_050},${i * 22_050 + 19_845},1,${pitch},${i},1,Quarter`),
].join('\n');

let folder: string;
const at = (name: string): string => join(folder, 'musicnet', name);

beforeAll(async () => {
  folder = await makeFolder();
  for (const name of ['train_data', 'train_labels', 'test_labels']) {
    await mkdir(at(name), { recursive: true });
  }
  await writeInto(folder, 'musicnet/train_data/1727.wav', melodyWav(PITCHES, 44_100));
  await writeInto(folder, 'musicnet/train_data/1728.wav', melodyWav(PITCHES, 22_050));
  await writeInto(folder, 'musicnet/train_labels/1727.csv', LABELS);
  await writeInto(folder, 'musicnet/train_labels/1728.csv', LABELS);
  await writeInto(folder, 'musicnet/test_labels/1759.csv', LABELS);
});
afterAll(() => rm(folder, { recursive: true }));

describe('MusicNet recordings', () => {
  it('are found with their labels, wherever the release lies', async () => {
    const found = await findMusicNetRecordings(folder);
    expect(found.pairs.map(({ id, split }) => [id, split])).toEqual([
      [1727, 'train'],
      [1728, 'train'],
    ]);
    expect(found.labelsWithoutRecording).toEqual([at('test_labels/1759.csv')]);
  });

  it.each([1727, 1728])('%d has its notes at their seconds, at any rate', async (id) => {
    const { header, score, warnings } = await readMusicNetRecording({
      recording: at(`train_data/${id}.wav`),
      labels: at(`train_labels/${id}.csv`),
    });
    expect(header.sampleRate).toBe(id === 1727 ? 44_100 : 22_050);
    const clock = createTempoMap(score);
    const starts = score.tracks[0].notes.map(({ startTicks }) => clock.secondsAt(startTicks));
    expect(starts).toEqual([0, 0.5, 1]);
    expect(warnings).toEqual([]);
  });

  it('say when the file is cut, and which notes are lost', async () => {
    const whole = melodyWav(PITCHES, 44_100);
    const bytes = whole.subarray(0, 44 + 4 * 44_100 * 0.75);
    const recording = await writeInto(folder, 'cut.wav', bytes);
    const { score, warnings } = await readMusicNetRecording({
      recording,
      labels: at('train_labels/1727.csv'),
    });
    expect(score.tracks[0].notes).toHaveLength(2);
    expect(warnings.map(({ code }) => code)).toEqual([
      'truncated',
      'cut-at-end',
      'beyond-recording',
    ]);
  });

  it.each([
    ['empty-recording', encodeWav([new Float32Array(0)], 44_100)],
    ['labels-of-another-recording', encodeWav([new Float32Array(441)], 44_100)],
    ['not-wav', 'no recording'],
  ])('are refused with %s, naming the file', async (code, content) => {
    const recording = await writeInto(folder, 'wrong.wav', content);
    const work = readMusicNetRecording({ recording, labels: at('train_labels/1727.csv') });
    await expect(work).rejects.toThrow(expect.objectContaining({ code }));
    await expect(work).rejects.toThrow(/(wrong\.wav|1727\.csv): /);
  });

  it('are refused where there are no labels', async () => {
    const paths = { recording: at('train_data/1727.wav'), labels: at('missing.csv') };
    const work = readMusicNetRecording(paths);
    await expect(work).rejects.toThrow('missing.csv: there is no such file');
  });
});
