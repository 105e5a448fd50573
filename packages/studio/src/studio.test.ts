// The built page in a real Chromium, as a person uses it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  haveChromium,
  launchChromium,
  openPage,
  type Page,
  type TestPage,
} from '@ostinato/chromium';
import { compose, countNotes, readMidi, type Score, writeMidi } from '@ostinato/core';
import { loadModel } from '@ostinato/node';
import type { AxeResults } from 'axe-core';
import { parse, validate } from 'musicxml-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GALLERY } from './gallery/pieces.js';
import { removeBuiltPage, serveStudioSite, type StudioSite } from './testing/studio-site.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const MODEL = fileURLToPath(new URL('../../../models/musicnet', import.meta.url));

const MELODY: Score = {
  ticksPerQuarter: 480,
  name: 'Melody',
  tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
  timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
  keySignatures: [],
  tracks: [
    {
      name: 'Violin',
      channel: 0,
      program: 40,
      notes: [67, 69, 71, 72, 74, 72, 71, 69].map((pitch, i) => ({
        pitch,
        startTicks: i * 480,
        durationTicks: 480,
        velocity: 80,
      })),
    },
  ],
};

describe.runIf(haveChromium())('the studio', () => {
  let browser: Browser;
  let site: StudioSite;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), serveStudioSite()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await removeBuiltPage();
  });

  /** Runs a body in the page; nothing may go wrong in it, and nothing may be asked for outside of its folder. */
  async function visit(
    fragment: string,
    body: (page: Page, opened: TestPage) => Promise<void>,
    at: StudioSite = site,
  ): Promise<void> {
    at.requests.length = 0;
    await using opened = await openPage(browser, at.url + fragment, {
      context: { viewport: { width: 1280, height: 860 } },
    });
    await opened.page.waitForSelector('.model-card');
    await body(opened.page, opened);
    expect(opened.problems).toEqual([]);
    expect(at.requests.filter((path) => !path.startsWith('/music/studio/'))).toEqual([]);
  }

  it('composes with a click what Node composes, and gives it as MIDI, MusicXML and a picture', async () => {
    await visit('#ostinato?seed=7&length=8&temperature=0.9', async (page) => {
      expect(await settings(page)).toMatchObject({ seed: '7', length: 8, temperature: 0.9 });
      expect(await page.getByRole('button', { name: 'Sheet music' }).isDisabled()).toBe(true);
      await play(page);
      const score = await composed(page);
      const { model, tokenizer, manifest } = await loadModel(MODEL);
      const options = { ...manifest.sampling, temperature: 0.9, seed: '7', seconds: 8 };
      const here = await compose(model, tokenizer, options);
      await model.dispose();
      expect(countNotes(score)).toBeGreaterThan(5);
      expect(score.tracks).toEqual(here.score.tracks);

      const midi = readMidi(await download(page, 'Download MIDI'));
      expect(countNotes(midi.score)).toBe(countNotes(score));
      const notation = parse((await download(page, 'Sheet music')).toString('utf8'));
      expect(validate(notation).errors).toEqual([]);
      expect(notation.metadata.workTitle).toBe('Composition (seed 7)');
      const entries = notation.parts.flatMap(({ measures }) => measures.flatMap((m) => m.entries));
      const heads = entries.filter((entry) => entry.type === 'note' && entry.pitch);
      const onsets = score.tracks.flatMap(({ program, notes }) =>
        notes.map(({ pitch, startTicks }) => `${program} ${pitch} ${startTicks}`),
      );
      // A unison is one note on paper; a tied note has several heads.
      expect(heads.length).toBeGreaterThanOrEqual(new Set(onsets).size);
      expect((await download(page, 'Piano roll')).toString('utf8')).toMatch(/^<svg/);
    });
  });

  it('keeps the link to the piece in the address bar', async () => {
    await visit('', async (page) => {
      await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('42');
      await page.getByRole('textbox', { name: 'Seed', exact: true }).press('Tab');
      await page.locator('ostinato-composer').getByLabel('Temperature').press('ArrowRight');
      const link = new URL(page.url());
      expect(link.hash).toMatch(/^#ostinato\?seed=42&length=60&temperature=1\.05$/);
      await visit(link.hash, async (again) => {
        expect(await settings(again)).toMatchObject({ seed: '42', temperature: 1.05 });
      });
    });
  });

  it('continues a dropped file from where its player stands', async () => {
    await visit('#ostinato?seed=1&length=4', async (page) => {
      await drop(page, 'melody.mid', writeMidi(MELODY));
      const button = page.getByRole('button', { name: /^Go on from/ });
      await button.waitFor();
      expect(await button.textContent()).toBe('Go on from 0:04');
      const seek = page.locator('#continue').getByRole('slider', { name: 'Position' });
      await seek.fill('2');
      await button.click();
      const score = await composed(page);
      const first = score.tracks
        .flatMap(({ notes }) => notes)
        .filter((n) => n.startTicks < 4 * 480);
      expect(first.map(({ pitch }) => pitch)).toEqual([67, 69, 71, 72]);
      expect(countNotes(score)).toBeGreaterThan(4);
    });
  });

  it('says what is wrong with a file, in words', async () => {
    await visit('', async (page) => {
      await drop(page, 'song.mp3', new TextEncoder().encode('ID3 this is no MIDI file'));
      const alert = page.locator('#continue').getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toContain(
        '“song.mp3” cannot be read. It is not a MIDI file',
      );
    });
  });

  it('compares two temperatures, and switches between them while they play', async () => {
    await visit('', async (page) => {
      const compare = page.locator('#compare');
      await page.getByRole('button', { name: 'Compose both' }).click();
      await compare.getByText(/The first|They part/).waitFor();
      await page.getByRole('button', { name: 'Play both' }).click();
      await page.getByRole('button', { name: 'Pause', exact: true }).first().waitFor();
      const state = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('#compare ostinato-player')].map((element) => {
            const { state, muted, position } = element as HTMLElementTagNameMap['ostinato-player'];
            return { state, muted, position };
          }),
        );
      await page.getByText('Hear B', { exact: true }).click();
      const [a, b] = await state();
      expect([a.state, b.state]).toEqual(['playing', 'playing']);
      expect([a.muted, b.muted]).toEqual([true, false]);
      expect(Math.abs(a.position - b.position)).toBeLessThan(0.2); // two elements, started one after the other
    });
  });

  it('composes the pieces of its gallery again, note for note', async () => {
    await visit('', async (page) => {
      const [piece] = GALLERY;
      await page.getByRole('link', { name: piece.title }).click();
      const score = await composed(page);
      const path = `../public/gallery/${piece.file}.mid`;
      const kept = await readFile(fileURLToPath(new URL(path, import.meta.url)));
      expect(Buffer.from(writeMidi(score))).toEqual(kept);
    });
  });

  it('lets one music sound at a time', async () => {
    await visit('', async (page) => {
      const buttons = page.locator('#gallery').getByRole('button', { name: 'Play', exact: true });
      await buttons.nth(0).click();
      await page.locator('#gallery').getByRole('button', { name: 'Pause' }).waitFor();
      await buttons.nth(0).click(); // of the second player: the first has a pause button now
      await page.waitForFunction(() =>
        [...document.querySelectorAll('#gallery ostinato-player')]
          .map((player) => player.getAttribute('state'))
          .join()
          .startsWith('paused,playing'),
      );
    });
  });

  it('shows the whole card of a model in the page, where it has one', async () => {
    const card =
      '# A model\n\n| notes | nats |\n| --- | --- |\n| 7 | 1.5 |\n\n<img src=x onerror=alert(1)>';
    await using served = await serveStudioSite({ 'models/musicnet/README.md': card });
    const summary = 'The whole card';
    await visit(
      '',
      async (page) => {
        await page.locator('#model').getByText(summary).click();
        const text = page.locator('.whole-card');
        await text.getByRole('cell', { name: '1.5' }).waitFor();
        expect(await text.getByRole('heading', { level: 4 }).textContent()).toBe('A model');
        expect(await text.locator('img').count()).toBe(0);
      },
      served,
    );
  });

  it('shows the API of a server that is behind it', async () => {
    const primer = {
      anyOf: [
        { type: 'object', properties: { midi: { type: 'string', description: 'As base64' } } },
        {
          type: 'object',
          required: ['notes'],
          properties: { notes: { type: 'array', items: { $ref: '#/components/schemas/Note' } } },
        },
      ],
    };
    const request = {
      type: 'object',
      required: ['seed'],
      properties: { seed: { type: 'string', description: 'Equal `seeds`, equal pieces' }, primer },
      example: { seed: '7' },
    };
    const model = { name: 'model', in: 'path', required: true, schema: { example: 'musicnet' } };
    const operation = {
      tags: ['Music'],
      summary: 'Compose a piece',
      parameters: [model],
      requestBody: {
        content: { 'application/json': { schema: request }, 'multipart/form-data': {} },
      },
      responses: { 200: { description: 'The piece', content: { 'audio/midi': {} } } },
    };
    const api = {
      openapi: '3.1.0',
      tags: [{ name: 'Music', description: 'Composing' }],
      security: [{ apiKey: [] }],
      paths: { '/v1/{model}/compose': { post: operation } },
      components: {
        schemas: { Note: { type: 'object', properties: { pitch: { type: 'integer' } } } },
      },
    };
    await using served = await serveStudioSite({
      'site.json': JSON.stringify({
        models: [
          { name: 'musicnet', address: './models/musicnet/' },
          { name: 'again', address: './models/musicnet/?again' },
        ],
        api: './openapi.json',
      }),
      'openapi.json': JSON.stringify(api),
    });
    await visit(
      '',
      async (page) => {
        await page.getByRole('link', { name: 'API', exact: true }).waitFor();
        const section = page.locator('#api');
        await section.getByText('Compose a piece').click();
        const terms = await section.getByRole('term').allTextContents();
        expect(terms.map((text) => text.replaceAll(/\s+/g, ' ').trim())).toEqual([
          'model value · path · required',
          'seed text · required',
          'primer object',
          'primer.midi text',
          'primer.notes object[] · required',
          'primer.notes[].pitch integer',
          '200 audio/midi',
        ]);
        expect(await section.getByRole('definition').allTextContents()).toContain(
          'Equal seeds, equal pieces',
        );
        expect(await section.getByRole('heading').allTextContents()).toContain('Music');
        expect(await section.locator('pre').textContent()).toBe(
          [
            `curl -X POST '${new URL('/v1/musicnet/compose', served.url).href}'`,
            '-H "authorization: Bearer $OSTINATO_API_KEY"',
            `-H 'content-type: application/json' -d '{"seed":"7"}'`,
            '-o piece.mid',
          ].join(' \\\n  '),
        );
        expect(await violations(page)).toEqual([]);
        expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe(
          './models/musicnet/',
        );
      },
      served,
    );
  });

  it('says so when it is not whole', async () => {
    await using served = await serveStudioSite({ 'site.json': '{"models":[]}' });
    await using opened = await openPage(browser, served.url);
    const alert = opened.page.locator('#compose').getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('site.json names no model');
  });

  it('is accessible and looks as it should on phones, tablets and desktops, light and dark', async () => {
    await visit('#ostinato?seed=7&length=8', async (page, opened) => {
      await play(page);
      await composed(page);
      await page.getByRole('button', { name: 'Compose both' }).click();
      await page.getByText(/The first|They part/).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [360, 768, 1280]) {
          await page.setViewportSize({ width, height: 860 });
          if (width !== 768) expect(await violations(page)).toEqual([]);
          await opened.screenshot(`studio-${width}-${colorScheme}`);
        }
      }
      await page.setViewportSize({ width: 320, height: 640 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBe(320);
    });
  }, 180_000); // a dozen pictures of a long page
});

function settings(page: Page): Promise<unknown> {
  return page.evaluate(() => document.querySelector('ostinato-composer')!.settings);
}

async function play(page: Page): Promise<void> {
  const composer = page.getByRole('group', { name: 'Composer', exact: true });
  await composer.getByRole('button', { name: 'Play', exact: true }).click();
}

/** The piece of the composer, once it is whole. */
async function composed(page: Page): Promise<Score> {
  await page.waitForFunction(() => {
    const { score, composing } = document.querySelector('ostinato-composer')!;
    return score !== undefined && score.tracks.length > 0 && !composing;
  });
  return page.evaluate(() => {
    const composer = document.querySelector('ostinato-composer')!;
    composer.stop(); // drawing while it plays takes all of a processor without a GPU
    return composer.score!;
  });
}

async function download(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name }).click(),
  ]);
  return readFile(await file.path());
}

/** Drops a file in the middle of the page. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ name, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    },
    { name, bytes: [...bytes] },
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.getByText('Drop the MIDI file to continue it').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** What axe finds, as `rule: element`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${String(target)}`),
    );
  });
}
