// A bar chart that reads as a list: names, bars and figures.
import { html, svg, type TemplateResult } from 'lit';

export interface Bar {
  readonly name: string;
  /** At least 0. */
  readonly value: number;
  /** What the others are compared to. */
  readonly isMuted?: boolean;
}

export function renderBars(
  bars: readonly Bar[],
  format: (value: number) => string,
): TemplateResult {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return html`<ul class="bars">
    ${bars.map(
      ({ name, value, isMuted = false }) =>
        html`<li data-muted=${isMuted}>
          <span>${name}</span>
          <svg preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden="true">
            ${svg`<rect width=${(100 * value) / most} height="1" />`}
          </svg>
          <b>${format(value)}</b>
        </li>`,
    )}
  </ul>`;
}
