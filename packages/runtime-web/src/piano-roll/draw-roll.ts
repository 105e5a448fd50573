// Draws a piano roll: rows and keys, the notes of a window of time, where the music is and how far it is composed.
import type { Instrument, NoteEvent } from '@ostinato/core';
import { isBlackKey, type RollLayout, timeStep } from './roll-layout.js';
import type { RollTheme } from './roll-theme.js';

export type RollNote = Pick<
  NoteEvent,
  'instrument' | 'pitch' | 'velocity' | 'startSeconds' | 'durationSeconds'
>;

export interface RollPicture {
  readonly layout: RollLayout;
  readonly theme: RollTheme;
  readonly width: number;
  readonly height: number;
  /** The notes that sound in the window. */
  readonly notes: Iterable<RollNote>;
  colourOf(instrument: Instrument): number;
  readonly position: number;
  /** Where composing is, in seconds; undefined for a whole piece. */
  readonly frontier: number | undefined;
  /** Pitches that somebody holds on a keyboard. */
  readonly held: ReadonlySet<number>;
}

const PAST_ALPHA = 0.5;
const SMALLEST_LABELLED_OCTAVE = 42; // pixels
/** Rows of at least as many pixels have notes that are outlined while they sound. */
const OUTLINED_ROW = 6;

export function drawRoll(context: CanvasRenderingContext2D, picture: RollPicture): void {
  context.fillStyle = picture.theme.paper;
  context.fillRect(0, 0, picture.width, picture.height);
  drawRows(context, picture);
  drawTimes(context, picture);
  drawFrontier(context, picture);
  const sounding = drawNotes(context, picture);
  drawPlayhead(context, picture);
  drawKeys(context, picture, sounding);
}

function drawRows(context: CanvasRenderingContext2D, picture: RollPicture): void {
  const { layout, theme, width } = picture;
  for (let pitch = layout.lowest; pitch <= layout.highest; pitch++) {
    const y = layout.yAt(pitch);
    if (isBlackKey(pitch)) {
      context.fillStyle = theme.blackRow;
      context.fillRect(layout.left, y, width - layout.left, layout.rowHeight);
    }
    if (pitch % 12 !== 0) continue;
    context.fillStyle = theme.octave;
    context.fillRect(layout.left, Math.round(y + layout.rowHeight) - 1, width - layout.left, 1);
  }
}

function drawTimes(context: CanvasRenderingContext2D, picture: RollPicture): void {
  const { layout, theme, height, width } = picture;
  const step = timeStep((width - layout.left) / (layout.to - layout.from), 64);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'bottom';
  context.textAlign = 'left';
  for (let time = Math.ceil(layout.from / step) * step; time < layout.to; time += step) {
    const x = Math.round(layout.xAt(time));
    context.fillStyle = theme.line;
    context.fillRect(x, 0, 1, height);
    context.fillStyle = theme.text;
    if (x < width - 30) context.fillText(clockText(time), x + 5, height - 4);
  }
}

/** What is not composed yet lies in a light haze. */
function drawFrontier(context: CanvasRenderingContext2D, picture: RollPicture): void {
  const { layout, theme, frontier, width, height } = picture;
  if (frontier === undefined || frontier >= layout.to) return;
  const x = Math.max(layout.left, layout.xAt(frontier));
  const haze = context.createLinearGradient(x, 0, Math.min(width, x + 180), 0);
  haze.addColorStop(0, theme.playhead);
  haze.addColorStop(1, 'transparent');
  context.globalAlpha = 0.14;
  context.fillStyle = haze;
  context.fillRect(x, 0, width - x, height);
  context.globalAlpha = 1;
}

/** @returns the colours of the pitches that sound now */
function drawNotes(context: CanvasRenderingContext2D, picture: RollPicture): Map<number, string> {
  const { layout, theme, position, width } = picture;
  const sounding = new Map<number, string>();
  const gap = Math.min(1, layout.rowHeight / 6);
  const height = Math.max(3, layout.rowHeight - 2 * gap);
  const radius = Math.min(3, height / 2.5);
  for (const note of picture.notes) {
    const { startSeconds, durationSeconds, pitch, velocity } = note;
    const end = startSeconds + durationSeconds;
    const x = layout.xAt(startSeconds);
    const right = Math.min(width + 8, layout.xAt(end) - 1);
    const colour = theme.notes[picture.colourOf(note.instrument)];
    const isSounding = startSeconds <= position && position < end;
    if (isSounding) sounding.set(pitch, colour);
    const grow = isSounding ? 1 : 0;
    const strength = 0.62 + 0.38 * (velocity / 127);
    context.globalAlpha = isSounding ? 1 : strength * (end <= position ? PAST_ALPHA : 1);
    context.fillStyle = colour;
    context.beginPath();
    const y = layout.yAt(pitch) + gap - grow;
    context.roundRect(x, y, Math.max(2, right - x), height + 2 * grow, radius);
    context.fill();
    if (!isSounding || layout.rowHeight < OUTLINED_ROW) continue;
    context.strokeStyle = theme.text;
    context.lineWidth = 1;
    context.stroke();
  }
  context.globalAlpha = 1;
  return sounding;
}

function drawPlayhead(context: CanvasRenderingContext2D, picture: RollPicture): void {
  const { layout, theme, position, height, width } = picture;
  const x = layout.xAt(position);
  if (x < layout.left || x > width) return;
  context.fillStyle = theme.playhead;
  context.fillRect(Math.round(x) - 1, 0, 2, height);
}

function drawKeys(
  context: CanvasRenderingContext2D,
  picture: RollPicture,
  sounding: ReadonlyMap<number, string>,
): void {
  const { layout, theme, height, held } = picture;
  const { left, rowHeight } = layout;
  context.fillStyle = theme.whiteKey;
  context.fillRect(0, 0, left, height);
  for (let pitch = layout.lowest; pitch <= layout.highest; pitch++) {
    const y = layout.yAt(pitch);
    const colour = held.has(pitch) ? theme.playhead : sounding.get(pitch);
    const isBlack = isBlackKey(pitch);
    if (colour ?? isBlack) {
      context.fillStyle = colour ?? theme.blackKey;
      context.fillRect(0, y, isBlack ? left * 0.5 : left, rowHeight);
    }
    const isBorder = pitch % 12 === 0 || pitch % 12 === 5;
    context.fillStyle = theme.octave;
    if (isBorder) context.fillRect(0, Math.round(y + rowHeight) - 1, left, 1);
  }
  context.fillRect(left - 1, 0, 1, height);
  if (rowHeight * 12 >= SMALLEST_LABELLED_OCTAVE) labelOctaves(context, picture);
}

function labelOctaves(context: CanvasRenderingContext2D, { layout, theme }: RollPicture): void {
  context.font = '10px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillStyle = theme.text;
  for (let pitch = layout.lowest; pitch <= layout.highest; pitch++) {
    if (pitch % 12 !== 0) continue;
    const y = layout.yAt(pitch) + layout.rowHeight / 2;
    context.fillText(`C${pitch / 12 - 1}`, layout.left - 4, y);
  }
}

/** Minutes and seconds, `2:05`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
