// report.html: one file without scripts and without a network, so that it can be sent, kept and opened anywhere.
import { readFile } from 'node:fs/promises';
import type { Chart } from '../charts/draw.js';
import type { SeriesPoint } from '../curves/bounded-series.js';
import type { RunCurves } from '../curves/run-curves.js';
import type { DataFacts } from '../facts/data-facts.js';
import type { Finding } from '../facts/findings.js';
import { bestSample, type StoredSample } from '../samples/sample-folder.js';
import { dataSection } from './data-section.js';
import { html, Markup } from './markup.js';
import { STYLE } from './style.js';

export interface PageContent {
  /** Name of the run. */
  readonly name: string;
  /** When the page was made, for people. */
  readonly date: string;
  readonly curves: RunCurves;
  readonly curveCharts: readonly Chart[];
  readonly noteCharts: readonly Chart[];
  readonly findings: readonly Finding[];
  readonly samples: readonly StoredSample[];
  readonly data: DataFacts | undefined;
  /** Options and sizes of the run, by name. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly steps: number | undefined;
  readonly parameters: number | undefined;
  readonly transposed: boolean;
  /** What could not be made or read, one line each. */
  readonly problems: readonly string[];
}

/** Samples that are shown, and bytes of sound at most: with what is around it the page stays below 5 MB. */
const SHOWN_SAMPLES = 4;
const SOUND_BYTES = 4_000_000;
/** Rows of the table of evaluations. */
const SHOWN_EVALUATIONS = 60;

