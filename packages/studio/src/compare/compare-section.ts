// Two compositions side by side: two seeds, or one seed at two temperatures.
import { compose, type Labels, type Score, type Tokenizer } from '@ostinato/core';
import type { OstinatoComposerElement, OstinatoPlayerElement } from '@ostinato/web/element-classes';
import { html, nothing, render, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { PairPlayback, type Side } from './pair-playback.js';
import { commonBeginning, factsOf } from './score-facts.js';

const SECONDS = 30;
const SIDES = ['A', 'B'] as const;

interface Entry {
  seed: string;
  temperature: number;
  score?: Score;
}

export function mountCompare(root: HTMLElement, composer: OstinatoComposerElement): void {
  const entries: Record<Side, Entry> = {
    A: { seed: '7', temperature: 0.8 },
    B: { seed: '7', temperature: 1.2 },
  };
  const players = { A: createPlayer('A'), B: createPlayer('B') };
  const pair = new PairPlayback(players, () => update());
  let work = new AbortController();
  let state: 'idle' | 'composing' | { problem: string } = 'idle';

  const composeBoth = async (): Promise<void> => {
    work.abort();
    const { signal } = (work = new AbortController());
    pair.pause();
    state = 'composing';
    update();
    try {
      const { model, tokenizer, manifest } = await composer.load();
      const base = {
        ...manifest.sampling,
        seconds: SECONDS,
        labels: knownLabels(composer.labels, tokenizer),
        signal,
      };
      for (const side of SIDES) {
        const { seed, temperature } = entries[side];
        const { score } = await compose(model, tokenizer, { ...base, seed, temperature });
        entries[side].score = score;
        players[side].score = score;
        players[side].hidden = false;
      }
      state = 'idle';
    } catch (error) {
      if (signal.aborted) return;
      state = { problem: (error as Error).message };
    }
    update();
  };
  const change = (side: Side, changes: Partial<Entry>): void => {
    Object.assign(entries[side], changes);
    update();
  };
  const togglePlay = (): void => {
    if (pair.isPlaying) pair.pause();
    else pair.play().catch(() => {}); // a player shows it
  };

  const renderSide = (side: Side): TemplateResult => {
    const { seed, temperature, score } = entries[side];
    const facts = score && factsOf(score);
    return html`<div class="side" data-heard=${score !== undefined && pair.heard === side}>
      <div class="fields">
        <span class="letter" aria-hidden="true">${side}</span>
        <label>
          Seed
          <input
            type="text"
            maxlength="200"
            autocomplete="off"
            aria-label="Seed of ${side}"
            .value=${live(seed)}
            @change=${(event: Event) =>
              change(side, { seed: (event.target as HTMLInputElement).value.trim() || '1' })}
          />
        </label>
        <label>
          <span>Temperature <b>${temperature.toFixed(2)}</b></span>
          <input
            type="range"
            min="0.6"
            max="1.4"
            step="0.05"
            aria-label="Temperature of ${side}"
            .value=${live(String(temperature))}
            @input=${(event: Event) =>
              change(side, { temperature: Number((event.target as HTMLInputElement).value) })}
          />
        </label>
      </div>
      ${players[side]} ${score ? nothing : html`<p class="waiting">Nothing yet</p>`}
      <p class="facts">
        ${
          facts
            ? html`${facts.notes} notes · ${facts.instruments}
              ${facts.instruments === 1 ? 'instrument' : 'instruments'} · ${facts.tempo} bpm`
            : html`&nbsp;`
        }
      </p>
    </div>`;
  };
  const renderTransport = (): TemplateResult => {
    const isReady = SIDES.every((side) => entries[side].score);
    const { isPlaying } = pair;
    return html`<div class="transport">
      <button class="main" ?disabled=${state === 'composing'} @click=${() => void composeBoth()}>
        ${state === 'composing' ? 'Composing …' : 'Compose both'}
      </button>
      <button ?disabled=${!isReady} @click=${togglePlay}>
        ${isPlaying ? 'Pause' : 'Play both'}
      </button>
      <fieldset ?disabled=${!isReady}>
        <legend class="visually-hidden">Heard</legend>
        ${SIDES.map(
          (side) =>
            html`<label>
              <input
                class="visually-hidden"
                type="radio"
                name="heard"
                .checked=${live(pair.heard === side)}
                @change=${() => {
                  pair.listenTo(side);
                  update();
                }}
              /><span>Hear ${side}</span>
            </label>`,
        )}
      </fieldset>
      <span class="note" role="status">${isReady ? describe(entries) : nothing}</span>
    </div>`;
  };
  const update = (): void => {
    render(
      html`${
          typeof state === 'object'
            ? html`<p class="problem" role="alert">${state.problem}</p>`
            : nothing
        }
        ${renderTransport()}
        <div class="sides" data-together>${SIDES.map((side) => renderSide(side))}</div>`,
      root,
    );
  };
  update();
}

function createPlayer(side: Side): OstinatoPlayerElement {
  const player = document.createElement('ostinato-player');
  player.label = `Composition ${side}`;
  player.hidden = true; // until there is something to play
  return player;
}

function describe({ A, B }: Record<Side, Entry>): string {
  const common = commonBeginning(A.score!, B.score!);
  if (common === 0) return 'They part with the first note.';
  return `The first ${common === 1 ? 'note is' : `${common} notes are`} the same in both.`;
}

/** The labels of the composer above that its model knows. */
function knownLabels(labels: Labels, tokenizer: Tokenizer): Labels {
  const isKnown = ([kind, value]: [string, string]): boolean =>
    tokenizer.labels.some((label) => label.kind === kind && label.values.includes(value));
  return Object.fromEntries(Object.entries(labels).filter(isKnown));
}
