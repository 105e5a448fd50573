// The built page in Firefox and in WebKit, which is Safari's engine: what a person does first has to work there too. All
// that there is to test is tested in Chromium.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, BROWSERS } from '@ostinato/browsers';
import { serveSite, type Site } from '@ostinato/chromium';
import { compose, countNotes, readMidi, type Score } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GALLERY } from './gallery/pieces.js';
import { builtPage, removeBuiltPage } from './testing/studio-site.js';

const MODEL = fileURLToPath(new URL('../../../models/musicnet', import.meta.url));
const ELEMENTS = dirname(fileURLToPath(import.meta.resolve('@ostinato/web/files/ostinato.js')));

/** The first script of each page: keeps what goes wrong in it. */
const PROBLEMS = `
globalThis.problems = [];
addEventListener('error', (event) => problems.push(event.message || 'not loaded: ' + (event.target.src ?? event.target.href)), true);
addEventListener('unhandledrejection', ({ reason }) => problems.push('rejected: ' + reason));
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => problems.push(violatedDirective + ' forbids ' + blockedURI));
const { error } = console;
console.error = (...said) => { problems.push(said.join(' ')); error(...said); };
`;

const ELEMENT_PAGE = `<!doctype html><title>Elements</title><script src="/problems.js"></script>
<script type="module" src="/elements/ostinato-elements.js"></script>
<ostinato-player src="/studio/gallery/${GALLERY[0].file}.mid"></ostinato-player>
<ostinato-composer model="/studio/models/musicnet/" seed="7" length="8"></ostinato-composer>
<ostinato-player id="empty"></ostinato-player>`;

/** A frame, since not every browser has so narrow a window. */
const PHONE_PAGE = `<!doctype html><title>Phone</title><iframe src="/studio/" width="390" height="800"></iframe>`;

declare const problems: string[];
declare global {
  var more: Promise<Score>;
}

const browsers = BROWSERS.filter(({ have }) => have());

