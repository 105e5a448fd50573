import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countNotes, scoreDurationSeconds } from '../score/measures.js';
import { createTempoMap } from '../score/tempo-map.js';
import { validateScore } from '../score/validate-score.js';
import { parseMusicNetLabels } from './labels.js';
import { MusicNetError } from './musicnet-error.js';

const HEADER = 'start_time,end_time,instrument,note,start_beat,end_beat,note_value';

function csvOf(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

describe('parseMusicNetLabels', () => {
  it('takes end_beat for a duration, instrument for a program + 1, and 4/4 where nothing is said', () => {
    const { score } = parseMusicNetLabels(csvOf('44100,66150,41,60,2.0,0.5,Eighth'));
    expect(score.tracks).toEqual([
      {
        name: '',
        channel: 0,
        program: 40,
        notes: [{ pitch: 60, startTicks: 1920, durationTicks: 480, velocity: 80 }],
      },
    ]);
    expect(score.timeSignatures).toEqual([{ tick: 0, numerator: 4, denominator: 4 }]);
  });

  it('takes a beat for the denominator of the time signature', () => {
    const timeSignature = { numerator: 6, denominator: 8 };
    const { score } = parseMusicNetLabels(csvOf('0,44100,1,60,3,1.5,'), { timeSignature });
    expect(score.tracks[0].notes[0]).toMatchObject({ startTicks: 1440, durationTicks: 720 });
    expect(score.timeSignatures).toEqual([{ tick: 0, ...timeSignature }]);
  });

  it('plays in the time of the recording', () => {
    const rows = ['22050,44100,1,60,1,1,', '44100,88200,1,62,2,1,', '88200,176400,1,64,3,4,'];
    const { score, startSeconds } = parseMusicNetLabels(csvOf(...rows));
    const clock = createTempoMap(score);
    expect([960, 1920, 2880, 6720].map((tick) => clock.secondsAt(tick))).toEqual(
      [0.5, 1, 2, 4].map((seconds) => expect.closeTo(seconds, 9)),
    );
    expect(startSeconds).toBe(0);
  });

  it('tells when the music starts where no rest comes before it', () => {
    const { score, startSeconds } = parseMusicNetLabels(csvOf('44100,88200,1,60,0,1,'));
    expect(startSeconds).toBe(1);
    expect(scoreDurationSeconds(score)).toBeCloseTo(1, 9);
  });

  it('gives a track to each instrument and leaves the percussion channel out', () => {
    const rows = Array.from({ length: 12 }, (_, index) => `0,100,${index + 1},60,1,1,`);
    const { tracks } = parseMusicNetLabels(csvOf(...rows)).score;
    expect(tracks.map((track) => track.channel)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]);
  });

  it('says where a pause is longer than any tempo can make it', () => {
    const { warnings } = parseMusicNetLabels(csvOf('0,100,1,60,0,1,', '4410000,4420000,1,62,1,1,'));
    expect(warnings).toMatchObject([{ code: 'off-recording', line: 3, count: 1 }]);
  });

  it('gives a tick to a note without length, and says so', () => {
    const { score, warnings } = parseMusicNetLabels(csvOf('0,100,1,60,1,1,', '0,100,1,62,1,0,'));
    expect(score.tracks[0].notes[1].durationTicks).toBe(1);
    expect(warnings).toMatchObject([{ code: 'zero-length-note', line: 3, count: 1 }]);
  });

  it.each([
    ['bad-header', 'start_time,end_time\n1,2\n', 1],
    ['bad-header', '', 1],
    ['bad-row', csvOf('0,100,1,60,1,1,', '0,100,1'), 3],
    ['bad-row', csvOf('0,100,1,128,1,1,'), 2],
    ['bad-row', csvOf('0,100,0,60,1,1,'), 2],
    ['bad-row', csvOf('-1,100,1,60,1,1,'), 2],
    ['bad-row', csvOf('0,100,1,60,NaN,1,'), 2],
    ['bad-row', csvOf('0,100,1,60,1e99,1,'), 2],
    ['bad-quote', csvOf('0,100,1,60,1,1,"Quarter'), 2],
  ])('refuses with %s and the line: %j', (code, csv, line) => {
    expect(() => parseMusicNetLabels(csv)).toThrow(MusicNetError);
    expect(() => parseMusicNetLabels(csv)).toThrow(expect.objectContaining({ code, line }));
  });
});

const data =
  process.env['OSTINATO_DATA'] ??
  fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const root = `${data}/musicnet/musicnet`;
if (!existsSync(root)) {
  console.warn('musicnet labels: skipped, the shared data is not there (set OSTINATO_DATA)');
}

describe.runIf(existsSync(root))('the label files of MusicNet', () => {
  it('give a note for each row, in the time of the recording', () => {
    const paths = ['train_labels', 'test_labels'].flatMap((folder) =>
      readdirSync(`${root}/${folder}`).map((file) => `${root}/${folder}/${file}`),
    );
    expect(paths).toHaveLength(100);
    let rows = 0;
    let reported = 0;
    let off = 0;
    for (const path of paths) {
      const csv = readFileSync(path, 'utf8');
      const lines = csv.trim().split('\n').slice(1);
      const { score, startSeconds, warnings } = parseMusicNetLabels(csv);
      validateScore(score);
      expect(countNotes(score)).toBe(lines.length);
      rows += lines.length;
      reported += warnings.reduce((sum, { count }) => sum + count, 0);
      const clock = createTempoMap(score);
      for (const line of lines) {
        const [start, , , , beat] = line.split(',').map(Number);
        const seconds = startSeconds + clock.secondsAt(Math.round(beat * 960));
        if (Math.abs(seconds - start / 44_100) > 0.02) off += 1;
      }
    }
    expect(rows).toBe(399_989);
    // Onsets written out of order, and two fermatas that are longer than a tempo can be.
    expect(off).toBe(50);
    expect(reported).toBe(50);
  });
});
