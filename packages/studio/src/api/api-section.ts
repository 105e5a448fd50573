// The API of the server behind the page, from the server's own OpenAPI document.
import { html, nothing, render, type TemplateResult } from 'lit';
import { type ApiUse, curlOf } from './curl.js';
import { type Operation, readOperations } from './operations.js';

/** Shows the section, and the links to it.
 *  @param address of an OpenAPI document */
export async function showApi(
  address: string,
  use: Pick<ApiUse, 'model' | 'needsKey'>,
): Promise<void> {
  const root = document.querySelector<HTMLElement>('#api > .content')!;
  for (const part of document.querySelectorAll<HTMLElement>('[data-when="api"]'))
    part.hidden = false;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const operations = readOperations(await response.json());
    render(
      html`${use.needsKey ? KEY_NOTE : nothing}
        ${renderGroups(operations, { ...use, base: response.url })}
        <p><a href=${address}>The OpenAPI document</a></p>`,
      root,
    );
  } catch (error) {
    const message = `The API’s documentation could not be read: ${(error as Error).message}.`;
    render(html`<p class="problem" role="alert">${message}</p>`, root);
  }
}

const KEY_NOTE = html`<p class="note">
  Programs need an API key of this server: put it into <code>OSTINATO_API_KEY</code>, and the
  commands below send it.
</p>`;

function renderGroups(operations: readonly Operation[], use: ApiUse): TemplateResult[] {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return tags.map((tag) => {
    const group = operations.filter((operation) => operation.tag === tag);
    return html`${tag === '' ? nothing : html`<h3>${tag}</h3>`}
      <div class="operations">${group.map((operation) => renderOperation(operation, use))}</div>`;
  });
}

function renderOperation(operation: Operation, use: ApiUse): TemplateResult {
  const { method, path, summary, description, parameters, answers } = operation;
  return html`<details class="operation">
    <summary>
      <b>${method}</b>
      <code>${path}</code>
      <span>${summary}</span>
    </summary>
    <div class="told">
      ${description ? html`<p>${withCode(description)}</p>` : nothing}
      ${answers.length > 1 ? html`<p>Answers with ${answers.map((type) => html`<code>${type}</code> `)}</p>` : nothing}
      ${parameters.length > 0 ? renderParameters(parameters) : nothing}
      <pre tabindex="0"><code>${curlOf(operation, use)}</code></pre>
    </div>
  </details>`;
}

function renderParameters(parameters: Operation['parameters']): TemplateResult {
  return html`<dl>
    ${parameters.map(
      ({ name, where, type, isRequired, description }) =>
        html`<div>
          <dt>
            <code>${name}</code>
            <small
              >${[type, where, isRequired ? 'required' : ''].filter(Boolean).join(' · ')}</small
            >
          </dt>
          <dd>${withCode(description)}</dd>
        </div>`,
    )}
  </dl>`;
}

/** Text in which `code` stands between backticks. */
function withCode(text: string): (string | TemplateResult)[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
