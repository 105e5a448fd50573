import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countNotes } from '../score/measures.js';
import { createTempoMap } from '../score/tempo-map.js';
import { validateScore } from '../score/validate-score.js';
import { MusicNetError } from './musicnet-error.js';
import { parseMusicNetPerformance } from './performed-labels.js';

const HEADER = 'start_time,end_time,instrument,note,start_beat,end_beat,note_value';

function csvOf(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

describe('parseMusicNetPerformance', () => {
  it('has every note at its second of the recording, whatever its beat', () => {
    const rows = ['44100,66151,41,60,99,0.5,', '11025,22050,1,62,1,4,'];
    const { score, warnings } = parseMusicNetPerformance(csvOf(...rows), { name: 'x' });
    const clock = createTempoMap(score);
    expect(score.tracks.map(({ program }) => program)).toEqual([0, 40]);
    const [violin] = score.tracks[1].notes;
    expect(clock.secondsAt(violin.startTicks)).toBe(1);
    expect(clock.secondsAt(violin.durationTicks)).toBeCloseTo(22_051 / 44_100, 12);
    expect(clock.secondsAt(score.tracks[0].notes[0].startTicks)).toBe(0.25);
    expect(score.name).toBe('x');
    expect(warnings).toEqual([]);
  });

  it('cuts notes where the recording ends, and says so', () => {
    const rows = ['0,44100,1,60,0,1,', '22050,88200,1,62,1,1,', '44100,88200,1,64,2,1,'];
    const { score, warnings } = parseMusicNetPerformance(csvOf(...rows), { recordingSeconds: 1 });
    expect(score.tracks[0].notes.map(({ pitch, durationTicks }) => [pitch, durationTicks])).toEqual(
      [
        [60, 44_100],
        [62, 22_050],
      ],
    );
    expect(warnings).toMatchObject([
      { code: 'cut-at-end', line: 3, count: 1 },
      { code: 'beyond-recording', line: 4, count: 1 },
    ]);
  });

  it('lets a note pass the end by a moment without a word', () => {
    const options = { recordingSeconds: 1 };
    const { warnings } = parseMusicNetPerformance(csvOf('0,46000,1,60,0,1,'), options);
    expect(warnings).toEqual([]);
  });

  it('gives a sample to a note without length, and says so', () => {
    const { score, warnings } = parseMusicNetPerformance(csvOf('5,5,1,60,0,1,'));
    expect(score.tracks[0].notes[0].durationTicks).toBe(1);
    expect(warnings).toMatchObject([{ code: 'zero-length-note', line: 2, count: 1 }]);
  });

  it('refuses labels of another recording', () => {
    const rows = ['0,44100,1,60,0,1,', '88200,99000,1,62,1,1,', '88200,99000,1,64,2,1,'];
    const parse = (): unknown => parseMusicNetPerformance(csvOf(...rows), { recordingSeconds: 1 });
    expect(parse).toThrow(expect.objectContaining({ code: 'labels-of-another-recording' }));
    expect(parse).toThrow('2 of 3 notes start after its end');
  });

  it('refuses a note that ends before it starts, with the line', () => {
    const parse = (): unknown => parseMusicNetPerformance(csvOf('9,8,1,60,0,1,'));
    expect(parse).toThrow(MusicNetError);
    expect(parse).toThrow(expect.objectContaining({ code: 'bad-row', line: 2 }));
  });

  it.each([0, -1, NaN])('refuses a recording of %s seconds', (recordingSeconds) => {
    expect(() => parseMusicNetPerformance(csvOf(), { recordingSeconds })).toThrow(RangeError);
  });
});

const data =
  process.env['OSTINATO_DATA'] ??
  fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const root = `${data}/musicnet/musicnet`;
if (!existsSync(root)) {
  console.warn('musicnet performances: skipped, the shared data is not there (set OSTINATO_DATA)');
}

describe.runIf(existsSync(root))('the label files of MusicNet, as they were played', () => {
  it('give a note for each row, to the sample', () => {
    for (const file of readdirSync(`${root}/test_labels`)) {
      const csv = readFileSync(`${root}/test_labels/${file}`, 'utf8');
      const rows = csv.trim().split('\n').slice(1);
      const { score, warnings } = parseMusicNetPerformance(csv);
      validateScore(score);
      expect(warnings).toEqual([]);
      expect(countNotes(score)).toBe(rows.length);
      const starts = score.tracks.flatMap(({ notes }) => notes.map((note) => note.startTicks));
      const ascending = (a: number, b: number): number => a - b;
      expect(starts.toSorted(ascending)).toEqual(
        rows.map((row) => Number(row.split(',')[0])).sort(ascending),
      );
    }
  });
});
