// The piece as written music and as a picture, beside the files that the composer itself gives.
import { pianoRollSvg, type Score } from '@ostinato/core';
import {
  downloadName,
  type OstinatoComposerElement,
  saveFile,
} from '@ostinato/web/element-classes';
import { html, render } from 'lit';

export function mountExports(root: HTMLElement, composer: OstinatoComposerElement): void {
  let message = '';
  let hasNotes = false; // asking for the score with every note would decode all of it each time
  const update = (): void => {
    render(
      html`<span class="caption">Take it with you</span>
        <button ?disabled=${!hasNotes} @click=${() => void saveAs(saveMusicXml)}>
          Sheet music <small>MusicXML</small>
        </button>
        <button ?disabled=${!hasNotes} @click=${() => void saveAs(savePicture)}>
          Piano roll <small>SVG</small>
        </button>
        <span class="note" role="status">${message}</span>`,
      root,
    );
  };
  const saveAs = async (
    write: (score: Score, composer: OstinatoComposerElement) => Promise<string>,
  ): Promise<void> => {
    const { score } = composer;
    if (!score) return;
    try {
      message = `Saved ${await write(score, composer)}`;
    } catch (error) {
      message = `The file could not be made: ${(error as Error).message}`;
    }
    update();
  };
  const change = (isThere: boolean): void => {
    if (isThere === hasNotes) return;
    hasNotes = isThere;
    message = '';
    update();
  };
  composer.addEventListener('ostinato-compose', () => change(false));
  composer.addEventListener('ostinato-note', () => change(true));
  update();
}

async function saveMusicXml(score: Score, composer: OstinatoComposerElement): Promise<string> {
  const { writeMusicXml } = await import('./notation/notation.js');
  const text = await writeMusicXml(score, { title: titleOf(composer), composer: 'Ostinato' });
  return save(composer, text, 'application/vnd.recordare.musicxml+xml', 'musicxml');
}

async function savePicture(score: Score, composer: OstinatoComposerElement): Promise<string> {
  return save(composer, pianoRollSvg(score, { title: titleOf(composer) }), 'image/svg+xml', 'svg');
}

/** @returns the name of the file */
function save(
  composer: OstinatoComposerElement,
  content: string,
  type: string,
  extension: string,
): string {
  const name = downloadName(composer.settings, extension);
  saveFile(composer, new Blob([content], { type }), name);
  return name;
}

function titleOf({ seed, labels }: OstinatoComposerElement): string {
  const { composer } = labels;
  return composer ? `After ${composer} (seed ${seed})` : `Composition (seed ${seed})`;
}
