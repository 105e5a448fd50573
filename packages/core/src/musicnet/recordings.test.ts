import { expect, it } from 'vitest';
import { pairMusicNetRecordings } from './recordings.js';

it('pairs a recording with the labels of its number, its half and its copy of the release', () => {
  const paths = [
    'b/test_data/1759.wav',
    'a/train_labels/1727.csv',
    'a/train_data/1727.wav',
    'a/train_data/1728.wav',
    'b/test_labels/1759.csv',
    'a/test_labels/1728.csv',
    'b/train_labels/1728.csv',
    'train_data\\2.WAV',
    'train_labels\\2.csv',
    'a/musicnet_metadata.csv',
    'a/train_data/notes.wav',
    'a/train_labels/1727.wav',
    'a/my_train_data/1730.wav',
  ];
  expect(pairMusicNetRecordings(paths)).toEqual({
    pairs: [
      {
        id: 1727,
        split: 'train',
        recording: 'a/train_data/1727.wav',
        labels: 'a/train_labels/1727.csv',
      },
      {
        id: 1759,
        split: 'test',
        recording: 'b/test_data/1759.wav',
        labels: 'b/test_labels/1759.csv',
      },
      { id: 2, split: 'train', recording: 'train_data\\2.WAV', labels: 'train_labels\\2.csv' },
    ],
    recordingsWithoutLabels: ['a/train_data/1728.wav'],
    labelsWithoutRecording: ['a/test_labels/1728.csv', 'b/train_labels/1728.csv'],
  });
});

it('pairs nothing in an empty folder', () => {
  const nothing = { pairs: [], recordingsWithoutLabels: [], labelsWithoutRecording: [] };
  expect(pairMusicNetRecordings([])).toEqual(nothing);
});
