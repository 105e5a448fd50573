// The gallery: pieces to hear, each one click from being composed anew.
import type { OstinatoComposerElement } from '@ostinato/web/element-classes';
import { html, render } from 'lit';
import { GALLERY, GALLERY_SECONDS, type GalleryPiece, linkOf } from './pieces.js';

export function mountGallery(root: HTMLElement, composer: OstinatoComposerElement): void {
  const composeIt = (event: Event, { seed, labels }: GalleryPiece): void => {
    if ((event as MouseEvent).metaKey || (event as MouseEvent).ctrlKey) return; // a new tab
    event.preventDefault();
    composer.temperature = undefined;
    composer.instruments = [];
    composer.length = GALLERY_SECONDS;
    composer.labels = labels;
    composer.seed = seed;
    composer.compose().catch(() => {}); // it is shown
    composer.scrollIntoView({ block: 'center' });
  };
  render(
    html`<ul class="cards">
      ${GALLERY.map(
        (piece) =>
          html`<li class="card">
            <h3>${piece.title}</h3>
            <p>${Object.values(piece.labels).join(' · ')}</p>
            <ostinato-player
              src="./gallery/${piece.file}.mid"
              label="${piece.title}"
            ></ostinato-player>
            <a href=${linkOf(piece)} @click=${(event: Event) => composeIt(event, piece)}>
              <span>Compose it again<span class="visually-hidden">: ${piece.title}</span></span>
              <small>seed ${piece.seed}</small>
            </a>
          </li>`,
      )}
    </ul>`,
    root,
  );
}
