// What tests do with a browser, over whichever protocol it speaks.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Ignored by git, as those of Chromium. */
const SCREENSHOTS = fileURLToPath(new URL('../../../out/screenshots', import.meta.url));

/** Keys that write nothing: https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEYS: Readonly<Record<string, string>> = {
  Tab: '\uE004',
  Space: ' ',
  ArrowLeft: '\uE012',
  ArrowRight: '\uE014',
};

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A browser of its own, with one page. */
export interface Browser extends AsyncDisposable {
  /** Whether its audio contexts run on a machine without a sound card. */
  readonly hasSound: boolean;
  /** Whether its window counts as the one in front. In one that does not keys arrive, but click no button. */
  readonly isInFront: boolean;
  /** Goes to an address, and waits until it is loaded. */
  open(url: string): Promise<void>;
  /** Sizes the page, in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  /** Runs a function in the page. Its text is sent: it sees nothing of the file that it stands in.
   *  @returns what it returns, as JSON
   *  @throws {Error} what it throws */
  run<A extends readonly Json[], R>(
    body: (...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<Awaited<R>>;
  /** Clicks in the middle of an element, as a mouse does.
   *  @param find finds it in the page */
  click(find: () => Element): Promise<void>;
  /** Presses and releases keys one after the other, where the focus is: those of `KEYS`, or what a key writes. */
  press(...keys: readonly string[]): Promise<void>;
  /** Gives a file of the machine to an `<input type="file">`, as its dialog does.
   *  @param find finds it in the page
   *  @param file its absolute path */
  chooseFile(find: () => Element, file: string): Promise<void>;
  /** Saves a picture of what can be seen as `out/screenshots/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

/** The commands that a protocol has to have. */
export interface Driver {
  readonly hasSound: boolean;
  readonly isInFront: boolean;
  navigate(url: string): Promise<unknown>;
  resize(width: number, height: number): Promise<unknown>;
  /** @param body text of a function that returns a promise of a string */
  call(body: string): Promise<string>;
  /** A primitive input source's actions: https://www.w3.org/TR/webdriver2/#actions */
  act(sources: readonly object[]): Promise<unknown>;
  /** @param find text of a function that returns an `<input type="file">` */
  chooseFile(find: string, file: string): Promise<unknown>;
  /** @returns a PNG file as base64 */
  capture(): Promise<string>;
  close(): Promise<unknown>;
}

export function browserOf(driver: Driver): Browser {
  const run: Browser['run'] = async (body, ...args) => {
    const text = `async () => {
      try {
        return JSON.stringify({ value: await (${String(body)})(...${JSON.stringify(args)}) });
      } catch (error) {
        return JSON.stringify({ error: String(error) });
      }
    }`;
    const { value, error } = JSON.parse(await driver.call(text)) as {
      value: never;
      error?: string;
    };
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return value;
  };
  return {
    hasSound: driver.hasSound,
    isInFront: driver.isInFront,
    run,
    open: async (url) => {
      await driver.navigate(url);
    },
    resize: async (width, height) => {
      await driver.resize(width, height);
    },
    async click(find) {
      const { x, y } = await driver
        .call(
          `async () => {
            const element = (${String(find)})();
            element.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { left, top, width, height } = element.getBoundingClientRect();
            return JSON.stringify({ x: Math.round(left + width / 2), y: Math.round(top + height / 2) });
          }`,
        )
        .then((place) => JSON.parse(place) as { x: number; y: number });
      await driver.act([
        {
          type: 'pointer',
          id: 'mouse',
          actions: [
            { type: 'pointerMove', x, y },
            { type: 'pointerDown', button: 0 },
            { type: 'pointerUp', button: 0 },
          ],
        },
      ]);
    },
    async press(...keys) {
      const actions = keys
        .map((key) => KEYS[key] ?? key)
        .flatMap((value) => [
          { type: 'keyDown', value },
          { type: 'keyUp', value },
        ]);
      await driver.act([{ type: 'key', id: 'keyboard', actions }]);
    },
    async chooseFile(find, file) {
      await driver.chooseFile(String(find), file);
    },
    async screenshot(name) {
      const file = join(SCREENSHOTS, `${name}.png`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await driver.capture(), 'base64');
    },
    [Symbol.asyncDispose]: async () => {
      await driver.close();
    },
  };
}