describe.runIf(browsers.length > 0)('other browsers', () => {
  let site: Site;
  let expected: Score;
  let pieces: Piece[];

  beforeAll(async () => {
    const folder = await builtPage();
    pieces = await Promise.all(
      GALLERY.slice(0, 2).map(({ file }) => readPiece(join(folder, 'gallery', `${file}.mid`))),
    );
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    site = await serveSite({
      files: {
        '/problems.js': PROBLEMS,
        '/studio/': page.replace('<head>', '<head><script src="/problems.js"></script>'),
        '/elements.html': ELEMENT_PAGE,
        '/phone.html': PHONE_PAGE,
        '/favicon.ico': '',
      },
      folders: { '/studio/': folder, '/elements/': ELEMENTS },
      headers: {
        'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
      },
    });
    const { model, tokenizer, manifest } = await loadModel(MODEL);
    const options = { ...manifest.sampling, seed: '7', seconds: 8 };
    ({ score: expected } = await compose(model, tokenizer, options));
    await model.dispose();
  }, 120_000);

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    await removeBuiltPage();
  });

  describe.each(browsers)('$name', ({ name, launch }) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.[Symbol.asyncDispose]());

    it('composes in the studio what Node composes, while it plays and draws it', async () => {
      await browser.resize(1280, 860);
      await browser.open(`${site.origin}/studio/#ostinato?seed=7&length=8`);
      await browser.run(whenDefined);
      await browser.click(playButton);
      expect((await composed(browser)).tracks).toEqual(expected.tracks);
      if (browser.hasSound) {
        await expect.poll(() => browser.run(positionOf), { timeout: 20_000 }).toBeGreaterThan(0.5);
      }
      expect(await browser.run(inkOf)).toBeGreaterThan(100);
      await browser.screenshot(`${name}-studio-1280`);

      const downloaded = await browser.run(async () => {
        const composer = document.querySelector('ostinato-composer')!;
        const file = new Promise<Blob>((resolve) => {
          composer.addEventListener('ostinato-download', (event) => resolve(event.detail.file));
        });
        composer.shadowRoot!.querySelector<HTMLElement>('[aria-label="Download MIDI"]')!.click();
        return [...new Uint8Array(await (await file).arrayBuffer())];
      });
      const midi = readMidi(Uint8Array.from(downloaded));
      expect(countNotes(midi.score)).toBe(countNotes(expected));

      // A file that is dropped anywhere on the page goes on from where its player stands.
      const { bytes, score } = pieces[0];
      await browser.run(dropOn, 'main', bytes);
      await browser.run(awaitMore);
      await browser.click(() => document.querySelector('#continue button.main')!);
      const continued = await browser.run(() => more);
      expect(firstBeats(continued)).toEqual(firstBeats(score));
      expect(countNotes(continued)).toBeGreaterThan(firstBeats(score).length);
      expect(await browser.run(() => problems)).toEqual([]);
    });

    it('fits a phone', async () => {
      await browser.open(`${site.origin}/phone.html`);
      const wide = await browser.run(async () => {
        const { contentDocument: phone } = document.querySelector('iframe')!;
        while (!phone!.querySelector('.model-card')) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return phone!.documentElement.scrollWidth;
      });
      await browser.screenshot(`${name}-studio-390`);
      expect(wide).toBeLessThanOrEqual(390); // less beside a scroll bar
    });

    it('composes in an element of any page, by keys, with the model that it has kept', async () => {
      site.requests.length = 0;
      await browser.open(`${site.origin}/elements.html`);
      await browser.run(whenDefined);
      await browser.run(notesOf, 'ostinato-player');
      await browser.press('Tab', 'ArrowRight', 'ArrowRight', 'ArrowLeft'); // its slider
      expect(await browser.run(playerNow)).toMatchObject({ position: 5, state: 'paused' });
      const click = browser.isInFront ? 'Space' : 'k';
      await browser.press('Tab', click); // its Play
      if (browser.hasSound) {
        await expect.poll(() => browser.run(playerNow)).toMatchObject({ state: 'playing' });
        await browser.press(click);
        expect(await browser.run(playerNow)).toMatchObject({ state: 'paused' });
      }
      await browser.press('m', 'Tab', 'Tab', 'Tab');
      expect(await browser.run(playerNow)).toMatchObject({ muted: true, volume: 0.8 });
      await browser.press('Tab', 'ArrowLeft');
      expect(await browser.run(playerNow)).toMatchObject({ muted: false, volume: 0.75 });
      await browser.press('Tab', click); // the composer's Play
      expect((await composed(browser)).tracks).toEqual(expected.tracks);
      expect(site.requests.filter((path) => path.endsWith('.onnx'))).toEqual([]);
      const loudest = await browser.run(async () => {
        const composer = document.querySelector('ostinato-composer')!;
        composer.stop();
        const wav = new DataView(await (await composer.toWav())!.arrayBuffer());
        let loudest = 0;
        for (let at = 44; at + 2 <= wav.byteLength; at += 2) {
          loudest = Math.max(loudest, Math.abs(wav.getInt16(at, true)) / 2 ** 15);
        }
        return loudest;
      });
      expect(loudest).toBeGreaterThan(0.1);
      expect(loudest).toBeLessThanOrEqual(1);
      expect(await browser.run(() => problems)).toEqual([]);
    });

    it('takes MIDI files that are chosen or dropped', async () => {
      const [one, two] = pieces;
      await browser.open(`${site.origin}/elements.html`);
      await browser.run(whenDefined);
      await browser.chooseFile(emptyInput, one.path);
      await expect.poll(() => browser.run(notesOf, '#empty')).toBe(one.notes);
      expect(await browser.run(dropOn, '#empty', two.bytes)).toBe('Drop a MIDI file');
      await expect.poll(() => browser.run(notesOf, '#empty')).toBe(two.notes);

      await browser.run(dropOn, 'ostinato-composer', one.bytes);
      await expect.poll(() => browser.run(primerOf)).toBe('dropped.mid');
      await browser.chooseFile(composerInput, two.path);
      await expect.poll(() => browser.run(primerOf)).toBe(`${GALLERY[1].file}.mid`);
      expect(await browser.run(() => problems)).toEqual([]);
    });
  });
});

interface Piece {
  readonly path: string;
  readonly bytes: readonly number[];
  readonly score: Score;
  readonly notes: number;
}

