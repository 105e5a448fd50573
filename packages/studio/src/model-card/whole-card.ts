// The README.md of a model's folder, to be read in the page: servers give Markdown as a download, and some models have none.
import { html, nothing, type TemplateResult } from 'lit';

/** @returns its text; undefined where there is none */
export async function readWholeCard(address: string): Promise<string | undefined> {
  try {
    const response = await fetch(address);
    // A host that answers everything with a page of its own has none either.
    const isPage = response.headers.get('content-type')?.startsWith('text/html');
    return response.ok && !isPage ? await response.text() : undefined;
  } catch {
    return undefined; // the rest of the card says what can be said
  }
}

export function renderWholeCard(markdown: string | undefined): TemplateResult | typeof nothing {
  if (markdown === undefined) return nothing;
  const onToggle = async (event: Event): Promise<void> => {
    const text = (event.target as Element).querySelector('.whole-card')!;
    if (text.childElementCount > 0) return;
    const { htmlOf } = await import('./markdown.js');
    text.innerHTML = htmlOf(markdown);
  };
  return html`<details @toggle=${onToggle}>
    <summary>The whole card</summary>
    <div class="whole-card"></div>
  </details>`;
}
