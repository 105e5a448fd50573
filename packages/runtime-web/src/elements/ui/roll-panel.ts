// The two canvases of an element and when they are drawn: with every frame while the music moves, else only when something
// changed.
import { CanvasSurface } from '../../piano-roll/canvas-surface.js';
import { drawOverview } from '../../piano-roll/draw-overview.js';
import { drawRoll } from '../../piano-roll/draw-roll.js';
import { layOutRoll, type RollLayout } from '../../piano-roll/roll-layout.js';
import { readTheme, type RollTheme } from '../../piano-roll/roll-theme.js';
import type { Playback } from '../playback/playback.js';
import { isRunning } from '../playback/transport.js';
import { ColourTable } from './colour-table.js';

/** Between two drawings of the overview while notes keep coming. */
const OVERVIEW_MILLISECONDS = 200;

export interface RollPanelOptions {
  readonly root: ShadowRoot;
  readonly roll: HTMLCanvasElement;
  readonly overview: HTMLCanvasElement;
  playback(): Playback;
  /** The seconds that the seek bar spans. */
  span(): { from: number; to: number };
  heldPitches(): ReadonlySet<number>;
  /** After a frame was drawn. */
  onFrame(position: number): void;
}

export class RollPanel {
  readonly colours = new ColourTable();
  readonly #options: RollPanelOptions;
  readonly #roll: CanvasSurface;
  readonly #overview: CanvasSurface;
  readonly #listening = new AbortController();
  readonly #motion = matchMedia('(prefers-reduced-motion: reduce)');
  #theme: RollTheme | undefined;
  #frame = 0;
  #layout: RollLayout | undefined;
  #pitches = { lowest: 60, highest: 60, count: 0 };
  #drawnOverview = '';
  #overviewTime = 0;

  constructor(options: RollPanelOptions) {
    this.#options = options;
    const resized = (): void => {
      this.#drawnOverview = '';
      this.draw();
    };
    this.#roll = new CanvasSurface(options.roll, resized);
    this.#overview = new CanvasSurface(options.overview, resized);
    const { signal } = this.#listening;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => this.refreshTheme(), { signal });
    this.#motion.addEventListener('change', () => this.draw(), { signal });
  }

  /** Draws now, and with every frame while the music moves. */
  draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
      if (isRunning(this.#options.playback().state)) this.draw();
    });
  }

  /** Reads the colours again. */
  refreshTheme(): void {
    this.#theme = undefined;
    this.#drawnOverview = '';
    this.draw();
  }

  /** Another piece: colours and pitches begin anew. */
  reset(): void {
    this.colours.clear();
    this.#pitches = { lowest: 60, highest: 60, count: 0 };
    this.#drawnOverview = '';
    this.draw();
  }

  /** The second at a place of the roll. */
  secondsAt(x: number): number {
    return this.#layout?.secondsAt(x) ?? 0;
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#roll.dispose();
    this.#overview.dispose();
    this.#listening.abort();
  }

  #paint(): void {
    const playback = this.#options.playback();
    const { timeline } = playback;
    this.#theme ??= readTheme(this.#options.root);
    this.#measure();
    const { width, height } = this.#roll;
    if (width === 0 || height === 0) return;
    const position = playback.heardPosition;
    const layout = layOutRoll({
      width,
      height,
      ...this.#pitches,
      position,
      start: timeline.start,
      end: Math.max(timeline.end, this.#options.span().to),
      reducedMotion: this.#motion.matches,
    });
    this.#layout = layout;
    drawRoll(this.#roll.begin(), {
      layout,
      theme: this.#theme,
      width,
      height,
      notes: timeline.soundingIn(layout.from, layout.to),
      colourOf: (instrument) => this.colours.indexOf(instrument),
      position,
      frontier: timeline.isComplete || timeline.size === 0 ? undefined : timeline.frontier,
      held: this.#options.heldPitches(),
    });
    this.#paintOverview();
    this.#options.onFrame(position);
  }

  /** The pitches and colours of notes that are new. */
  #measure(): void {
    const { timeline } = this.#options.playback();
    if (timeline.revision === this.#pitches.count) return;
    let { lowest, highest } = { lowest: 127, highest: 0 };
    for (const { pitch, instrument } of timeline) {
      lowest = Math.min(lowest, pitch);
      highest = Math.max(highest, pitch);
      this.colours.indexOf(instrument);
    }
    if (lowest > highest) lowest = highest = 60;
    this.#pitches = { lowest, highest, count: timeline.revision };
  }

  #paintOverview(): void {
    const { timeline } = this.#options.playback();
    const { from, to } = this.#options.span();
    const state = `${timeline.revision} ${from} ${to}`;
    if (state === this.#drawnOverview) return;
    const now = performance.now();
    if (this.#drawnOverview !== '' && now - this.#overviewTime < OVERVIEW_MILLISECONDS) {
      this.draw(); // a little later
      return;
    }
    this.#overviewTime = now;
    this.#drawnOverview = state;
    drawOverview(this.#overview.begin(), {
      theme: this.#theme!,
      width: this.#overview.width,
      height: this.#overview.height,
      notes: timeline,
      colourOf: (instrument) => this.colours.indexOf(instrument),
      ...this.#pitches,
      from,
      to,
    });
  }
}
