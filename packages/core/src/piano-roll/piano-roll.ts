// A score as a picture: time to the right, pitch upwards, a colour for each instrument. Plain SVG text, no DOM.
import { scoreEndTicks } from '../score/measures.js';
import type { Score } from '../score/score.js';
import { createTempoMap, type TempoMap } from '../score/tempo-map.js';
import { barLines } from './bar-lines.js';
import { noteLayers, type Layer } from './layers.js';
import { LAYER_COLOURS, STYLE } from './style.js';
import { coordinate, escapeText } from './xml.js';

export interface PianoRollOptions {
  /** Width in pixels, 200..10_000. Default 1200. The height follows from the range of pitches. */
  width?: number;
  /** Default: the score's name, or "Untitled". */
  title?: string;
}

/** Where things stand, in pixels. */
interface Layout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  lowest: number;
  highest: number;
  rowHeight: number;
  seconds: number;
  xAt(seconds: number): number;
  /** The middle of a pitch's row. */
  yAt(pitch: number): number;
}

const LEFT = 44;
const RIGHT = 16;
const HEADER = 72;
const FOOTER = 30;
const LEAST_PITCHES = 25;
/** Notes of a pitch that begin within this many pixels of each other are drawn as one. */
const RESOLUTION = 1;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const BLACK_KEYS = [1, 3, 6, 8, 10];

/** Draws a score as an SVG document. Its size is bounded by the width, however long the piece. It follows the reader's
 *  light or dark preference; names are escaped.
 *  @throws {RangeError} if the width is outside 200..10_000 */
export function pianoRollSvg(score: Score, options: PianoRollOptions = {}): string {
  const { width = 1200, title = score.name || 'Untitled' } = options;
  if (!(width >= 200 && width <= 10_000)) {
    throw new RangeError(`piano roll: expected a width of 200..10000 pixels, found ${width}`);
  }
  const tempoMap = createTempoMap(score);
  const layout = layOut(score, tempoMap, width);
  const pixel = layout.seconds / (layout.right - layout.left);
  const layers = noteLayers(score, tempoMap, LAYER_COLOURS, pixel * RESOLUTION);
  const notes = layers.reduce((count, { noteCount }) => count + noteCount, 0);
  const description = `${notes} notes, ${clock(layout.seconds)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="or-roll" role="img" width="${width}" height="${coordinate(layout.height)}" viewBox="0 0 ${width} ${coordinate(layout.height)}">`,
    `<title>${escapeText(title)}</title><desc>Piano roll: ${description}</desc><style>${STYLE}</style>`,
    `<rect class="or-paper" width="${width}" height="${coordinate(layout.height)}"/>`,
    pitchRows(layout),
    barGrid(score, tempoMap, layout),
    timeAxis(layout),
    ...layers.map((layer, i) => layerPath(layer, i, layout)),
    `<rect class="or-frame" x="${layout.left}" y="${layout.top}" width="${layout.right - layout.left}" height="${coordinate(layout.bottom - layout.top)}"/>`,
    `<text class="or-title" x="${layout.left}" y="26">${escapeText(title, Math.floor(width / 14))}</text>`,
    `<text x="${layout.right}" y="26" text-anchor="end">${description}</text>`,
    legend(layers, layout),
    '</svg>\n',
  ].join('\n');
}

function layOut(score: Score, tempoMap: TempoMap, width: number): Layout {
  const { lowest, highest } = pitchRange(score);
  const rows = highest - lowest + 1;
  const rowHeight = Math.min(8, Math.max(4, 360 / rows));
  const bottom = HEADER + rows * rowHeight;
  const seconds = Math.max(1, tempoMap.secondsAt(scoreEndTicks(score)));
  const right = width - RIGHT;
  return {
    width,
    height: bottom + FOOTER,
    left: LEFT,
    right,
    top: HEADER,
    bottom,
    lowest,
    highest,
    rowHeight,
    seconds,
    xAt: (time) => LEFT + (time / seconds) * (right - LEFT),
    yAt: (pitch) => bottom - (pitch - lowest + 0.5) * rowHeight,
  };
}

