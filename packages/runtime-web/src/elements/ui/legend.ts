// The instruments and their colours, and the colours for the piano roll to read: a canvas has no style sheet.
import { type Instrument, instrumentName } from '@ostinato/core';
import { html, type TemplateResult } from 'lit';
import { THEME_PROBES } from '../../piano-roll/roll-theme.js';
import type { ColourTable } from './colour-table.js';

/** @param colours undefined before anything is drawn */
export function renderLegend(colours: ColourTable | undefined): TemplateResult {
  const instruments: Instrument[] = colours?.instruments ?? [];
  return html`<ul class="legend" part="legend" aria-label="Instruments">
    ${instruments.map(
      (instrument) =>
        html`<li data-colour="note-${colours!.indexOf(instrument) + 1}">
          <span>${instrumentName(instrument)}</span>
        </li>`,
    )}
  </ul>`;
}

export function renderProbes(): TemplateResult {
  return html`<div class="probes">
    ${THEME_PROBES.map((name) => html`<i data-colour=${name}></i>`)}
  </div>`;
}
