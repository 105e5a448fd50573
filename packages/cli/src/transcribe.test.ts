// `ostinato transcribe` and `ostinato inspect` on recordings, as a person would run them.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTempoMap, encodeWav, readMidi, synthesize } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson, runOstinato } from './testing/run-ostinato.js';
import { smallPiece } from './testing/small-pieces.js';

const RATE = 22_050;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ostinato-transcribe-'));
  const melody = { ...smallPiece(0), tracks: smallPiece(0).tracks.slice(0, 1) };
  const sound = synthesize(melody, { sampleRate: RATE });
  const wavOf = (seconds: number): Uint8Array =>
    encodeWav(
      sound.map((channel) => channel.subarray(0, seconds * RATE)),
      RATE,
    );
  await writeFile(join(cwd, 'theme.wav'), wavOf(3));
  await writeFile(join(cwd, 'long.wav'), wavOf(16));
  await writeFile(join(cwd, 'silence.wav'), encodeWav([new Float32Array(RATE)], RATE));
  await mkdir(join(cwd, 'train_data'));
  await mkdir(join(cwd, 'train_labels'));
  await writeFile(join(cwd, 'train_data', '1727.wav'), wavOf(3));
  const header = 'start_time,end_time,instrument,note,start_beat,end_beat,note_value';
  await writeFile(join(cwd, 'train_labels', '1727.csv'), `${header}\n0,22050,74,60,0,1,Quarter\n`);
});
afterAll(() => rm(cwd, { recursive: true }));

describe('ostinato transcribe', () => {
  it('writes what was played, at its tempo', async () => {
    const args = 'transcribe theme.wav --out out/theme.mid --svg out/theme.svg';
    const report = await runJson(`${args} --tempo 60 --instrument flute`, { cwd });
    expect(report).toMatchObject({ seconds: 3, format: 'wav', sampleRate: RATE, warnings: [] });
    const { score } = readMidi(await readFile(join(cwd, 'out', 'theme.mid')));
    expect(score.tempos[0]?.microsecondsPerQuarter).toBe(1_000_000);
    expect(score.tracks[0]?.program).toBe(73);
    expect(score.tracks[0]?.notes).toHaveLength(report['notes'] as number);
    // The melody begins with C, D, E in quavers of a quarter of a second; the network's grid is 11.6 ms.
    const clock = createTempoMap(score);
    const isThere = (pitch: number, seconds: number): boolean =>
      score.tracks[0].notes.some(
        (note) =>
          note.pitch === pitch && Math.abs(clock.secondsAt(note.startTicks) - seconds) < 0.04,
      );
    expect([60, 62, 64, 65].map((pitch, index) => isThere(pitch, index / 4))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(await readFile(join(cwd, 'out', 'theme.svg'), 'utf8')).toContain('<svg');
  });

  it('says that there are no notes in silence', async () => {
    const { code, stdout, stderr } = await runOstinato('transcribe silence.wav', { cwd });
    expect(stdout).toMatch(/^no notes found/);
    expect(stderr).toContain('nothing in the recording is louder');
    expect(code).toBe(0);
  });

  it('stops at Ctrl-C and leaves nothing behind', async () => {
    await mkdir(join(cwd, 'stopped'));
    const { code, stderr } = await runOstinato('transcribe long.wav --out stopped/long.mid', {
      cwd,
      interrupt: { signal: 'SIGINT', after: 'listening to' },
    });
    expect(stderr).toContain('interrupted; nothing is half-written');
    expect(code).toBe(130);
    expect(await readdir(join(cwd, 'stopped'))).toEqual([]);
  });
});

describe('ostinato inspect', () => {
  it('holds a recording of MusicNet against its labels', async () => {
    const { stdout } = await runOstinato('inspect train_data/1727.wav', { cwd });
    expect(stdout.split('\n')).toEqual([
      'train_data/1727.wav: WAV, 3.0 s, 22050 Hz, 2 channels, 16 bits',
      'labels    train_labels/1727.csv: 1 note, Flute',
      '',
    ]);
  });

  it('reads a recording without labels', async () => {
    const report = await runJson('inspect theme.wav', { cwd });
    expect(report).toMatchObject({ kind: 'recording', frames: 3 * RATE, channels: 2 });
    expect(report).not.toHaveProperty('labels');
  });
});
