// <ostinato-player> in a real Chromium, under a strict Content-Security-Policy, as a person uses it.
import { haveChromium, type Page } from '@ostinato/chromium';
import { type Score, writeMidi } from '@ostinato/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ElementPages, openElementPages } from '../testing/element-pages.js';
import type { Testing } from '../testing/element-page.js';

declare const testing: Testing;

/** Two quarters a second: a scale of a violin over a bass, with a change to half the tempo after two seconds. */
const piece: Score = {
  ticksPerQuarter: 480,
  name: 'A scale',
  tempos: [
    { tick: 0, microsecondsPerQuarter: 500_000 },
    { tick: 1920, microsecondsPerQuarter: 1_000_000 },
  ],
  timeSignatures: [],
  keySignatures: [],
  tracks: [40, 42].map((program, part) => ({
    name: '',
    channel: part,
    program,
    notes: [60, 62, 64, 65, 67, 69].map((pitch, i) => ({
      pitch: pitch - 24 * part,
      velocity: 90,
      startTicks: 480 * i,
      durationTicks: 480,
    })),
  })),
};

const PLAYER = '<ostinato-player src="/piece.mid"></ostinato-player>';

describe.runIf(haveChromium())('<ostinato-player>', () => {
  let pages: ElementPages;
  beforeAll(async () => {
    pages = await openElementPages({
      '/piece.mid': writeMidi(piece),
      '/broken.mid': writeMidi(piece).slice(0, 80),
      '/song.mp3': 'ID3 not music for us',
    });
  }, 60_000);
  afterAll(() => pages[Symbol.asyncDispose]());

  const player = (page: Page) => page.locator('ostinato-player');
  const button = (page: Page, name: string) =>
    player(page).getByRole('button', { name, exact: true });
  const slider = (page: Page) => player(page).getByRole('slider', { name: 'Position' });
  const read = (page: Page) =>
    player(page).evaluate((element: HTMLElementTagNameMap['ostinato-player']) => ({
      state: element.state,
      position: element.position,
      duration: element.duration,
    }));
  const whenState = (page: Page, state: string) =>
    page.waitForFunction(
      (state) => document.querySelector('ostinato-player')?.state === state,
      state,
    );
  const loaded = (page: Page) => button(page, 'Play').and(page.locator(':enabled')).waitFor();

  it('plays a file, pauses, stops and ends, in the tempos of the file', () =>
    pages.run(PLAYER, async (page, opened) => {
      await loaded(page);
      expect((await read(page)).duration).toBe(4);
      await page.evaluate(() => {
        const states: string[] = [];
        Object.assign(globalThis, { states });
        document.addEventListener('ostinato-statechange', (event) =>
          states.push((event as CustomEvent<{ state: string }>).detail.state),
        );
      });
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      await page.waitForTimeout(500);
      const { position } = await read(page);
      expect(position).toBeGreaterThan(0.2);
      expect(position).toBeLessThan(2);
      await opened.screenshot('player-playing');
      await button(page, 'Pause').click();
      const paused = await read(page);
      expect(paused.state).toBe('paused');
      await page.waitForTimeout(200);
      expect((await read(page)).position).toBe(paused.position);
      await slider(page).fill('3.6');
      await button(page, 'Play').click();
      await whenState(page, 'ended');
      await button(page, 'Stop').click();
      expect(await read(page)).toMatchObject({ state: 'stopped', position: 0 });
      expect(
        await page.evaluate(() => (globalThis as unknown as { states: string[] }).states),
      ).toEqual(['playing', 'paused', 'playing', 'ended', 'stopped']);
    }));

  it('is operated with a keyboard alone', () =>
    pages.run(PLAYER, async (page) => {
      await loaded(page);
      await page.keyboard.press('Tab'); // the slider comes first, as on the screen
      await page.keyboard.press('ArrowRight');
      await expect
        .poll(() => slider(page).getAttribute('aria-valuetext'))
        .toBe('4 seconds of 4 seconds');
      await page.keyboard.press('Home');
      await expect.poll(() => read(page)).toMatchObject({ position: 0 });
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await whenState(page, 'playing');
      await page.keyboard.press('k');
      await whenState(page, 'paused');
      await page.keyboard.press('j');
      await page.keyboard.press('m');
      expect(await button(page, 'Mute').getAttribute('aria-pressed')).toBe('true');
      for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await player(page).getAttribute('loop')).toBe('');
    }));

  it('takes a click on the roll, and repeats', () =>
    pages.run(PLAYER, async (page) => {
      await loaded(page);
      const roll = player(page).getByRole('img');
      const { width } = (await roll.boundingBox())!;
      await roll.click({ position: { x: width / 4, y: 40 } });
      const { position } = await read(page);
      expect(position).toBeGreaterThan(1);
      await slider(page).fill('3.8');
      await button(page, 'Repeat').click();
      await button(page, 'Play').click();
      await page.waitForFunction(() => {
        const { state, position } = document.querySelector('ostinato-player')!;
        return state === 'playing' && position > 0.1 && position < 2;
      });
    }));

  it.each([
    ['/broken.mid', /“broken.mid” cannot be read. The file is damaged/],
    ['/song.mp3', /“song.mp3” cannot be read. It is not a MIDI file/],
    ['/nowhere.mid', /“nowhere.mid” was not found \(HTTP 404\)/],
  ])('says what is wrong with %s', (src, message) =>
    pages.run(`<ostinato-player src="${src}"></ostinato-player>`, async (page, { problems }) => {
      await player(page).getByRole('alert').waitFor();
      expect(await player(page).getByRole('alert').innerText()).toMatch(message);
      expect((await read(page)).state).toBe('error');
      problems.splice(0); // a browser logs a 404 itself
      await button(page, 'Close the message').click();
      expect((await read(page)).state).toBe('stopped');
    }),
  );

  it('takes a file that is dropped, and refuses one that is far too large', () =>
    pages.run('<ostinato-player></ostinato-player>', async (page) => {
      const drop = (bytes: number[] | number, name: string) =>
        player(page).evaluate(
          (element, { bytes, name }) => {
            const content =
              typeof bytes === 'number' ? new ArrayBuffer(bytes) : Uint8Array.from(bytes);
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name));
            const card = element.shadowRoot!.querySelector('.card')!;
            for (const type of ['dragover', 'drop']) {
              card.dispatchEvent(
                new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
              );
            }
          },
          { bytes, name },
        );
      await drop(50 * 2 ** 20, 'symphony.wav');
      expect(await player(page).getByRole('alert').innerText()).toContain('has 50 MB');
      await page.mouse.click(5, 5); // a gesture, as dropping is one
      await drop([...writeMidi(piece)], 'scale.mid');
      await whenState(page, 'playing');
      expect(await player(page).getByRole('alert').count()).toBe(0);
      expect(await player(page).getByRole('group', { name: 'A scale' }).count()).toBe(1);
    }));

  it('plays on while it is moved, and frees all when it is taken out', () =>
    pages.run(PLAYER, async (page) => {
      await loaded(page);
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      const found = await player(page).evaluate(
        async (element: HTMLElementTagNameMap['ostinato-player']) => {
          const wait = () => new Promise((resolve) => setTimeout(resolve, 60));
          const other = document.body.appendChild(document.createElement('section'));
          other.append(element);
          await wait();
          const moved = element.state;
          element.remove();
          await wait();
          const removed = element.state;
          other.append(element);
          await wait();
          return { moved, removed, duration: element.duration };
        },
      );
      expect(found).toEqual({ moved: 'playing', removed: 'stopped', duration: 4 });
    }));

  it('works when it is made before it is defined, and by its property alone', () =>
    pages.run('', async (page) => {
      const durations = await page.evaluate(async () => {
        class Renamed extends testing.elements.OstinatoPlayerElement {}
        const early = document.createElement('my-player') as Renamed;
        document.body.append(early);
        customElements.define('my-player', Renamed);
        const note = { pitch: 60, velocity: 80, startTicks: 0, durationTicks: 960 };
        early.score = {
          ticksPerQuarter: 480,
          name: '',
          tempos: [],
          timeSignatures: [],
          keySignatures: [],
          tracks: [{ name: '', channel: 0, program: 0, notes: [note] }],
        };
        await early.updateComplete;
        return early.duration;
      });
      expect(durations).toBe(1);
    }));

  it('plays without worklets, as in a page without https', () =>
    pages.run(PLAYER, async (page) => {
      await loaded(page);
      await page.evaluate(() => {
        Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', { value: undefined });
        let loudest = 0;
        const { start } = AudioBufferSourceNode.prototype;
        AudioBufferSourceNode.prototype.start = function (...args) {
          for (const sample of this.buffer!.getChannelData(0)) loudest = Math.max(loudest, sample);
          start.apply(this, args);
        };
        Object.assign(globalThis, { loudest: () => loudest });
      });
      await button(page, 'Play').click();
      await whenState(page, 'playing');
      await page.waitForFunction(
        () => (globalThis as unknown as { loudest(): number }).loudest() > 0.01,
      );
    }));

  it('keeps instruments apart in forced colours, and its time from left to right', () =>
    pages.run(
      `<div dir="rtl">${PLAYER}</div>`,
      async (page) => {
        await loaded(page);
        await expect.poll(() => player(page).getByRole('listitem').count()).toBe(2);
        const colours = await player(page)
          .getByRole('listitem')
          .evaluateAll((items) => items.map((item) => getComputedStyle(item).color));
        expect(new Set(colours).size).toBe(2);
        const { x, width } = (await slider(page).boundingBox())!;
        await page.mouse.click(x + width - 12, (await slider(page).boundingBox())!.y + 24);
        expect((await read(page)).position).toBeGreaterThan(3);
      },
      { context: { forcedColors: 'active' } },
    ));

  it('turns pages where motion is not wanted', () =>
    pages.run(
      PLAYER,
      async (page) => {
        await loaded(page);
        // 320 pixels show five seconds: all of the piece.
        const roll = player(page).getByRole('img');
        await slider(page).fill('3');
        await roll.click({ position: { x: 23, y: 40 } });
        expect((await read(page)).position).toBeLessThan(0.2);
        const animation = await player(page).evaluate(
          (element) => getComputedStyle(element.shadowRoot!.querySelector('.icon')!).animationName,
        );
        expect(animation).toBe('none');
      },
      { context: { reducedMotion: 'reduce', viewport: { width: 344, height: 600 } } },
    ));
});
