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
<ostinato-composer model="/studio/models/musicnet/" seed="7" length="8"></ostinato-composer>
<ostinato-player src="/studio/gallery/${GALLERY[0].file}.mid"></ostinato-player>`;

/** A frame, since not every browser has so narrow a window. */
const PHONE_PAGE = `<!doctype html><title>Phone</title><iframe src="/studio/" width="390" height="800"></iframe>`;

declare const problems: string[];

const browsers = BROWSERS.filter(({ have }) => have());

describe.runIf(browsers.length > 0)('other browsers', () => {
  let site: Site;
  let expected: Score;

  beforeAll(async () => {
    const folder = await builtPage();
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

    it('composes in an element of any page, with the model that it has kept', async () => {
      site.requests.length = 0;
      await browser.open(`${site.origin}/elements.html`);
      await browser.run(whenDefined);
      await browser.click(playButton);
      expect((await composed(browser)).tracks).toEqual(expected.tracks);
      expect(site.requests.filter((path) => path.endsWith('.onnx'))).toEqual([]);
      const { loudest, notes } = await browser.run(async () => {
        const composer = document.querySelector('ostinato-composer')!;
        composer.stop();
        const wav = new DataView(await (await composer.toWav())!.arrayBuffer());
        let loudest = 0;
        for (let at = 44; at + 2 <= wav.byteLength; at += 2) {
          loudest = Math.max(loudest, Math.abs(wav.getInt16(at, true)) / 2 ** 15);
        }
        const { score } = document.querySelector('ostinato-player')!;
        return { loudest, notes: score!.tracks.flatMap((track) => track.notes).length };
      });
      expect(loudest).toBeGreaterThan(0.1);
      expect(loudest).toBeLessThanOrEqual(1);
      expect(notes).toBeGreaterThan(20);
      expect(await browser.run(() => problems)).toEqual([]);
    });
  });
});

// What follows is sent to the page.

async function whenDefined(): Promise<void> {
  await customElements.whenDefined('ostinato-composer');
}

function playButton(): Element {
  return document.querySelector('ostinato-composer')!.shadowRoot!.querySelector('[part=play]')!;
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
