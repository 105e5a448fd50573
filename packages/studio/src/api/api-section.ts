// The API of the server behind the page, from the server's own OpenAPI document.
import { html, nothing, render, type TemplateResult } from 'lit';
import { type Operation, readOperations } from './operations.js';

/** Shows the section, and the links to it.
 *  @param address of an OpenAPI document */
export async function showApi(address: string): Promise<void> {
  const root = document.querySelector<HTMLElement>('#api > .content')!;
  for (const part of document.querySelectorAll<HTMLElement>('[data-when="api"]'))
    part.hidden = false;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const operations = readOperations(await response.json());
    render(
      html`${operations.map((operation) => renderOperation(operation, response.url))}
        <p><a href=${address}>The OpenAPI document</a></p>`,
      root,
    );
  } catch (error) {
    const message = `The API’s documentation could not be read: ${(error as Error).message}.`;
    render(html`<p class="problem" role="alert">${message}</p>`, root);
  }
}

function renderOperation(operation: Operation, documentUrl: string): TemplateResult {
  const { method, path, summary, description, parameters } = operation;
  return html`<details class="operation">
    <summary><b>${method}</b> <code>${path}</code> <span>${summary}</span></summary>
    ${description ? html`<p>${description}</p>` : nothing}
    ${
      parameters.length > 0
        ? html`<dl>
            ${parameters.map(
              ({ name, where, isRequired, description }) =>
                html`<div>
                  <dt>
                    <code>${name}</code> <small>${where}${isRequired ? ', required' : ''}</small>
                  </dt>
                  <dd>${description}</dd>
                </div>`,
            )}
          </dl>`
        : nothing
    }
    <pre><code>${curlOf(operation, documentUrl)}</code></pre>
  </details>`;
}

function curlOf({ method, path, example }: Operation, documentUrl: string): string {
  const url = new URL(path, documentUrl).href;
  if (method === 'GET') return `curl '${url}'`;
  const body =
    example === undefined
      ? ''
      : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(example)}'`;
  return `curl -X ${method} '${url}'${body}`;
}
