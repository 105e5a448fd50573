// <ostinato-composer> in a real Chromium, under a strict Content-Security-Policy, as a person uses it.
import type Axe from 'axe-core';
import { readFile } from 'node:fs/promises';
import { haveChromium, type Page } from '@ostinato/chromium';
import { readMidi, scoreDurationSeconds } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ElementPages, openElementPages } from '../testing/element-pages.js';
import type { Testing } from '../testing/element-page.js';

declare const testing: Testing;
declare const axe: typeof Axe;

type Composer = HTMLElementTagNameMap['ostinato-composer'];

describe.runIf(haveChromium())('<ostinato-composer>', () => {
  let pages: ElementPages;
  beforeAll(async () => {
    pages = await openElementPages();
  }, 60_000);
  afterAll(() => pages[Symbol.asyncDispose]());

  const composer = (page: Page) => page.locator('ostinato-composer').first();
  const button = (page: Page, name: string) =>
    composer(page).getByRole('button', { name, exact: true });
  const whenState = (page: Page, state: string) =>
    page.waitForFunction(
      (state) => document.querySelector('ostinato-composer')?.state === state,
      state,
    );
  const whenComposed = (page: Page) =>
    page.waitForFunction(() => {
      const element = document.querySelector('ostinato-composer')!;
      return element.score !== undefined && !element.composing;
    });
  const add = (page: Page, attributes: Record<string, string> = {}, millisecondsPerBlock = 0) =>
    page.evaluate(
      ({ attributes, millisecondsPerBlock }) =>
        void testing.addComposer(millisecondsPerBlock, attributes),
      { attributes, millisecondsPerBlock },
    );

  it('composes and plays at one press, before the piece is whole', () =>
    pages.run('', async (page, opened) => {
      await add(page, { seed: '7', length: '30' }, 200);
      await page.evaluate(() => {
        const told: string[] = [];
        Object.assign(globalThis, { told });
        for (const name of ['statechange', 'progress', 'compose', 'note', 'composed']) {
          document.addEventListener(`ostinato-${name}`, (event) => {
            const { detail } = event as CustomEvent<{ state?: string }>;
            told.push(detail.state ?? name);
          });
        }
      });
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      const early = await composer(page).evaluate((element: Composer) => ({
        composing: element.composing,
        notes: element.score!.tracks.reduce((sum, { notes }) => sum + notes.length, 0),
      }));
      expect(early.composing).toBe(true);
      expect(early.notes).toBeGreaterThan(0);
      await opened.screenshot('composer-composing');
      await whenComposed(page);
      const told = await page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
      const order = [...new Set(told)];
      expect(order.slice(0, 3)).toEqual(['loading', 'progress', 'stopped']);
      expect(order.indexOf('compose')).toBeLessThan(order.indexOf('note'));
      expect(order.indexOf('playing')).toBeLessThan(order.indexOf('composed'));
      expect(await composer(page).evaluate((element: Composer) => element.duration)).toBeCloseTo(
        30,
        1,
      );
    }));

  it('composes what `compose` composes with these settings', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '3', length: '15', labels: 'composer=Bach', instruments: 'violin' });
      await button(page, 'Play').click();
      await whenComposed(page);
      const same = await composer(page).evaluate(async (element: Composer) => {
        const { model, tokenizer, manifest } = await element.load();
        const { score } = await testing.core.compose(model, tokenizer, {
          ...manifest.sampling,
          seed: 3,
          seconds: 15,
          labels: { composer: 'Bach' },
          instruments: [40],
        });
        return JSON.stringify(score) === JSON.stringify(element.score);
      });
      expect(same).toBe(true);
    }));

  it('asks for a wanted model before it draws itself', () =>
    pages.run('', async (page) => {
      const asked = await page.evaluate(async () => {
        const calls: string[] = [];
        const add = (attributes: Partial<Composer>): Composer => {
          const element = document.createElement('ostinato-composer');
          const loadModel = (url: string): Promise<never> => {
            calls.push(url);
            return new Promise(() => {});
          };
          Object.assign(element, { model: 'there/', loadModel, ...attributes });
          document.body.append(element);
          return element;
        };
        add({});
        const idle = calls.length;
        const elements = [add({ preload: 'auto' }), add({ autoplay: true })];
        const atOnce = calls.length;
        await Promise.all(elements.map(({ updateComplete }) => updateComplete));
        return { idle, atOnce, afterwards: calls.length };
      });
      expect(asked).toEqual({ idle: 0, atOnce: 2, afterwards: 2 });
    }));

  it('shows that it waits where composing is slower than playing, and goes on', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '7', length: '15' }, 700);
      // In the page, since the wait may be over before another process has looked.
      const waiting = composer(page).evaluate(async (element: Composer) => {
        const isWaiting = () => element.state === 'buffering';
        await new Promise<void>((resolve) => {
          element.addEventListener('ostinato-statechange', () => isWaiting() && resolve());
        });
        await element.updateComplete;
        const { shadowRoot } = element;
        const badge = shadowRoot!.querySelector('.badge')?.textContent;
        const said = shadowRoot!.querySelector('[role=status]')!.textContent.trim();
        element.dispatchEvent(new KeyboardEvent('keydown', { key: 'k' }));
        return { badge, said, after: element.state };
      });
      await button(page, 'Play').click();
      expect(await waiting).toEqual({
        badge: 'Composing…',
        said: 'Composing; the music starts in a moment',
        after: 'paused', // K does what the button says
      });
      await button(page, 'Play').click();
      await whenState(page, 'playing');
    }));

  it('goes on without an end, no further ahead than it must, until it is stopped', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '5', length: 'endless' });
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      const composed = () =>
        composer(page).evaluate((element: Composer) => ({
          isComposing: element.composing,
          end: element.duration,
        }));
      for (let jumps = 0; jumps < 2; jumps++) {
        const { end } = await composed();
        await composer(page).evaluate((element: Composer, end) => element.seek(end - 1), end);
        await page.waitForFunction(
          (end) => document.querySelector('ostinato-composer')!.duration > end,
          end,
        );
      }
      // It waits for the music, or it would be minutes further by then: this model draws at once.
      await page.waitForTimeout(1000);
      const early = await composed();
      await page.waitForTimeout(300);
      const late = await composed();
      expect(late.isComposing).toBe(true);
      expect(late.end - early.end).toBeLessThan(60);
      await button(page, 'Stop').click();
      await page.waitForFunction(() => !document.querySelector('ostinato-composer')!.composing);
    }));

  it('is set by hand: seed, temperature, length, style', () =>
    pages.run('', async (page, opened) => {
      await add(page);
      const of = composer(page);
      await of.getByLabel('Seed', { exact: true }).fill('blue moon');
      await of.getByLabel('Temperature').fill('0.8');
      await of.getByLabel('Length').selectOption('Endless');
      await of.getByText('Style', { exact: true }).click();
      await of.getByLabel('Composer', { exact: true }).selectOption('Ravel');
      await of.getByText('Violin').click();
      await of.getByText('Cello').click();
      expect(await of.evaluate((element: Composer) => element.settings)).toEqual({
        seed: 'blue moon',
        temperature: 0.8,
        length: 'endless',
        labels: { composer: 'Ravel' },
        instruments: ['violin', 'cello'],
      });
      expect(await of.evaluate((element) => element.outerHTML)).toContain(
        'seed="blue moon" labels="composer=Ravel" instruments="violin, cello"'.split(' labels')[0],
      );
      await page.emulateMedia({ forcedColors: 'active' });
      const colourOf = (name: string) =>
        of
          .getByText(name, { exact: true })
          .evaluate((chip) => getComputedStyle(chip).backgroundColor);
      expect(await colourOf('Violin')).not.toBe(await colourOf('Acoustic Grand Piano'));
      await page.emulateMedia({ forcedColors: 'none' });
      await of.getByLabel('Seed', { exact: true }).press('Enter');
      await whenState(page, 'playing');
      await opened.screenshot('composer-settings');
      await button(page, 'Stop').click();
      expect(await of.evaluate((element: Composer) => element.composing)).toBe(false);
      const seed = await of.getAttribute('seed');
      await button(page, 'Random seed').click();
      expect(await of.getAttribute('seed')).not.toBe(seed);
    }));

  it('makes a link that another visitor composes the same with', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '12', length: '30', labels: 'composer=Bach' });
      const link = await composer(page).evaluate((element: Composer) => element.link);
      await page.evaluate((link) => {
        location.hash = new URL(link).hash;
        document.querySelector('ostinato-composer')!.remove();
      }, link);
      await add(page);
      expect(await composer(page).evaluate((element: Composer) => element.settings)).toMatchObject({
        seed: '12',
        length: 30,
        labels: { composer: 'Bach' },
      });
    }));

  it('says that a link does not hold the music that a piece continues', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '2', length: '15' });
      await button(page, 'Play').click();
      await whenComposed(page);
      await button(page, 'Copy a link to this piece').waitFor();
      await composer(page).evaluate((element: Composer) => element.compose(element.score));
      await button(page, 'Copy a link to these settings, without what is continued').waitFor();
    }));

  it('hands over MIDI and WAV files of what was composed', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '5', length: '15' });
      await button(page, 'Play').click();
      await whenComposed(page);
      const save = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          button(page, name).click(),
        ]);
        return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
      };
      const midi = await save('Download MIDI');
      expect(midi.name).toBe('ostinato-5.mid');
      const { score, warnings } = readMidi(midi.bytes);
      expect(warnings).toEqual([]);
      expect(scoreDurationSeconds(score)).toBeCloseTo(15, 1);
      const wav = await save('Download WAV');
      expect(wav.name).toBe('ostinato-5.wav');
      const seconds = (wav.bytes.length - 44) / 4 / 44_100;
      expect(seconds).toBeCloseTo(scoreDurationSeconds(score) + 2, 1);
      const samples = new Int16Array(wav.bytes.buffer, wav.bytes.byteOffset + 44, 44_100 * 10);
      expect(samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeGreaterThan(300);
    }));

  it('goes on from what is played on the keys of the computer', () =>
    pages.run('', async (page) => {
      await add(page, { seed: '5', length: '10' });
      await composer(page).getByText('Continue', { exact: true }).click();
      await composer(page).getByRole('application').focus();
      for (const key of ['KeyA', 'KeyD', 'KeyG', 'KeyK']) {
        await page.keyboard.down(key);
        await page.waitForTimeout(60);
        await page.keyboard.up(key);
      }
      await composer(page).getByText('4 notes played', { exact: true }).first().waitFor();
      await button(page, 'Play').click();
      await whenComposed(page);
      const pitches = await composer(page).evaluate((element: Composer) =>
        element
          .score!.tracks.find(({ program }) => program === 0)!
          .notes.slice(0, 8)
          .map(({ pitch }) => pitch),
      );
      // In this order; what is composed may begin with the last of them, and lie lower.
      const played = [60, 64, 67, 72];
      const found = pitches.reduce((next, pitch) => next + Number(pitch === played[next]), 0);
      expect(played.slice(0, found)).toEqual(played);
    }));

  it('shares a model among the elements of a page, and frees it with the last', () =>
    pages.run('', async (page) => {
      const found = await page.evaluate(async () => {
        let loads = 0;
        const load = testing.loaderOf();
        const counting: typeof load = (...args) => {
          loads++;
          return load(...args);
        };
        const composers = ['one', 'one', 'two'].map((model) => {
          const element = testing.addComposer(0, { model });
          element.loadModel = counting;
          return element;
        });
        await Promise.all(composers.map((element) => element.load()));
        const all = loads;
        composers[0].remove();
        composers[2].remove();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const left = [...testing.disposed];
        composers[1].remove();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { all, left, disposed: testing.disposed };
      });
      const url = (name: string): string => expect.stringContaining(`/${name}`) as string;
      expect(found).toEqual({ all: 2, left: [url('two')], disposed: [url('two'), url('one')] });
    }));

  it('says what went wrong with a model, and tries again', () =>
    pages.run('', async (page) => {
      await add(page);
      await composer(page).evaluate((element: Composer) => {
        let attempts = 0;
        const load = testing.loaderOf();
        element.loadModel = (...args) =>
          attempts++ === 0
            ? Promise.reject(new Error('manifest.json: not found; is this a model?'))
            : load(...args);
      });
      await button(page, 'Play').click();
      expect(await composer(page).getByRole('alert').innerText()).toContain('is this a model?');
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      expect(await composer(page).getByRole('alert').count()).toBe(0);
    }));

  it('does nothing while it is disabled', () =>
    pages.run('', async (page) => {
      await add(page, { disabled: '' });
      const enabled = composer(page).locator('button:enabled, input:enabled, select:enabled');
      expect(await enabled.count()).toBe(0);
    }));

  it.each(['light', 'dark'] as const)('is accessible, in %s colours', (colorScheme) =>
    pages.run(
      '<ostinato-player></ostinato-player>',
      async (page, opened) => {
        await add(page, { seed: '7', length: '15' });
        await button(page, 'Play').click();
        await whenComposed(page);
        for (const name of ['Style', 'Continue'])
          await composer(page).getByText(name, { exact: true }).click();
        await composer(page).getByLabel('Composer', { exact: true }).waitFor();
        await opened.screenshot(`composer-${colorScheme}`);
        await page.addScriptTag({ url: '/axe.js' });
        const violations = await page.evaluate(async () => {
          const { violations } = await axe.run('main');
          return violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
          );
        });
        expect(violations).toEqual([]);
      },
      { context: { colorScheme, viewport: { width: 900, height: 800 } } },
    ),
  );

  it('fits a screen of 320 pixels, with targets for fingers', () =>
    pages.run(
      '',
      async (page, opened) => {
        await add(page, { seed: '7' });
        for (const name of ['Style', 'Continue'])
          await composer(page).getByText(name, { exact: true }).click();
        await composer(page).getByLabel('Composer', { exact: true }).waitFor();
        await opened.screenshot('composer-320');
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
        const small = await composer(page).evaluate((element) =>
          [
            ...element.shadowRoot!.querySelectorAll(
              'button, .button, .chip, select, summary, input:not(.visually-hidden)',
            ),
          ]
            .filter((each) => each.getClientRects().length > 0)
            .map((each) => ({
              html: each.outerHTML.slice(0, 80),
              ...each.getBoundingClientRect().toJSON(),
            }))
            .filter(
              ({ width, height }: { width: number; height: number }) => width < 44 || height < 44,
            ),
        );
        expect(small).toEqual([]);
        // Who has set a font of twice the size has it here too.
        const sizeOf = () =>
          button(page, 'New piece').evaluate((each) => parseFloat(getComputedStyle(each).fontSize));
        const usual = await sizeOf();
        await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
        expect(await sizeOf()).toBeCloseTo(2 * usual, 0);
        await opened.screenshot('composer-320-large');
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      },
      { context: { viewport: { width: 320, height: 700 } } },
    ));
});
