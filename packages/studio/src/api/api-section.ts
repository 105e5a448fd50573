// The API of the server behind the page, from the server's own OpenAPI document.
import { html, nothing, render, type TemplateResult } from 'lit';
import { type ApiUse, curlOf } from './curl.js';
import { type Operation, type OperationGroup, readOperations } from './operations.js';
import type { Field } from './schema-fields.js';

/** Shows the section, and the links to it.
 *  @param address of an OpenAPI document
 *  @param model one that is there, for examples */
export async function showApi(address: string, model: string): Promise<void> {
  const root = document.querySelector<HTMLElement>('#api > .content')!;
  for (const part of document.querySelectorAll<HTMLElement>('[data-when="api"]'))
    part.hidden = false;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const groups = readOperations(await response.json());
    const needsKey = groups.some(({ operations }) => operations.some((each) => each.needsKey));
    render(
      html`${needsKey ? KEY_NOTE : nothing}
        ${groups.map((group) => renderGroup(group, { model, base: response.url }))}
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

function renderGroup(
  { name, description, operations }: OperationGroup,
  use: ApiUse,
): TemplateResult {
  return html`${name === '' ? nothing : html`<h3>${name}</h3>`}
    ${description === '' ? nothing : html`<p class="note">${withCode(description)}</p>`}
    <div class="operations">
      ${operations.map((operation) => renderOperation(operation, use))}
    </div>`;
}

function renderOperation(operation: Operation, use: ApiUse): TemplateResult {
  const { method, path, summary, description, parameters, bodies, answers } = operation;
  const plain = bodies.filter(({ fields }) => fields.length === 0);
  return html`<details class="operation">
    <summary>
      <b>${method}</b>
      <code>${path}</code>
      <span>${summary}</span>
    </summary>
    <div class="told">
      ${description ? html`<p>${withCode(description)}</p>` : nothing}
      <pre tabindex="0"><code>${curlOf(operation, use)}</code></pre>
      ${renderFields('Parameters', parameters)}
      ${plain.length > 0 ? html`<h4>Body ${plain.map(({ type }) => html`<code>${type}</code> `)}</h4>` : nothing}
      ${bodies.map(({ type, fields }) => renderFields(html`Body <code>${type}</code>`, fields))}
      ${answers.length > 0 ? renderAnswers(answers) : nothing}
    </div>
  </details>`;
}

function renderFields(
  title: string | TemplateResult,
  fields: readonly (Field & { where?: string })[],
): TemplateResult | typeof nothing {
  if (fields.length === 0) return nothing;
  return html`<h4>${title}</h4>
    <dl>
      ${fields.map(
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

function renderAnswers(answers: Operation['answers']): TemplateResult {
  return html`<h4>Answers</h4>
    <dl>
      ${answers.map(
        ({ status, types, description }) =>
          html`<div>
            <dt><code>${status}</code> <small>${types.join(', ')}</small></dt>
            <dd>${withCode(description)}</dd>
          </div>`,
      )}
    </dl>`;
}

/** Text in which `code` stands between backticks. */
function withCode(text: string): (string | TemplateResult)[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