/** The pitches that occur, with a margin, and at least two octaves. */
function pitchRange(score: Score): { lowest: number; highest: number } {
  let lowest = 127;
  let highest = 0;
  for (const { notes } of score.tracks) {
    for (const { pitch } of notes) {
      lowest = Math.min(lowest, pitch);
      highest = Math.max(highest, pitch);
    }
  }
  if (lowest > highest) lowest = highest = 60;
  const margin = Math.max(2, Math.ceil((LEAST_PITCHES - (highest - lowest + 1)) / 2));
  return { lowest: Math.max(0, lowest - margin), highest: Math.min(127, highest + margin) };
}

/** Shaded rows for black keys, a line below every C and its name. */
function pitchRows({ left, right, lowest, highest, rowHeight, yAt }: Layout): string {
  let black = '';
  let octaves = '';
  let labels = '';
  for (let pitch = lowest; pitch <= highest; pitch++) {
    const y = yAt(pitch);
    if (BLACK_KEYS.includes(pitch % 12)) black += `M${left} ${coordinate(y)}H${right}`;
    if (pitch % 12 !== 0) continue;
    const line = coordinate(y + rowHeight / 2);
    octaves += `M${left} ${line}H${right}`;
    labels += `<text x="${left - 8}" y="${coordinate(y + 4)}" text-anchor="end">C${pitch / 12 - 1}</text>`;
  }
  return `<path class="or-black" stroke-width="${coordinate(rowHeight)}" d="${black}"/><path class="or-octave" d="${octaves}"/>${labels}`;
}

function barGrid(score: Score, tempoMap: TempoMap, layout: Layout): string {
  const { left, right, top, bottom, xAt } = layout;
  const lines = barLines(score, scoreEndTicks(score), (right - left) / 40);
  let path = '';
  let labels = '';
  let labelEnd = -Infinity;
  for (const { bar, tick } of lines) {
    const x = xAt(tempoMap.secondsAt(tick));
    path += `M${coordinate(x)} ${top}V${coordinate(bottom)}`;
    if (x < labelEnd || x > right - 24) continue;
    labels += `<text x="${coordinate(x + 2)}" y="${top - 5}">${bar}</text>`;
    labelEnd = x + 30;
  }
  return `<path class="or-bar" d="${path}"/>${labels}`;
}

function timeAxis({ bottom, left, right, seconds, xAt }: Layout): string {
  const least = (seconds * 60) / (right - left);
  const step = TIME_STEPS.find((candidate) => candidate >= least) ?? Math.ceil(least / 3600) * 3600;
  let ticks = '';
  let labels = '';
  for (let time = 0; time <= seconds; time += step) {
    const x = coordinate(xAt(time));
    ticks += `M${x} ${coordinate(bottom)}v5`;
    labels += `<text x="${x}" y="${coordinate(bottom + 18)}" text-anchor="middle">${clock(time)}</text>`;
  }
  return `<path class="or-frame" d="${ticks}"/>${labels}`;
}

function layerPath({ strokes }: Layer, index: number, { xAt, yAt, rowHeight }: Layout): string {
  let path = '';
  for (const { pitch, start, end } of strokes) {
    const x = xAt(start);
    // A gap before the next note keeps repeated notes apart; nothing gets too short to see.
    const length = Math.max(0.8, xAt(end) - x - 0.6);
    path += `M${coordinate(x)} ${coordinate(yAt(pitch))}h${coordinate(length)}`;
  }
  const thickness = coordinate(Math.max(2, rowHeight - 0.8));
  return `<path class="or-note or-${index}" stroke-width="${thickness}" d="${path}"/>`;
}

function legend(layers: readonly Layer[], { left, right }: Layout): string {
  let x = left;
  let entries = '';
  layers.forEach(({ name }, i) => {
    const width = 24 + name.length * 6.6;
    if (x + width > right) return;
    entries += `<rect class="or-${i}" x="${coordinate(x)}" y="39" width="10" height="10" rx="2"/><text x="${coordinate(x + 15)}" y="48">${escapeText(name)}</text>`;
    x += width + 10;
  });
  return entries;
}

/** Minutes and seconds: `2:05`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
