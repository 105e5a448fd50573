// Firefox without a window, driven by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), which it speaks itself.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Browser, browserOf } from './browser.js';
import { haveAll, said, start } from './processes.js';

export const haveFirefox = (): boolean =>
  haveAll('Firefox', ['firefox-esr'], '`apt-get install firefox-esr`');

/** Of a command; a page may compose meanwhile. */
const PATIENCE_MILLISECONDS = 50_000;

const PREFERENCES = [
  // Clicks count as a person's at once, not only a moment after the page has come up.
  '"dom.input_events.security.minNumTicks", 0',
  '"dom.input_events.security.minTimeElapsedInMS", 0',
].map((preference) => `user_pref(${preference});\n`);

/** Starts Firefox, which is silent: without a sound card it never starts an audio context, and with a sound server that plays
 *  to nobody (PulseAudio's null sink) Firefox 153 may stop in a page that asks for `outputLatency` at once. */
export async function launchFirefox(): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-firefox-'));
  await writeFile(join(folder, 'user.js'), PREFERENCES);
  const firefox = start(
    'firefox-esr',
    ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0'],
    { HOME: folder, PULSE_SERVER: 'unix:none' },
  );
  const end = async (): Promise<void> => {
    await firefox.end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const send = await connect(await said(firefox, /BiDi listening on (ws:\S+)/));
    await send('session.new', { capabilities: {} });
    const { contexts } = await send<{ contexts: [{ context: string }] }>('browsingContext.getTree');
    const [{ context }] = contexts;
    return browserOf({
      hasSound: false,
      isInFront: false, // browsingContext.activate does not help
      navigate: (url) => send('browsingContext.navigate', { context, url, wait: 'complete' }),
      resize: (width, height) =>
        send('browsingContext.setViewport', { context, viewport: { width, height } }),
      call: async (functionDeclaration) => {
        const { result } = await send<{ result: { value: string } }>('script.callFunction', {
          functionDeclaration,
          awaitPromise: true,
          target: { context },
        });
        return result.value;
      },
      act: (actions) => send('input.performActions', { context, actions }),
      chooseFile: async (find, file) => {
        const { result: element } = await send<{ result: { sharedId: string } }>(
          'script.callFunction',
          { functionDeclaration: find, awaitPromise: false, target: { context } },
        );
        await send('input.setFiles', { context, element, files: [file] });
      },
      capture: async () => {
        const { data } = await send<{ data: string }>('browsingContext.captureScreenshot', {
          context,
        });
        return data;
      },
      close: end,
    });
  } catch (error) {
    await end();
    throw error;
  }
}

type Send = <T>(method: string, params?: object) => Promise<T>;

interface Message {
  /** Events have none. */
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

async function connect(address: string): Promise<Send> {
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const waiting = new Map<number, (message: Message) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Message;
    if (message.id === undefined) return;
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  socket.on('close', () => {
    for (const answer of waiting.values()) answer({ error: 'closed', message: 'Firefox ended' });
  });
  let id = 0;
  return <T>(method: string, params: object = {}) =>
    new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${method}: Firefox does not answer`)),
        PATIENCE_MILLISECONDS,
      );
      waiting.set(++id, ({ result, error, message }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(result as T);
        else reject(new Error(`${method}: ${error}: ${message}`));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
}
