// All that an element shows: one card, with what player and composer have in common and a place for what one of them adds.
import { html, nothing, type TemplateResult } from 'lit';
import type { FileIntake } from '../files/file-intake.js';
import type { Operated } from '../playback/operated.js';
import type { ColourTable } from './colour-table.js';
import { renderControls } from './controls.js';
import { renderLegend, renderProbes } from './legend.js';
import { renderAnnouncement, renderError } from './messages.js';
import { renderSeekBar } from './seek-bar.js';
import { renderStage } from './stage.js';
import type { StatusInput } from './status.js';

export interface Card extends CardAdditions {
  /** For screen readers. */
  readonly name: string;
  /** What failed; empty if nothing did. */
  readonly error: string;
  readonly status: StatusInput;
  /** The seconds of the seek bar; an open end has no length. */
  readonly span: { readonly from: number; readonly to: number; readonly isOpen: boolean };
  /** Number of notes. */
  readonly notes: number;
  readonly canPlay: boolean;
  readonly intake: FileIntake;
  /** Undefined before anything is drawn. */
  readonly colours: ColourTable | undefined;
  play(): void;
  closeError(): void;
  onRollClick(event: MouseEvent): void;
}

/** What an element adds. */
export interface CardAdditions {
  /** Over the empty piano roll. */
  readonly hint: TemplateResult | typeof nothing;
  /** Buttons beside the controls. */
  readonly actions?: TemplateResult;
  /** Below the legend. */
  readonly form?: TemplateResult;
}

export function renderCard(element: Operated, card: Card): TemplateResult {
  const { intake } = card;
  return html`<div
    class="card"
    part="card"
    role="group"
    aria-label=${card.name}
    @dragover=${intake.onDragOver}
    @dragleave=${intake.onDragLeave}
    @drop=${intake.onDrop}
  >
    ${renderError(card.error, card.closeError)} ${renderStage(card)} ${renderSeekBar(element, card)}
    ${renderControls(element, card)} ${renderLegend(card.colours)} ${card.form ?? nothing}
    ${renderAnnouncement(card.status)} ${renderProbes()}
  </div>`;
}
