// The built page in a sub-folder of a site, as a static host has it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serveSite, type Site } from '@ostinato/chromium';

const FOLDER = '/music/studio/';
const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

export interface StudioSite extends AsyncDisposable {
  /** Address of the page. */
  readonly url: string;
  readonly requests: Site['requests'];
}

/** Builds the page, from the packages as they are compiled, and serves it.
 *  @param files further contents of the page's folder, such as `site.json` */
export async function serveStudioSite(files: Record<string, string> = {}): Promise<StudioSite> {
  const folder = await builtPage();
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const site = await serveSite({
    files: {
      [FOLDER]: page,
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [FOLDER + name, text])),
    },
    folders: { [FOLDER]: folder },
  });
  return {
    url: site.origin + FOLDER,
    requests: site.requests,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

let built: Promise<string> | undefined;

/** Built once for all sites of a test file; `removeBuiltPage` ends it. In a process of its own: vitest's environment would
 *  have the bundler take development builds of libraries. */
export function builtPage(): Promise<string> {
  built ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-studio-'));
    const { NODE_ENV: _, VITEST: __, ...env } = process.env;
    await promisify(execFile)(process.execPath, [BUILD, folder], { env });
    return folder;
  })();
  return built;
}

export async function removeBuiltPage(): Promise<void> {
  if (built) await rm(await built, { recursive: true, force: true });
  built = undefined;
}
