// The page: the elements, the model behind them, and the sections around them.
import { inputStyles, registerElements } from '@ostinato/web/element-classes';
import { html, render } from 'lit';
import { showApi } from './api/api-section.js';
import { mountCompare } from './compare/compare-section.js';
import { mountContinue } from './continue/continue-section.js';
import { mountExports } from './exports.js';
import { mountGallery } from './gallery/gallery-section.js';
import { showModelCard } from './model-card/model-card.js';
import { mountModelChoice } from './model-choice.js';
import { loaderFor } from './model-loader.js';
import { keepOneSounding } from './one-sounding.js';
import { readSite } from './site.js';

registerElements();
document.adoptedStyleSheets.push(inputStyles.styleSheet!);

const contentOf = (id: string): HTMLElement =>
  document.querySelector<HTMLElement>(`#${id} > .content`)!;

const composer = document.querySelector('ostinato-composer')!;
const { searchParams } = new URL(location.href);
composer.loadModel = loaderFor(searchParams.get('device'));

keepOneSounding(document.body);
keepLink();
mountExports(document.querySelector<HTMLElement>('#exports')!, composer);
mountGallery(contentOf('gallery'), composer);
mountContinue(contentOf('continue'), composer, document.querySelector('.drop-anywhere')!);
mountCompare(contentOf('compare'), composer);

const modelChoice = document.querySelector<HTMLElement>('#model-choice')!;
start().catch((error: unknown) => {
  render(html`<p class="problem" role="alert">${(error as Error).message}</p>`, modelChoice);
});

async function start(): Promise<void> {
  const { models, api } = await readSite();
  mountModelChoice(modelChoice, models, choose);
  choose(models[0].address);
  if (api) await showApi(api, models[0].name);
}

function choose(address: string): void {
  composer.model = address;
  void showModelCard(contentOf('model'), address);
}

/** The address bar has the link to the piece on the page. */
function keepLink(): void {
  const update = (): void => history.replaceState(history.state, '', composer.link);
  composer.addEventListener('ostinato-settingschange', update);
  composer.addEventListener('ostinato-compose', update);
}
