// Draws a whole piece in a strip, behind the slider that seeks in it.
import type { Instrument } from '@ostinato/core';
import type { RollNote } from './draw-roll.js';
import type { RollTheme } from './roll-theme.js';

export interface Overview {
  readonly theme: RollTheme;
  readonly width: number;
  readonly height: number;
  readonly notes: Iterable<RollNote>;
  colourOf(instrument: Instrument): number;
  readonly lowest: number;
  readonly highest: number;
  /** The seconds at the left and the right edge. */
  readonly from: number;
  readonly to: number;
}

const MARGIN = 6;

export function drawOverview(context: CanvasRenderingContext2D, overview: Overview): void {
  const { theme, width, height, lowest, highest, from, to } = overview;
  const scale = width / Math.max(1, to - from);
  const rows = Math.max(12, highest - lowest);
  const step = (height - 2 * MARGIN) / rows;
  const thickness = Math.max(1.5, Math.min(3, step));
  context.globalAlpha = 0.75;
  for (const { startSeconds, durationSeconds, pitch, instrument } of overview.notes) {
    context.fillStyle = theme.notes[overview.colourOf(instrument)];
    const y = height - MARGIN - (pitch - lowest) * step - thickness / 2;
    const x = (startSeconds - from) * scale;
    context.fillRect(x, y, Math.max(1, durationSeconds * scale - 0.5), thickness);
  }
  context.globalAlpha = 1;
}
