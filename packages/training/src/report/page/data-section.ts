// The data of a run on its page: how much there is, and what became of every file.
import type { DataFacts } from '../facts/data-facts.js';
import type { LedgerSummary } from '../facts/ledger-summary.js';
import { html, type Markup } from './markup.js';

const STATUS_WORDS: Readonly<Record<string, string>> = {
  kept: 'kept as they are',
  repaired: 'kept, after repairs',
  duplicate: 'duplicates of another',
  unused: 'not used, another file of the piece is',
  dropped: 'dropped',
  skipped: 'no music in symbols',
};

export function dataSection(data: DataFacts | undefined): Markup {
  if (!data) {
    return html`<section>
      <h2>Data</h2>
      <p>The corpus was not at hand when this report was made.</p>
    </section>`;
  }
  const rows = (['train', 'validation', 'test'] as const).map((name) => {
    const { pieces, notes, tokens } = data.splits[name];
    return html`<tr>
      <th scope="row">${name}</th>
      ${[pieces, notes, tokens].map((count) => html`<td class="number">${grouped(count)}</td>`)}
    </tr>`;
  });
  return html`<section>
    <h2>Data</h2>
    <div class="card pad scroll">
      <table>
        <caption>
          The corpus, made from ${data.source}.
        </caption>
        <thead>
          <tr>
            <th scope="col">Split</th>
            <th scope="col" class="number">Pieces</th>
            <th scope="col" class="number">Notes</th>
            <th scope="col" class="number">Tokens</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${data.ledger ? ledgerTables(data.ledger) : html`<p>No ledger was at hand: what became of each file is in the corpus’s own folder.</p>`}
  </section>`;
}

function ledgerTables({ statuses, reasons, dropped }: LedgerSummary): Markup[] {
  const all = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const tables = [
    html`<div class="card pad scroll">
      <table>
        <caption>
          What became of the ${grouped(all)} files that were met.
        </caption>
        <thead>
          <tr>
            <th scope="col">Files</th>
            <th scope="col" class="number">Count</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(statuses).map(
            ([status, count]) =>
              html`<tr>
                <th scope="row">${STATUS_WORDS[status] ?? status}</th>
                <td class="number">${grouped(count)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
  ];
  if (reasons.length > 0) {
    tables.push(
      html`<details class="card pad">
        <summary>Reasons for repairs and for leaving files out</summary>
        <div class="scroll">
          <table>
            <caption>
              The commonest reasons.
            </caption>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Reason</th>
                <th scope="col" class="number">Files</th>
              </tr>
            </thead>
            <tbody>
              ${reasons.map(
                ({ status, code, files }) =>
                  html`<tr>
                    <td>${STATUS_WORDS[status] ?? status}</td>
                    <td><code>${code}</code></td>
                    <td class="number">${grouped(files)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>`,
    );
  }
  if (dropped.length > 0) {
    const met = statuses['dropped'] ?? dropped.length;
    const caption =
      met > dropped.length
        ? `The first ${dropped.length} of ${grouped(met)} dropped files; the corpus’s ledger.jsonl has them all.`
        : 'All dropped files.';
    tables.push(
      html`<details class="card pad">
        <summary>Dropped files</summary>
        <div class="scroll">
          <table>
            <caption>
              ${caption}
            </caption>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Reason</th>
                <th scope="col">In words</th>
              </tr>
            </thead>
            <tbody>
              ${dropped.map(
                ({ path, code, message }) =>
                  html`<tr>
                    <th scope="row">${path}</th>
                    <td><code>${code}</code></td>
                    <td>${message}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>`,
    );
  }
  return tables;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