/** Nothing is loaded and no script runs, whatever the names of files and instruments say. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'";

export async function reportPage(content: PageContent): Promise<string> {
  const { name, findings } = content;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>${name} · training report</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${header(content)}
        <main>
          ${section('What to know', findings.map(findingCard))} ${learningSection(content)}
          ${await samplesSection(content)} ${notesSection(content)} ${dataSection(content.data)}
          ${settingsSection(content)}
          <footer>
            <p>
              Made by Ostinato, ${content.date}. The pictures lie in <code>report/</code> as SVG and
              PNG, the pieces in <code>samples/</code>, the figures in
              <code>metrics.jsonl</code> and, for TensorBoard, in <code>tensorboard/</code>.
            </p>
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

function header({ name, date, curves, steps, parameters, data }: PageContent): Markup {
  const { best, newest, lastStep, tokens, epoch } = curves;
  const tiles = [
    tile('Steps', grouped(lastStep), steps === undefined ? undefined : `of ${grouped(steps)}`),
    best &&
      tile(
        'Best validation loss',
        best.loss.toFixed(3),
        `nats per token, step ${grouped(best.step)}`,
      ),
    newest?.accuracy !== undefined
      ? tile('Accuracy', `${(100 * newest.accuracy).toFixed(1)} %`, 'of validation tokens')
      : undefined,
    tokens === undefined
      ? undefined
      : tile(
          'Tokens seen',
          short(tokens),
          epoch === undefined ? undefined : `${epoch.toFixed(2)} passes`,
        ),
    parameters === undefined ? undefined : tile('Network', short(parameters), 'learned numbers'),
    data &&
      tile(
        'Corpus',
        short(data.splits.train.tokens),
        `tokens in ${grouped(data.splits.train.pieces)} training pieces`,
      ),
  ];
  return html`<header class="top">
    <h1>${name}</h1>
    <p class="sub">Training report · ${date}</p>
    <dl class="tiles">${tiles}</dl>
  </header>`;
}

function tile(term: string, value: string, small: string | undefined): Markup {
  return html`<div class="tile">
    <dt>${term}</dt>
    <dd>${value}${small === undefined ? undefined : html`<small>${small}</small>`}</dd>
  </div>`;
}

function findingCard({ level, title, text }: Finding): Markup {
  const prefix = { warning: 'Warning: ', note: '', good: '' }[level];
  return html`<div class="finding ${level}">
    <h3>${prefix}${title}</h3>
    <p>${text}</p>
  </div>`;
}

function learningSection({ curves, curveCharts }: PageContent): Markup {
  if (curveCharts.length === 0) return html``;
  const body = html`<ul class="legend">
      <li><span class="training"></span>training (bold: smoothed)</li>
      <li><span class="validation"></span>validation (the ring: the best)</li>
    </ul>
    <div class="grid">${curveCharts.map(chartFigure)}</div>
    ${evaluationTable(curves)}`;
  return section('Learning', body);
}

function evaluationTable(curves: RunCurves): Markup | undefined {
  const losses = curves.points('evaluation.loss');
  if (losses.length === 0) return undefined;
  const accuracies = new Map(
    curves.points('evaluation.accuracy').map(({ step, mean }) => [step, mean]),
  );
  const perNote = new Map(
    curves.points('evaluation.lossPerNote').map(({ step, mean }) => [step, mean]),
  );
  const shown = evenly(losses, SHOWN_EVALUATIONS);
  const rows = shown.map(({ step, mean }) => {
    const accuracy = accuracies.get(step);
    return html`<tr>
      <th scope="row">${grouped(step)}</th>
      <td class="number">${mean.toFixed(4)}</td>
      <td class="number">${accuracy === undefined ? '–' : `${(100 * accuracy).toFixed(2)} %`}</td>
      <td class="number">${perNote.get(step)?.toFixed(4) ?? '–'}</td>
    </tr>`;
  });
  const caption =
    shown.length === curves.evaluations
      ? 'All evaluations on the validation split.'
      : `${shown.length} of ${grouped(curves.evaluations)} evaluations on the validation split; neighbours are averaged.`;
  return html`<details class="card pad" style="margin-top:16px">
    <summary>The figures of the evaluations</summary>
    <div class="scroll">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="number">Loss, nats per token</th>
            <th scope="col" class="number">Accuracy</th>
            <th scope="col" class="number">Loss, nats per note</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

async function samplesSection({ samples }: PageContent): Promise<Markup | undefined> {
  if (samples.length === 0) return undefined;
  const best = bestSample(samples);
  const newest = samples.at(-1);
  // The newest first; the best and the very first are worth more than those between.
  const chosen = [...new Set([newest, best, samples[0], ...samples.toReversed()])]
    .filter((sample) => sample !== undefined)
    .slice(0, SHOWN_SAMPLES);
  let room = SOUND_BYTES;
  const cards = new Map<StoredSample, Markup>();
  for (const sample of chosen) {
    const card = await sampleCard(sample, { isBest: sample === best, room });
    if (!card) continue;
    room -= card.soundBytes;
    cards.set(sample, card.markup);
  }
  const inOrder = chosen.toSorted((a, b) => b.step - a.step);
  const intro =
    'The same seeds at every evaluation, so that what changes is the network. The first, the best and the newest pieces are kept in samples/.';
  return section(
    'What it composes',
    html`<p>${intro}</p>
      ${inOrder.flatMap((sample) => cards.get(sample) ?? [])}`,
  );
}

async function sampleCard(
  { step, loss, statistics, svg, wav }: StoredSample,
  { isBest, room }: { isBest: boolean; room: number },
): Promise<{ markup: Markup; soundBytes: number } | undefined> {
  const picture = await readFile(svg, 'utf8').catch(() => undefined);
  if (picture === undefined) return undefined;
  const sound = await readFile(wav).catch(() => undefined);
  const base64 = sound?.toString('base64') ?? '';
  const fits = base64.length > 0 && base64.length <= room;
  const player = fits
    ? html`<audio
        controls
        preload="none"
        aria-label="Piece composed at step ${step}"
        src="data:audio/wav;base64,${base64}"
      ></audio>`
    : html`<p class="sub">Its sound is in <code>samples/step-${step}.wav</code>.</p>`;
  const facts = [
    ...(loss === null ? [] : [`validation loss ${loss.toFixed(3)}`]),
    `${grouped(statistics.notes)} notes in ${statistics.pieces} pieces, the first one shown`,
  ].join(', ');
  const markup = html`<article class="card sample">
    <header>
      <h3>Step ${grouped(step)}</h3>
      ${isBest ? html`<span class="badge">best</span>` : undefined}
      <p>${facts}</p>
    </header>
    <div class="scroll" tabindex="0" role="group" aria-label="Piano roll of step ${step}">
      ${new Markup(picture)}
    </div>
    ${player}
  </article>`;
  return { markup, soundBytes: fits ? base64.length : 0 };
}

function notesSection({ noteCharts, data, samples, transposed }: PageContent): Markup | undefined {
  if (noteCharts.length === 0) return undefined;
  const corpus = data?.statistics;
  const composed = samples.at(-1)?.statistics;
  const from = [
    ...(corpus && data
      ? [
          `${grouped(corpus.notes)} notes of ${grouped(corpus.pieces)} of ${grouped(data.splits.train.pieces)} training pieces`,
        ]
      : []),
    ...(composed
      ? [
          `${grouped(composed.notes)} notes of ${composed.pieces} pieces composed at step ${grouped(samples.at(-1)?.step ?? 0)}`,
        ]
      : []),
  ].join(', and ');
  const keys = transposed
    ? ' The model learned from transposed pieces, so its pitch classes spread over all keys.'
    : '';
  const body = html`<p>${from}. A few short pieces vary: read trends, not single bars.${keys}</p>
    <ul class="legend">
      <li><span class="corpus"></span>corpus (wide bars)</li>
      <li><span class="composed"></span>composed (narrow bars)</li>
    </ul>
    <div class="grid">${noteCharts.map(chartFigure)}</div>`;
  return section('Its notes beside those of the corpus', body);
}

function chartFigure({ title, description, svg, narrow }: Chart): Markup {
  const pictures = narrow
    ? html`<div class="on-desk">${new Markup(svg)}</div>
        <div class="on-phone">${new Markup(narrow)}</div>`
    : new Markup(svg);
  return html`<figure class="card${narrow ? ' wide' : ''}">
    <figcaption>
      <h3>${title}</h3>
      <p>${description}</p>
    </figcaption>
    ${pictures}
  </figure>`;
}

function settingsSection({ settings, problems }: PageContent): Markup {
  const rows = settings.map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${value}</td>
      </tr>`,
  );
  const table =
    rows.length === 0
      ? html`<p>The run has no readable <code>run.json</code>.</p>`
      : html`<details class="card pad">
          <summary>All settings</summary>
          <table>
            <caption>
              Options of the run and sizes of its network, defaults included.
            </caption>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>
        </details>`;
  const missing =
    problems.length === 0
      ? undefined
      : html`<div class="card pad">
          <h3>What could not be made or read</h3>
          <ul>
            ${problems.map((line) => html`<li>${line}</li>`)}
          </ul>
        </div>`;
  return section('Settings', html`${table}${missing}`);
}

function section(title: string, body: Markup | readonly Markup[]): Markup {
  return html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`;
}

/** At most `most` points, the first and the last among them. */
function evenly(points: readonly SeriesPoint[], most: number): SeriesPoint[] {
  if (points.length <= most) return [...points];
  return Array.from(
    { length: most },
    (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))],
  );
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `940`, `12.5 k`, `3.1 M`. */
function short(value: number): string {
  if (value < 10_000) return grouped(value);
  return value < 1e6 ? `${(value / 1000).toFixed(0)} k` : `${(value / 1e6).toFixed(1)} M`;
}
