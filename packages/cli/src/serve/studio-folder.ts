// Where the built studio is: beside this package's code in an installation, in its own package in a clone.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @returns undefined in a clone where it was not built */
export function studioFolder(): string | undefined {
  const places = ['../../studio/', '../../../studio/dist/site/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(`${place}index.html`));
}
