// The form of a composer's settings, as a template: values in, changes out.
import { instrumentName, instrumentSlug } from '@ostinato/core';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ICONS } from '../ui/icons.js';
import type { ComposerModel } from './model-source.js';
import { type ComposeSettings, parseLength, randomSeed } from './settings.js';

export interface SettingsForm {
  readonly settings: ComposeSettings;
  /** Undefined before it is loaded. */
  readonly loaded: ComposerModel | undefined;
  readonly disabled: boolean;
  /** Whether the link has just been copied. */
  readonly linkCopied: boolean;
  /** Whether the piece goes on from another, which no link can hold. */
  readonly continues: boolean;
  readonly primer: TemplateResult;
  change(changes: Partial<ComposeSettings>): void;
  /** The part with the model's own choices was opened. */
  wantModel(): void;
  compose(): void;
  share(): void;
}

const LENGTHS = [15, 30, 60, 120, 300];
/** Temperatures that the slider reaches; an attribute may say others. */
const COOLEST = 0.6;
const WARMEST = 1.4;

export function renderSettings(form: SettingsForm): TemplateResult {
  return html`<fieldset
    class="settings"
    part="settings"
    aria-label="Settings"
    ?disabled=${form.disabled}
  >
    ${renderSeed(form)} ${renderTemperature(form)} ${renderLength(form)} ${renderStyle(form)}
    ${form.primer}
  </fieldset>`;
}

function renderSeed({ settings, linkCopied, continues, change, compose, share }: SettingsForm) {
  const what = continues ? 'these settings, without what is continued' : 'this piece';
  const shareLabel = linkCopied ? 'Link copied' : `Copy a link to ${what}`;
  const setSeed = (event: Event): void => {
    const seed = (event.target as HTMLInputElement).value.trim();
    change({ seed: seed || '1' });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    setSeed(event);
    compose();
  };
  return html`<div class="field">
    <label for="seed">Seed</label>
    <div class="row">
      <input
        id="seed"
        type="text"
        part="seed"
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        .value=${live(settings.seed)}
        @change=${setSeed}
        @keydown=${onKey}
      />
      <button aria-label="Random seed" @click=${() => change({ seed: randomSeed() })}>
        ${ICONS.dice}
      </button>
      <button aria-label=${shareLabel} title=${shareLabel} @click=${share}>
        ${linkCopied ? '✓' : ICONS.share}
      </button>
    </div>
  </div>`;
}

function renderTemperature({ settings, loaded, change }: SettingsForm) {
  const value = settings.temperature ?? loaded?.manifest.sampling.temperature ?? 1;
  const onInput = (event: Event): void =>
    change({ temperature: Number((event.target as HTMLInputElement).value) });
  return html`<div class="field">
    <label for="temperature" class="caption"> Temperature <b>${value.toFixed(2)}</b> </label>
    <input
      id="temperature"
      type="range"
      min=${Math.min(COOLEST, value)}
      max=${Math.max(WARMEST, value)}
      step="0.05"
      .value=${live(String(value))}
      @input=${onInput}
    />
    <div class="ends" aria-hidden="true"><span>calm</span><span>wild</span></div>
  </div>`;
}

function renderLength({ settings: { length }, change }: SettingsForm) {
  const isUsual = length === 'endless' || LENGTHS.includes(length);
  const choices = isUsual ? LENGTHS : [...LENGTHS, length].sort((a, b) => a - b);
  const onChange = (event: Event): void =>
    change({ length: parseLength((event.target as HTMLSelectElement).value) });
  return html`<div class="field">
    <label for="length">Length</label>
    <select id="length" @change=${onChange}>
      ${choices.map(
        (seconds) =>
          html`<option value=${seconds} ?selected=${seconds === length}>
            ${lengthName(seconds)}
          </option>`,
      )}
      <option value="endless" ?selected=${length === 'endless'}>Endless</option>
    </select>
  </div>`;
}

function lengthName(seconds: number): string {
  if (seconds < 60 || seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
}

/** What the model can be told of the piece: known once the model is there. */
function renderStyle(form: SettingsForm): TemplateResult {
  const { loaded, settings, wantModel } = form;
  const onToggle = (event: Event): void => {
    if ((event.target as HTMLDetailsElement).open) wantModel();
  };
  const chosen = [...Object.values(settings.labels), ...settings.instruments];
  return html`<details class="wide" @toggle=${onToggle}>
    <summary>
      <span>Style</span> <small>${chosen.length > 0 ? chosen.join(', ') : 'anything'}</small>
    </summary>
    <div class="panel">
      ${
        loaded
          ? html`${renderLabels(form, loaded)} ${renderInstruments(form, loaded)}`
          : html`<p class="wide">Loading the model, which knows its styles …</p>`
      }
    </div>
  </details>`;
}

function renderLabels({ settings, change }: SettingsForm, { tokenizer }: ComposerModel) {
  const choose = (kind: string, value: string): void => {
    const { [kind]: _, ...others } = settings.labels;
    change({ labels: value ? { ...others, [kind]: value } : others });
  };
  return tokenizer.labels.map(
    ({ kind, values }) =>
      html`<div class="field">
        <label for="label-${kind}">${capitalised(kind)}</label>
        <select
          id="label-${kind}"
          @change=${(event: Event) => choose(kind, (event.target as HTMLSelectElement).value)}
        >
          <option value="">Any</option>
          ${values.map(
            (value) =>
              html`<option value=${value} ?selected=${settings.labels[kind] === value}>
                ${value}
              </option>`,
          )}
        </select>
      </div>`,
  );
}

function renderInstruments({ settings, change }: SettingsForm, { tokenizer }: ComposerModel) {
  if (tokenizer.instruments.length < 2) return nothing;
  const toggle = (slug: string, isChosen: boolean): void => {
    const others = settings.instruments.filter((other) => other !== slug);
    change({ instruments: isChosen ? [...others, slug] : others });
  };
  return html`<fieldset class="chips wide">
    <legend class="caption">Instruments (none chosen: the model chooses)</legend>
    ${tokenizer.instruments.map((instrument) => {
      const slug = instrumentSlug(instrument);
      return html`<label>
        <input
          class="visually-hidden"
          type="checkbox"
          .checked=${live(settings.instruments.includes(slug))}
          @change=${(event: Event) => toggle(slug, (event.target as HTMLInputElement).checked)}
        />
        <span class="chip">${instrumentName(instrument)}</span>
      </label>`;
    })}
  </fieldset>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
