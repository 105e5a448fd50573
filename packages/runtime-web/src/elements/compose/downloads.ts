// Handing files over to the browser.
import { emit } from '../events.js';
import type { ComposeSettings } from './settings.js';

/** Saves a file as a click on a link would, unless somebody cancels the event. */
export function saveFile(element: HTMLElement, file: Blob, name: string): void {
  if (!emit(element, 'ostinato-download', { file, name })) return;
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser has begun by then
}

/** `ostinato-bach-7.mid`; only what every file system takes. */
export function downloadName({ seed, labels }: ComposeSettings, extension: string): string {
  const words = ['ostinato', ...Object.values(labels), seed].join('-').toLowerCase();
  const name = words.normalize('NFKD').replaceAll(/[^a-z0-9]+/g, '-');
  return `${name.slice(0, 80).replace(/-$/, '')}.${extension}`;
}
