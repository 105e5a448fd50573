// The piece as written music and as a picture, beside the files that the composer itself gives.
import { pianoRollSvg, type Score } from '@ostinato/core';
import type { OstinatoComposerElement } from '@ostinato/web/element-classes';
import { html, render } from 'lit';
import { saveFile } from './save-file.js';

const EVENTS = ['ostinato-compose', 'ostinato-note', 'ostinato-composed'] as const;

export function mountExports(root: HTMLElement, composer: OstinatoComposerElement): void {
  let message = '';
  const update = (): void => {
    const score = scoreOf(composer);
    render(
      html`<span class="caption">Take it with you</span>
        <button ?disabled=${!score} @click=${() => void save(saveMusicXml)}>
          Sheet music <small>MusicXML</small>
        </button>
        <button ?disabled=${!score} @click=${() => void save(savePicture)}>
          Piano roll <small>SVG</small>
        </button>
        <span class="note" role="status">${message}</span>`,
      root,
    );
  };
  const save = async (
    write: (score: Score, composer: OstinatoComposerElement) => Promise<string>,
  ): Promise<void> => {
    const score = scoreOf(composer);
    if (!score) return;
    try {
      message = `Saved ${await write(score, composer)}`;
    } catch (error) {
      message = `The file could not be made: ${(error as Error).message}`;
    }
    update();
  };
  for (const name of EVENTS) composer.addEventListener(name, update);
  update();
}

async function saveMusicXml(score: Score, composer: OstinatoComposerElement): Promise<string> {
  const { writeMusicXml } = await import('./notation/notation.js');
  const name = `${fileName(composer)}.musicxml`;
  const text = await writeMusicXml(score, { title: titleOf(composer), composer: 'Ostinato' });
  saveFile(text, 'application/vnd.recordare.musicxml+xml', name);
  return name;
}

async function savePicture(score: Score, composer: OstinatoComposerElement): Promise<string> {
  const name = `${fileName(composer)}.svg`;
  saveFile(pianoRollSvg(score, { title: titleOf(composer) }), 'image/svg+xml', name);
  return name;
}

function scoreOf({ score }: OstinatoComposerElement): Score | undefined {
  return score && score.tracks.length > 0 ? score : undefined;
}

function titleOf({ seed, labels }: OstinatoComposerElement): string {
  const { composer } = labels;
  return composer ? `After ${composer} (seed ${seed})` : `Composition (seed ${seed})`;
}

function fileName({ seed, labels }: OstinatoComposerElement): string {
  const words = ['ostinato', ...Object.values(labels), seed].join('-').toLowerCase();
  return words
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80);
}
