// Gives the elements their names. Importing it is all a page needs; on a server it does nothing.
import { OstinatoComposerElement } from './composer-element.js';
import { OstinatoPlayerElement } from './player-element.js';

/** Defines `<ostinato-player>` and `<ostinato-composer>`, unless somebody has. */
export function registerElements(): void {
  if (typeof customElements === 'undefined') return;
  if (!customElements.get('ostinato-player')) {
    customElements.define('ostinato-player', OstinatoPlayerElement);
  }
  if (!customElements.get('ostinato-composer')) {
    customElements.define('ostinato-composer', OstinatoComposerElement);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ostinato-player': OstinatoPlayerElement;
    'ostinato-composer': OstinatoComposerElement;
  }
}
