// Plots without a browser: Observable Plot draws into a document that is none. Colours are names, which a page gives its
// light or dark values, and a picture that stands alone gets those of paper.
import * as Plot from '@observablehq/plot';
import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Colours of a plot, as the page's style sheet names them. */
export const INK = {
  text: 'var(--text)',
  faint: 'var(--faint)',
  training: 'var(--training)',
  validation: 'var(--validation)',
  corpus: 'var(--corpus)',
  composed: 'var(--composed)',
} as const;

/** The same on paper, for pictures that stand alone. */
const PAPER: Readonly<Record<keyof typeof INK, string>> = {
  text: '#3c4352',
  faint: '#8a91a1',
  training: '#4477aa',
  validation: '#cc5a2b',
  corpus: '#c3cbd9',
  composed: '#1f8a70',
};

/** A picture. */
export interface Chart {
  /** Name of its files. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
  /** SVG whose colours are those of the page around it. */
  readonly svg: string;
  /** The same for a phone, where `svg` is twice as wide as others. */
  readonly narrow?: string;
}

/** Width in pixels, and of a chart that fills the page. */
const WIDTH = 520;
const WIDE = 1080;

type Marks = NonNullable<Plot.PlotOptions['marks']>;

export interface ChartRequest extends Omit<Chart, 'svg' | 'narrow'> {
  /** Fills the page. Default false. */
  readonly wide?: boolean;
  readonly options: Omit<Plot.PlotOptions, 'document' | 'marks'>;
  readonly marks: Marks;
}

export function drawChart(request: ChartRequest): Chart {
  const { name, title, description, wide = false } = request;
  const chart = { name, title, description, svg: draw(request, wide ? WIDE : WIDTH) };
  return wide ? { ...chart, narrow: draw(request, WIDTH) } : chart;
}

function draw({ title, description, options, marks }: ChartRequest, width: number): string {
  const plot = Plot.plot({
    document,
    width,
    height: width === WIDE ? 340 : 240,
    marginTop: 24,
    marginBottom: 36,
    marginLeft: 60,
    style: { background: 'transparent', fontSize: '12px', color: INK.text },
    ariaLabel: title,
    ariaDescription: description,
    ...options,
    marks,
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('role', 'img');
  return rounded(plot.outerHTML);
}

/** The picture alone, on white, with its title. */
export function standaloneSvg({ svg, title }: Chart): string {
  const size = /viewBox="0 0 (\d+) (\d+)"/.exec(svg);
  const [width, height] = [Number(size?.[1] ?? 520), Number(size?.[2] ?? 240)];
  let inner = svg.replaceAll('currentColor', PAPER.text);
  for (const name of Object.keys(INK) as (keyof typeof INK)[]) {
    inner = inner.replaceAll(INK[name], PAPER[name]);
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 32}" viewBox="0 0 ${width} ${height + 32}">` +
    `<rect width="100%" height="100%" fill="#fff"/><text x="12" y="22" font-family="system-ui, DejaVu Sans, sans-serif" font-size="15" font-weight="600" fill="#1d212b">${title}</text>` +
    `<g transform="translate(0,32)">${inner}</g></svg>\n`
  );
}

/** A picture of pixels, twice the size that the SVG asks for.
 *  @param svg without colours by name */
export function renderPng(svg: string): { png: Uint8Array; width: number; height: number } {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' },
  }).render();
  return { png: image.asPng(), width: image.width, height: image.height };
}

/** Two decimals are a hundredth of a pixel. Labels between the tags stay as they are. */
function rounded(svg: string): string {
  return svg.replaceAll(/<[^>]*>/g, (tag) =>
    tag.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) =>
      String(Math.round(Number(number) * 100) / 100),
    ),
  );
}
