// The curves of a run as pictures.
import * as Plot from '@observablehq/plot';
import { smoothed } from '../curves/bounded-series.js';
import type { RunCurves } from '../curves/run-curves.js';
import { type Chart, drawChart, INK } from './draw.js';

const STEP_AXIS = { label: 'step', ticks: 6, tickFormat: stepName } as const;

/** All curves that have points. */
export function curveCharts(
  curves: RunCurves,
  { baseline, clipNorm }: { baseline?: number | undefined; clipNorm?: number | undefined },
): Chart[] {
  return [
    lossChart(curves, baseline),
    accuracyChart(curves),
    stepChart(curves, 'step.learningRate', 'learning-rate', 'Learning rate', '~g'),
    gradientChart(curves, clipNorm),
    stepChart(curves, 'step.tokensPerSecond', 'speed', 'Tokens per second', '~s'),
  ].filter((chart) => chart !== undefined);
}

function lossChart(curves: RunCurves, baseline: number | undefined): Chart | undefined {
  const points = curves.points('step.loss');
  const validation = curves.points('evaluation.loss');
  if (points.length === 0 && validation.length === 0) return undefined;
  const levels = smoothed(points).map((loss, i) => ({ step: points[i].step, loss }));
  const { best, newest } = curves;
  const words = [
    `training ${levels.at(-1)?.loss.toFixed(3) ?? 'not measured'} at the end`,
    ...(newest ? [`validation ${newest.loss.toFixed(3)}`] : []),
    ...(best ? [`the best ${best.loss.toFixed(3)} at step ${best.step}`] : []),
    ...(baseline === undefined ? [] : [`a 5-gram that obeys the grammar ${baseline.toFixed(3)}`]),
  ];
  return drawChart({
    name: 'loss',
    title: 'Loss',
    description: `Nats per token by step: ${words.join(', ')}.`,
    wide: true,
    options: { inset: 6, x: STEP_AXIS, y: { label: 'nats per token', grid: true } },
    marks: [
      Plot.areaY(points, {
        x: 'step',
        y1: 'min',
        y2: 'max',
        fill: INK.training,
        fillOpacity: 0.14,
      }),
      Plot.lineY(points, { x: 'step', y: 'mean', stroke: INK.training, strokeOpacity: 0.35 }),
      Plot.lineY(levels, { x: 'step', y: 'loss', stroke: INK.training, strokeWidth: 2 }),
      ...(baseline === undefined
        ? []
        : [
            Plot.ruleY([baseline], { stroke: INK.faint, strokeDasharray: '5 4' }),
            Plot.text([baseline], {
              y: (y: number) => y,
              text: () => '5-gram',
              frameAnchor: 'left',
              textAnchor: 'start',
              dx: 6,
              dy: -7,
              fill: INK.faint,
            }),
          ]),
      Plot.lineY(validation, { x: 'step', y: 'mean', stroke: INK.validation, strokeWidth: 2 }),
      ...(validation.length <= 60
        ? [Plot.dot(validation, { x: 'step', y: 'mean', fill: INK.validation, r: 3 })]
        : []),
      ...(best
        ? [Plot.dot([best], { x: 'step', y: 'loss', stroke: INK.validation, strokeWidth: 2, r: 7 })]
        : []),
    ],
  });
}

function accuracyChart(curves: RunCurves): Chart | undefined {
  const training = curves.points('step.accuracy');
  const points = curves.points('evaluation.accuracy');
  const last = points.at(-1);
  if (training.length === 0 && !last) return undefined;
  const levels = smoothed(training).map((accuracy, i) => ({ step: training[i].step, accuracy }));
  const words = [
    ...(levels.length > 0 ? [`training ${percent(levels.at(-1)?.accuracy)} at the end`] : []),
    ...(last ? [`validation ${percent(last.mean)}`] : []),
  ];
  return drawChart({
    name: 'accuracy',
    title: 'Accuracy',
    description: `Share of tokens that were the likeliest, by step: ${words.join(', ')}.`,
    options: { x: STEP_AXIS, y: { label: '% of tokens', grid: true, percent: true, nice: true } },
    marks: [
      Plot.lineY(training, { x: 'step', y: 'mean', stroke: INK.training, strokeOpacity: 0.35 }),
      Plot.lineY(levels, { x: 'step', y: 'accuracy', stroke: INK.training, strokeWidth: 2 }),
      Plot.lineY(points, { x: 'step', y: 'mean', stroke: INK.validation, strokeWidth: 2 }),
      Plot.dot(points.length <= 60 ? points : points.slice(-1), {
        x: 'step',
        y: 'mean',
        fill: INK.validation,
        r: 3,
      }),
    ],
  });
}

function gradientChart(curves: RunCurves, clipNorm: number | undefined): Chart | undefined {
  // On a logarithmic axis; a gradient of zero has no place there.
  const points = curves.points('step.gradientNorm').filter(({ min }) => min > 0);
  const last = points.at(-1);
  if (!last) return undefined;
  const clip = clipNorm === undefined ? '' : `; longer ones than ${clipNorm} are cut`;
  return drawChart({
    name: 'gradient-norm',
    title: 'Length of the gradient',
    description: `L2 norm before clipping by step: ${brief(last.mean)} at the end${clip}.`,
    options: {
      x: STEP_AXIS,
      y: { label: 'L2 norm', grid: true, type: 'log', ticks: 4, tickFormat: '~g' },
    },
    marks: [
      Plot.areaY(points, {
        x: 'step',
        y1: 'min',
        y2: 'max',
        fill: INK.training,
        fillOpacity: 0.18,
      }),
      Plot.lineY(points, { x: 'step', y: 'mean', stroke: INK.training, strokeWidth: 1.5 }),
      ...(clipNorm === undefined
        ? []
        : [Plot.ruleY([clipNorm], { stroke: INK.faint, strokeDasharray: '5 4' })]),
    ],
  });
}

function stepChart(
  curves: RunCurves,
  curve: 'step.learningRate' | 'step.tokensPerSecond',
  name: string,
  title: string,
  tickFormat: string,
): Chart | undefined {
  const points = curves.points(curve);
  const last = points.at(-1);
  if (!last) return undefined;
  return drawChart({
    name,
    title,
    description: `${title} by step: ${brief(last.mean)} at the end.`,
    options: {
      x: STEP_AXIS,
      y: { label: null, grid: true, zero: true, ticks: 5, tickFormat, nice: true },
    },
    marks: [Plot.lineY(points, { x: 'step', y: 'mean', stroke: INK.training, strokeWidth: 1.5 })],
  });
}

function percent(share: number | undefined): string {
  return share === undefined ? 'not measured' : `${(100 * share).toFixed(1)} %`;
}

/** Three digits that say something. */
function brief(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)));
}

/** `2,500`, `40k`, `10M`. */
function stepName(step: number): string {
  if (step >= 1e6) return `${step / 1e6}M`;
  return step >= 10_000 ? `${step / 1000}k` : step.toLocaleString('en-US');
}
