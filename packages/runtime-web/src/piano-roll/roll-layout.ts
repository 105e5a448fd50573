// Where things stand on a piano roll: time to the right, pitch upwards. Pure numbers, in CSS pixels.

/** What a roll shows, before it is drawn. */
export interface RollInput {
  readonly width: number;
  readonly height: number;
  /** The pitches that occur. */
  readonly lowest: number;
  readonly highest: number;
  /** Where the music is, in seconds. */
  readonly position: number;
  /** Where the piece begins and ends, in seconds. */
  readonly start: number;
  readonly end: number;
  /** Turns pages instead of scrolling. */
  readonly reducedMotion: boolean;
}

export interface RollLayout {
  /** Width of the keys at the left. */
  readonly left: number;
  readonly rowHeight: number;
  readonly lowest: number;
  readonly highest: number;
  /** The seconds at the left and the right edge. */
  readonly from: number;
  readonly to: number;
  xAt(seconds: number): number;
  /** The upper edge of a pitch's row. */
  yAt(pitch: number): number;
  secondsAt(x: number): number;
}

const KEYS_WIDTH = 34;
const NARROW_KEYS_WIDTH = 22;
const NARROW = 480;
const PIXELS_PER_SECOND = 72;
const FEWEST_SECONDS = 5;
const MOST_SECONDS = 16;
/** Where the music is while the roll scrolls, as a share of its width. */
const PLAYHEAD = 0.3;
const LEAST_PITCHES = 24;
const MARGIN_PITCHES = 2;

export function layOutRoll(input: RollInput): RollLayout {
  const { width, height } = input;
  const left = width < NARROW ? NARROW_KEYS_WIDTH : KEYS_WIDTH;
  const { lowest, highest } = pitchWindow(input.lowest, input.highest);
  const rowHeight = height / (highest - lowest + 1);
  const seconds = Math.min(
    MOST_SECONDS,
    Math.max(FEWEST_SECONDS, (width - left) / PIXELS_PER_SECOND),
  );
  const from = firstSecond(input, seconds);
  const scale = Math.max(1, width - left) / seconds;
  return {
    left,
    rowHeight,
    lowest,
    highest,
    from,
    to: from + seconds,
    xAt: (time) => left + (time - from) * scale,
    yAt: (pitch) => (highest - pitch) * rowHeight,
    secondsAt: (x) => from + (x - left) / scale,
  };
}

/** The pitches with a margin, and at least two octaves. */
function pitchWindow(lowest: number, highest: number): { lowest: number; highest: number } {
  const missing = LEAST_PITCHES - (highest - lowest + 1);
  const margin = Math.max(MARGIN_PITCHES, Math.ceil(missing / 2));
  return { lowest: Math.max(0, lowest - margin), highest: Math.min(127, highest + margin) };
}

function firstSecond({ position, start, end, reducedMotion }: RollInput, seconds: number): number {
  if (end - start <= seconds) return start;
  if (reducedMotion) return start + Math.floor((position - start) / seconds) * seconds;
  const last = Math.max(start, end - seconds);
  return Math.min(Math.max(start, position - PLAYHEAD * seconds), last);
}

/** Steps between time marks that are wide enough apart, in seconds. */
export function timeStep(pixelsPerSecond: number, leastPixels: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  return steps.find((step) => step * pixelsPerSecond >= leastPixels) ?? 1800;
}

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);

export function isBlackKey(pitch: number): boolean {
  return BLACK_KEYS.has(pitch % 12);
}
