// What the corpus and the newest pieces have in common: a wide bar for the corpus, a narrow one in front for the model.
import { type Instrument, instrumentName } from '@ostinato/core';
import * as Plot from '@observablehq/plot';
import { DURATION_NAMES, MOST_VOICES, type NoteStatistics } from '../notes/note-statistics.js';
import { noteOverlaps } from '../notes/overlap.js';
import { type Chart, drawChart, INK } from './draw.js';

const PITCH_CLASS_NAMES = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
/** Instruments with a bar of their own. */
const MOST_INSTRUMENTS = 8;

interface Category {
  readonly name: string;
  /** Shares of all, 0..1. */
  readonly corpus: number;
  readonly composed: number;
}

/** Five comparisons. Either side may be missing: then it has no bars. */
export function noteCharts(
  corpus: NoteStatistics | undefined,
  composed: NoteStatistics | undefined,
): Chart[] {
  const some = corpus ?? composed;
  if (some === undefined) return [];
  const overlaps = corpus && composed && noteOverlaps(corpus, composed);
  const pair = (name: 'pitches' | 'pitchClasses' | 'durations' | 'voices', names: string[]) =>
    categories(names, corpus?.[name], composed?.[name]);
  const pitchNames = some.pitches.map((_, pitch) => String(pitch));
  const voiceNames = some.voices.map((_, i) =>
    i + 1 === MOST_VOICES ? `${i + 1}+` : String(i + 1),
  );
  return [
    pitchChart(pair('pitches', pitchNames), overlaps?.pitches),
    barChart(
      'pitch-classes',
      'Pitch classes',
      pair('pitchClasses', PITCH_CLASS_NAMES),
      overlaps?.pitchClasses,
    ),
    barChart(
      'durations',
      'Note values',
      pair('durations', [...DURATION_NAMES]),
      overlaps?.durations,
    ),
    barChart('voices', 'Notes at once', pair('voices', voiceNames), overlaps?.voices),
    instrumentChart(instruments(corpus, composed), overlaps?.instruments),
  ];
}

function pitchChart(data: Category[], shared: number | undefined): Chart {
  const used = data.map(({ corpus, composed }, pitch) => ({ pitch, corpus, composed }));
  const sounding = used.filter(({ corpus, composed }) => corpus + composed > 0);
  const low = Math.max(0, (sounding[0]?.pitch ?? 48) - 1);
  const high = Math.min(127, (sounding.at(-1)?.pitch ?? 72) + 1);
  const bars = (side: 'corpus' | 'composed', inset: number) =>
    Plot.rectY(used.slice(low, high + 1), {
      x1: ({ pitch }: { pitch: number }) => pitch - 0.5,
      x2: ({ pitch }: { pitch: number }) => pitch + 0.5,
      y: side,
      fill: INK[side],
      inset,
    });
  return drawChart({
    name: 'pitches',
    title: 'Pitches',
    description: `Shares of notes by MIDI pitch, ${low} to ${high}${inCommon(shared, ' by octaves')}.`,
    wide: true,
    options: {
      x: {
        label: null,
        domain: [low - 0.5, high + 0.5],
        ticks: Array.from({ length: 11 }, (_, octave) => octave * 12).filter(
          (pitch) => pitch >= low && pitch <= high,
        ),
        tickFormat: (pitch: number) => `C${pitch / 12 - 1}`,
      },
      y: { label: '% of notes', grid: true, percent: true },
    },
    marks: [bars('corpus', 0.5), bars('composed', 3), Plot.ruleY([0], { stroke: INK.faint })],
  });
}

function barChart(
  name: string,
  title: string,
  data: Category[],
  shared: number | undefined,
): Chart {
  const names = data.map((category) => category.name);
  return drawChart({
    name,
    title,
    description: `Shares by ${title.toLowerCase()}: ${inWords(data)}${inCommon(shared)}.`,
    options: {
      x: { label: null, domain: names, padding: 0.2 },
      y: { label: '%', grid: true, percent: true },
    },
    marks: [
      Plot.barY(data, { x: 'name', y: 'corpus', fill: INK.corpus }),
      Plot.barY(data, {
        x: 'name',
        y: 'composed',
        fill: INK.composed,
        insetLeft: 7,
        insetRight: 7,
      }),
      Plot.ruleY([0], { stroke: INK.faint }),
    ],
  });
}

function instrumentChart(data: Category[], shared: number | undefined): Chart {
  return drawChart({
    name: 'instruments',
    title: 'Instruments',
    description: `Shares of notes by instrument: ${inWords(data)}${inCommon(shared)}.`,
    options: {
      marginLeft: 150,
      height: 64 + 26 * Math.max(1, data.length),
      x: { label: '% of notes', grid: true, percent: true, ticks: 5 },
      y: { label: null, domain: data.map(({ name }) => name), padding: 0.25 },
    },
    marks: [
      Plot.barX(data, { y: 'name', x: 'corpus', fill: INK.corpus }),
      Plot.barX(data, {
        y: 'name',
        x: 'composed',
        fill: INK.composed,
        insetTop: 5,
        insetBottom: 5,
      }),
      Plot.ruleX([0], { stroke: INK.faint }),
    ],
  });
}

function categories(
  names: readonly string[],
  corpus: readonly number[] | undefined,
  composed: readonly number[] | undefined,
): Category[] {
  const a = shares(corpus ?? []);
  const b = shares(composed ?? []);
  return names.map((name, i) => ({ name, corpus: a[i] ?? 0, composed: b[i] ?? 0 }));
}

function instruments(
  corpus: NoteStatistics | undefined,
  composed: NoteStatistics | undefined,
): Category[] {
  const ids = [
    ...new Set([
      ...Object.keys(corpus?.instruments ?? {}),
      ...Object.keys(composed?.instruments ?? {}),
    ]),
  ];
  const countsOf = (side: NoteStatistics | undefined) =>
    ids.map((id) => side?.instruments[id] ?? 0);
  const all = categories(ids.map(nameOf), countsOf(corpus), countsOf(composed)).sort(
    (a, b) => b.corpus + b.composed - a.corpus - a.composed,
  );
  if (all.length <= MOST_INSTRUMENTS) return all;
  const others = all.slice(MOST_INSTRUMENTS - 1);
  const sum = (side: 'corpus' | 'composed') => others.reduce((total, one) => total + one[side], 0);
  const rest = {
    name: `${others.length} others`,
    corpus: sum('corpus'),
    composed: sum('composed'),
  };
  return [...all.slice(0, MOST_INSTRUMENTS - 1), rest];
}

function nameOf(id: string): string {
  const instrument: Instrument = id === 'percussion' ? id : Number(id);
  return instrumentName(instrument) ?? 'Unknown';
}

function shares(counts: readonly number[]): number[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => (sum === 0 ? 0 : count / sum));
}

/** The commonest of the corpus, beside the model's share of it. */
function inWords(data: readonly Category[]): string {
  const commonest = data.toSorted((a, b) => b.corpus - a.corpus).slice(0, 3);
  return commonest
    .map(
      ({ name, corpus, composed }) =>
        `${name} (${percent(corpus)} in the corpus, ${percent(composed)} composed)`,
    )
    .join(', ');
}

function inCommon(shared: number | undefined, how = ''): string {
  return shared === undefined || Number.isNaN(shared) ? '' : `; ${percent(shared)} in common${how}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
