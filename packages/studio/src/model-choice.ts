// Which model plays: its name, or a choice where there are several.
import { html, render } from 'lit';
import type { SiteModel } from './site.js';

/** @param choose is told the address of a model that somebody chose */
export function mountModelChoice(
  root: HTMLElement,
  models: readonly SiteModel[],
  choose: (address: string) => void,
): void {
  const onChange = (event: Event): void => choose((event.target as HTMLSelectElement).value);
  render(
    models.length > 1
      ? html`<label>
          Model
          <select @change=${onChange}>
            ${models.map(({ name, address }) => html`<option value=${address}>${name}</option>`)}
          </select>
        </label>`
      : html`<p>
          A neural network writes the music note by note while you listen, here in your browser. The
          same seed always gives the same piece.
        </p>`,
    root,
  );
}
