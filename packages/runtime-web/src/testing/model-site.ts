// A site with the built files of this package and the bundled models, whose page holds all of `ostinato.js` in a global.
import { fileURLToPath } from 'node:url';
import { serveSite, type Site, type SiteOptions } from '@ostinato/chromium';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page is `/`; bodies of `page.evaluate` see `ostinato`. */
export function serveModelSite(options: SiteOptions = {}): Promise<Site> {
  return serveSite({
    ...options,
    files: {
      '/': '<!doctype html><title>Ostinato</title><script type="module" src="/page.js"></script>',
      '/page.js': `import * as ostinato from '/ostinato.js'; globalThis.ostinato = ostinato;`,
      '/favicon.ico': '',
      ...options.files,
    },
    folders: { '/models/': folderOf('../../../../models'), '/': folderOf('../../dist') },
  });
}
