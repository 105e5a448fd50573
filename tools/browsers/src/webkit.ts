// WebKitGTK, which has Safari's engine, in a window that nobody sees, driven by WebDriver (https://www.w3.org/TR/webdriver2/).
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, browserOf } from './browser.js';
import { haveAll, said, start } from './processes.js';

/** The browser that comes with the engine. */
const MINI_BROWSERS = ['x86_64', 'aarch64'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
);

export const haveWebKit = (): boolean =>
  haveAll('WebKit', ['WebKitWebDriver', 'Xvfb'], '`apt-get install webkit2gtk-driver xvfb`');

export async function launchWebKit(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-webkit-'));
  const size = '1600x1200x24';
  const screen = start('Xvfb', ['-displayfd', '1', '-nolisten', 'tcp', '-screen', '0', size]);
  const display = await said(screen, /(\d+)\n/);
  const port = await freePort();
  const driver = start('WebKitWebDriver', [`--port=${port}`], {
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    HOME: folder,
  });
  const end = async (): Promise<void> => {
    await driver.end();
    await screen.end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const server = `http://127.0.0.1:${port}`;
    await untilReady(`${server}/status`);
    const { sessionId } = await post<{ sessionId: string }>(`${server}/session`, {
      capabilities: {
        alwaysMatch: {
          'webkitgtk:browserOptions': {
            binary: MINI_BROWSERS.find((file) => existsSync(file)),
            args: ['--automation'],
          },
        },
      },
    });
    const session = `${server}/session/${sessionId}`;
    const execute = <T>(script: string): Promise<T> =>
      post(`${session}/execute/async`, { script, args: [] });
    return browserOf({
      hasSound: true,
      isInFront: true,
      navigate: (url) => post(`${session}/url`, { url }),
      async resize(width, height) {
        // The window has a toolbar and borders.
        await post(`${session}/window/rect`, { width, height });
        const [wide, high] = await execute<[number, number]>(
          'arguments[0]([innerWidth, innerHeight])',
        );
        const outer = { width: width + (width - wide), height: height + (height - high) };
        await post(`${session}/window/rect`, outer);
      },
      call: (body) => execute(`(${body})().then(arguments[0])`),
      act: (actions) => post(`${session}/actions`, { actions }),
      chooseFile: async (find, file) => {
        const script = `arguments[0]((${find})())`;
        const element = Object.values(await execute<Record<string, string>>(script))[0];
        await post(`${session}/element/${element}/value`, { text: file });
      },
      capture: async () => {
        const response = await fetch(`${session}/screenshot`);
        return ((await response.json()) as { value: string }).value;
      },
      close: async () => {
        await fetch(session, { method: 'DELETE' });
        await end();
      },
    });
  } catch (error) {
    await end();
    throw error;
  }
}

async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: T };
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver does not answer');
}

/** Nothing else tells which port a driver has taken. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
