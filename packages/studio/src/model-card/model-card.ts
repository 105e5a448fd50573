// The card of a model: what its own files say of it, as figures and plots.
import { type Manifest, parseManifest, parseTokenizer, type Tokenizer } from '@ostinato/core';
import { html, nothing, render, type TemplateResult } from 'lit';
import { type Bar, renderBars } from './bars.js';
import { networkParts } from './network-parts.js';
import { vocabularyParts } from './vocabulary-parts.js';
import { readWholeCard, renderWholeCard } from './whole-card.js';

const COUNT = new Intl.NumberFormat('en');

interface Card {
  readonly manifest: Manifest;
  readonly tokenizer: Tokenizer;
  /** Markdown. */
  readonly whole: string | undefined;
}

/** @param address of the model's folder, as the site has it */
export async function showModelCard(root: HTMLElement, address: string): Promise<void> {
  try {
    render(renderCard(await readCard(address)), root);
  } catch (error) {
    render(html`<p class="problem" role="alert">${(error as Error).message}</p>`, root);
  }
}

async function readCard(address: string): Promise<Card> {
  const [manifest, tokenizer, whole] = await Promise.all([
    readText(fileOf(address, 'manifest.json')),
    readText(fileOf(address, 'tokenizer.json')),
    readWholeCard(fileOf(address, 'README.md')),
  ]);
  return { manifest: parseManifest(manifest), tokenizer: parseTokenizer(tokenizer), whole };
}

/** A query goes with every file. */
function fileOf(address: string, file: string): string {
  const url = new URL(address, location.href);
  url.pathname += file;
  return url.href;
}

async function readText(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`The model’s card is not there: ${address} (HTTP ${response.status}).`);
  return response.text();
}

function renderCard({ manifest, tokenizer, whole }: Card): TemplateResult {
  const { name, description, licence, attribution, training, sampling } = manifest;
  return html`<div class="model-card">
    <div class="words">
      <h3>${name}</h3>
      <p>${description}</p>
      <dl>
        ${term('Network', networkOf(manifest))} ${term('Trained on', training.data)}
        ${term('Training', `${COUNT.format(training.steps)} steps, ${COUNT.format(training.tokens)} tokens`)}
        ${training.hardware ? term('Hardware', training.hardware) : nothing}
        ${term(
          'Sampling',
          `temperature ${sampling.temperature}, top-p ${sampling.topP}, min-p ${sampling.minP}`,
        )}
        ${term('Size', `${megabytes(manifest)} MB to compose with`)} ${term('Licence', licence)}
      </dl>
      ${
        attribution
          ? html`<details>
              <summary>Attribution</summary>
              <p>${attribution}</p>
            </details>`
          : nothing
      }
    </div>
    <div class="plots">
      ${renderLikelihood(manifest)} ${renderNetwork(manifest)}
      <figure>
        <figcaption>
          <strong>What it can say</strong>
          <span>${COUNT.format(tokenizer.vocabularySize)} tokens, by what they mean.</span>
        </figcaption>
        ${renderBars(vocabularyParts(tokenizer), (value) => COUNT.format(value))}
      </figure>
    </div>
    ${renderWholeCard(whole)}
  </div>`;
}

/** The loss beside that of a guess among all tokens: what was learned lies between them. */
function renderLikelihood({ training, architecture }: Manifest): TemplateResult | typeof nothing {
  const { validationLoss, validationAccuracy } = training.metrics;
  if (validationLoss === undefined) return nothing;
  const bars: Bar[] = [
    { name: 'This model', value: validationLoss },
    { name: 'A blind guess', value: Math.log(architecture.vocabularySize), isMuted: true },
  ];
  return html`<figure>
    <figcaption>
      <strong>How surprised it is</strong>
      <span>
        Nats per token on music that it was not trained on; less is better.
        ${
          validationAccuracy === undefined
            ? nothing
            : html`Its first guess is right ${percent(validationAccuracy)} of the time.`
        }
      </span>
    </figcaption>
    ${renderBars(bars, (value) => value.toFixed(2))}
  </figure>`;
}

function renderNetwork({ architecture }: Manifest): TemplateResult | typeof nothing {
  const parts = networkParts(architecture);
  if (parts.length === 0) return nothing;
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return html`<figure>
    <figcaption>
      <strong>What it is made of</strong>
      <span>${millions(all)} million numbers, learned one small step at a time.</span>
    </figcaption>
    ${renderBars(parts, (value) => `${millions(value)} M`)}
  </figure>`;
}

function term(name: string, value: string): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function networkOf({ architecture }: Manifest): string {
  if (architecture.kind !== 'lstm') return architecture.layers.join(', ');
  const { layers, hiddenSize, embeddingSize } = architecture;
  return `LSTM, ${layers} × ${hiddenSize} units, embedding ${embeddingSize}`;
}

/** The graph that a page composes with. */
function megabytes({ graphs }: Manifest): string {
  const inPages = graphs.filter(({ runtimes }) => runtimes.includes('web-wasm'));
  const graph = inPages.find(({ kind }) => kind === 'chunk') ?? inPages[0] ?? graphs[0];
  return (graph.bytes / 1e6).toFixed(1);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}

function millions(value: number): string {
  return (value / 1e6).toFixed(2);
}
