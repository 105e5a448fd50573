// The shared collection of unusual files, each with a verdict and the facts a reader must find.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTempoMap } from '../score/tempo-map.js';
import type { Note, Score } from '../score/score.js';
import { validateScore } from '../score/validate-score.js';
import { MidiFormatError } from './midi-format-error.js';
import { readMidi } from './read-midi.js';
import type { MidiReadResult } from './read-midi.js';

interface OddFile {
  file: string;
  expect: 'accept' | 'reject' | 'either';
  why: string;
  facts?: Facts;
  maxMs: number;
  maxMiB: number;
}

interface Facts {
  notes?: number;
  notesAnyOf?: number[];
  notesOrWarning?: number;
  notSimultaneous?: boolean;
  nameAnyOf?: string[];
  pitches?: number[];
  startTicks?: number[];
  durTicks?: number[];
  durTicksSorted?: number[];
  maxDurTicks?: number;
  startSeconds?: number[];
  durSeconds?: number[];
}

const data =
  process.env['OSTINATO_DATA'] ??
  fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const folder = `${data}/odd-midi`;
const index = existsSync(`${folder}/index.json`)
  ? (JSON.parse(readFileSync(`${folder}/index.json`, 'utf8')) as { files: OddFile[] }).files
  : [];
if (index.length === 0)
  console.warn('odd-midi: skipped, the shared data is not there (set OSTINATO_DATA)');

/** Notes of all tracks, in order of start and then pitch. */
function notesOf(score: Score): Note[] {
  return score.tracks
    .flatMap((track) => track.notes)
    .sort((a, b) => a.startTicks - b.startTicks || a.pitch - b.pitch);
}

function checkFacts({ score, warnings }: MidiReadResult, facts: Facts): void {
  const notes = notesOf(score);
  const clock = createTempoMap(score);
  const starts = notes.map((note) => note.startTicks);
  const durations = notes.map((note) => note.durationTicks);
  const startSeconds = starts.map((tick) => clock.secondsAt(tick));
  const endSeconds = notes.map((note) => clock.secondsAt(note.startTicks + note.durationTicks));
  const checks: { [K in keyof Required<Facts>]: (fact: Required<Facts>[K]) => void } = {
    notes: (count) => expect(notes.length).toBe(count),
    notesAnyOf: (counts) => expect(counts).toContain(notes.length),
    notesOrWarning: (count) => {
      if (notes.length !== count) expect(warnings).not.toEqual([]);
    },
    notSimultaneous: () => expect(new Set(starts).size).toBe(notes.length),
    nameAnyOf: (names) =>
      expect([score.name, ...score.tracks.map(({ name }) => name)]).toEqual(
        expect.arrayContaining([expect.toBeOneOf(names)]),
      ),
    pitches: (pitches) => expect(notes.map((note) => note.pitch)).toEqual(pitches),
    startTicks: (ticks) => expect(starts).toEqual(ticks),
    durTicks: (ticks) => expect(durations).toEqual(ticks),
    durTicksSorted: (ticks) => expect(durations.toSorted((a, b) => a - b)).toEqual(ticks),
    maxDurTicks: (ticks) => expect(Math.max(...durations)).toBeLessThanOrEqual(ticks),
    startSeconds: (seconds) =>
      expect(startSeconds).toEqual(seconds.map((value) => expect.closeTo(value, 9))),
    durSeconds: (seconds) =>
      expect(endSeconds.map((end, i) => end - startSeconds[i])).toEqual(
        seconds.map((value) => expect.closeTo(value, 9)),
      ),
  };
  for (const [name, fact] of Object.entries(facts)) {
    const check = (checks as Record<string, ((fact: unknown) => void) | undefined>)[name];
    if (check === undefined) throw new Error(`index.json has an unknown fact: ${name}`);
    check(fact);
  }
}

describe.skipIf(index.length === 0)('odd MIDI files', () => {
  it.each(index)('$file: $expect ($why)', ({ file, expect: verdict, facts, maxMs }) => {
    const bytes = new Uint8Array(readFileSync(`${folder}/${file}`));
    const started = performance.now();
    let result: MidiReadResult;
    try {
      result = readMidi(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MidiFormatError);
      expect(verdict).not.toBe('accept');
      return;
    } finally {
      expect(performance.now() - started).toBeLessThan(maxMs);
    }
    expect(verdict).not.toBe('reject');
    validateScore(result.score);
    checkFacts(result, facts ?? {});
  });
});
