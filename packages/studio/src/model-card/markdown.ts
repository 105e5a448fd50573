// Markdown as HTML that is safe to show: HTML and odd addresses in it stay text. Loaded when somebody opens a card.
import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';

/** The headings of a text begin at this level of the page's. */
const HIGHEST = 4;

export function htmlOf(markdown: string): string {
  const html = micromark(markdown, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });
  return html.replaceAll(
    /<(\/?)h([1-6])>/g,
    (_, end: string, level: string) => `<${end}h${Math.min(6, Number(level) + HIGHEST - 1)}>`,
  );
}
