// What an element says in words: what failed, to everybody; what it does, to screen readers.
import { html, nothing, type TemplateResult } from 'lit';
import { ICONS } from './icons.js';
import { announcement, type StatusInput } from './status.js';

/** @param message empty where nothing failed */
export function renderError(message: string, close: () => void): TemplateResult | typeof nothing {
  if (!message) return nothing;
  return html`<div class="error" part="error" role="alert">
    ${ICONS.warning}
    <p>${message}</p>
    <button aria-label="Close the message" @click=${close}>${ICONS.close}</button>
  </div>`;
}

export function renderAnnouncement(status: StatusInput): TemplateResult {
  return html`<div class="visually-hidden" role="status" aria-live="polite">
    ${announcement(status)}
  </div>`;
}
