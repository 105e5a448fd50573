// Which model plays, where there are several.
import { html, nothing, render } from 'lit';
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
      : nothing,
    root,
  );
}