async function readPiece(path: string): Promise<Piece> {
  const bytes = await readFile(path);
  const { score } = readMidi(bytes);
  return { path, bytes: [...bytes], score, notes: countNotes(score) };
}

/** Pitches and onsets of the first two beats. */
function firstBeats({ tracks, ticksPerQuarter }: Score): string[] {
  return tracks
    .flatMap(({ notes }) => notes)
    .filter(({ startTicks }) => startTicks < 2 * ticksPerQuarter)
    .map(({ startTicks, pitch }) => `${startTicks} ${pitch}`)
    .sort();
}

// What follows is sent to the page.

async function whenDefined(): Promise<void> {
  await customElements.whenDefined('ostinato-composer');
}

function playButton(): Element {
  return document.querySelector('ostinato-composer')!.shadowRoot!.querySelector('[part=play]')!;
}

function emptyInput(): Element {
  return document.querySelector('#empty')!.shadowRoot!.querySelector('[type=file]')!;
}

function composerInput(): Element {
  return document.querySelector('ostinato-composer')!.shadowRoot!.querySelector('[type=file]')!;
}

/** Moves the player of a dropped file to 2 seconds, once it is there; `more` is what is composed next, of 4 seconds. */
async function awaitMore(): Promise<void> {
  const find = () =>
    document.querySelector<HTMLElementTagNameMap['ostinato-player']>('#continue ostinato-player');
  while (!find()?.score) await new Promise((resolve) => setTimeout(resolve, 20));
  find()!.seek(2);
  const composer = document.querySelector('ostinato-composer')!;
  composer.length = 4;
  globalThis.more = new Promise((resolve) => {
    composer.addEventListener('ostinato-composed', (event) => resolve(event.detail.score), {
      once: true,
    });
  });
}

/** What the composer says that it continues. */
function primerOf(): string {
  const { shadowRoot } = document.querySelector('ostinato-composer')!;
  return [...shadowRoot!.querySelectorAll('summary')].at(-1)!.querySelector('small')!.innerText;
}

/** The number of notes of a player, once it has a piece. */
async function notesOf(selector: string): Promise<number> {
  const player = document.querySelector<HTMLElementTagNameMap['ostinato-player']>(selector)!;
  while (player.score === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  return player.score.tracks.flatMap(({ notes }) => notes).length;
}

function playerNow(): { state: string; position: number; muted: boolean; volume: number } {
  const { state, position, muted, volume } = document.querySelector('ostinato-player')!;
  return { state, position, muted, volume };
}

/** Drops a file on an element, or on the page, as a browser does.
 *  @returns what is written over the element while the file is above it */
async function dropOn(selector: string, bytes: readonly number[]): Promise<string | undefined> {
  const element = document.querySelector(selector)!;
  const target = element.shadowRoot?.querySelector('.stage') ?? element;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'dropped.mid', { type: 'audio/midi' }));
  const send = (type: string): boolean =>
    target.dispatchEvent(
      new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }),
    );
  send('dragenter');
  if (send('dragover')) throw new Error('dragover: what is not cancelled takes no drop');
  await new Promise(requestAnimationFrame);
  const shown = element.shadowRoot?.querySelector('.drop')?.textContent;
  if (send('drop')) throw new Error('drop: what is not cancelled opens the file');
  return shown;
}

function positionOf(): number {
  return document.querySelector('ostinato-composer')!.position;
}

/** Pixels of the piano roll that are not as grey as its background. */
function inkOf(): number {
  const roll = document
    .querySelector('ostinato-composer')!
    .shadowRoot!.querySelector<HTMLCanvasElement>('canvas.roll')!;
  const { data } = roll.getContext('2d')!.getImageData(0, 0, roll.width, roll.height);
  let ink = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs(data[at] - data[at + 2]) > 60) ink++;
  }
  return ink;
}

/** The piece of the composer, once it is whole. */
function composed(browser: Browser): Promise<Score> {
  return browser.run(async () => {
    const composer = document.querySelector('ostinato-composer')!;
    while (composer.score === undefined || composer.composing) {
      if (composer.state === 'error')
        throw new Error(composer.shadowRoot!.querySelector('[role=alert]')!.textContent);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return composer.score;
  });
}
