// The example page composes in a real Chromium, with the bundled model and the files as they are published.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { haveChromium, launchChromium, openPage } from '@ostinato/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(dirname(fileURLToPath(import.meta.url)), 'page.mjs');

describe.runIf(haveChromium())('page.mjs', () => {
  let server: ChildProcess;
  let address: string;
  beforeAll(async () => {
    server = spawn(process.execPath, [program, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    [address] = (await once(createInterface(server.stdout!), 'line')) as [string];
  });
  afterAll(() => void server.kill());

  it('composes, and gives the piece to the player', async () => {
    const browser = await launchChromium();
    try {
      await using opened = await openPage(browser, address);
      const { page, problems } = opened;
      await page
        .locator('ostinato-composer')
        .getByRole('button', { name: 'Play', exact: true })
        .click();
      await page.waitForFunction(
        () => document.querySelector('ostinato-composer')!.state === 'playing',
      );
      await page.waitForFunction(() => document.querySelector('ostinato-player')!.duration > 20);
      await opened.screenshot('example-page');
      expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]); // favicon.ico
    } finally {
      await browser.close();
    }
  });
});
