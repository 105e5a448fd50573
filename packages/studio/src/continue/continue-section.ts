// "Continue my music": a dropped or chosen MIDI file is heard, and goes on from where its player stands.
import { createTempoMap, cutScore, type Score } from '@ostinato/core';
import {
  type OstinatoComposerElement,
  type OstinatoPlayerElement,
  readMidiFile,
} from '@ostinato/web/element-classes';
import { html, nothing, render, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { clock } from '../clock.js';
import { acceptDrops } from './accept-drops.js';

/** Where a piece is cut at first: what is further back says little to the model, and takes time. Seconds. */
const USUAL_BEGINNING = 20;
const SHORTEST_BEGINNING = 1;

/** @param veil shown while a file is dragged over the page */
export function mountContinue(
  root: HTMLElement,
  composer: OstinatoComposerElement,
  veil: HTMLElement,
): void {
  const player = createRef<OstinatoPlayerElement>();
  let piece: { name: string; score: Score } | undefined;
  let message = '';

  const open = async (file: File): Promise<void> => {
    try {
      const { score } = await readMidiFile(file);
      piece = { name: score.name || file.name, score };
      message = '';
    } catch (error) {
      message = (error as Error).message;
    }
    update();
    if (message || !piece) return;
    const { value } = player;
    value!.score = piece.score;
    value!.seek(Math.min(USUAL_BEGINNING, value!.duration));
  };
  const onChosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ''; // so that the same file can be chosen again
    if (file) void open(file);
  };
  const cutAt = (): number => Math.max(SHORTEST_BEGINNING, player.value?.position ?? 0);
  const goOn = (): void => {
    const { score } = piece!;
    const ticks = Math.round(createTempoMap(score).ticksAt(cutAt()));
    player.value?.pause();
    composer.compose(cutScore(score, Math.max(1, ticks))).catch(() => {}); // it is shown
    composer.scrollIntoView({ block: 'center' });
  };

  const renderChooser = (text: string): TemplateResult =>
    html`<label class="file">
      <input
        class="visually-hidden"
        type="file"
        accept=".mid,.midi,.rmi,.kar,audio/midi"
        @change=${onChosen}
      />
      <span class="button">${text}</span>
    </label>`;
  const renderPiece = ({ name }: { name: string }): TemplateResult =>
    html`<ostinato-player
        ${ref(player)}
        label=${name}
        @ostinato-seek=${update}
        @ostinato-timeupdate=${update}
      ></ostinato-player>
      <div class="row">
        <button class="main" @click=${goOn}>Go on from ${clock(cutAt())}</button>
        ${renderChooser('Another file')}
        <p class="note">
          Move to where your part ends. The composer takes over there, with its settings. A link
          holds the settings, not your part: to keep the piece, save it as a file.
        </p>
      </div>`;
  const update = (): void => {
    render(
      html`${message ? html`<p class="problem" role="alert">${message}</p>` : nothing}
      ${
        piece
          ? renderPiece(piece)
          : html`<div class="drop-zone">
              <p><strong>Drop a MIDI file</strong><br />a melody is enough</p>
              ${renderChooser('Choose a file')}
            </div>`
      }`,
      root,
    );
  };
  update();
  acceptDrops(document, veil, (file) => {
    root.scrollIntoView({ block: 'center' });
    void open(file);
  });
}
