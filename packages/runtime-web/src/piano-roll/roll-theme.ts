// Colours of the canvases, taken from the style sheet: probes in the shadow tree carry them, so that custom properties,
// `light-dark()` and the page's colour scheme all count.

export interface RollTheme {
  readonly paper: string;
  readonly blackRow: string;
  readonly line: string;
  readonly octave: string;
  readonly text: string;
  readonly playhead: string;
  readonly whiteKey: string;
  readonly blackKey: string;
  /** Of instruments, in the order in which they come up. */
  readonly notes: readonly string[];
}

/** How many instruments have a colour of their own; the others share the last. */
export const NOTE_COLOURS = 7;

/** Names of the probes; the style sheet gives each a `color`. */
const PROBES = [
  'paper',
  'blackRow',
  'line',
  'octave',
  'text',
  'playhead',
  'whiteKey',
  'blackKey',
] as const;

/** The names that the elements in the shadow tree carry as `data-colour`. */
export const THEME_PROBES: readonly string[] = [
  ...PROBES,
  ...Array.from({ length: NOTE_COLOURS }, (_, i) => `note-${i + 1}`),
];

/** Reads the colours as they are now. */
export function readTheme(root: ParentNode): RollTheme {
  const colourOf = (name: string): string => {
    const probe = root.querySelector(`[data-colour="${name}"]`);
    return probe ? getComputedStyle(probe).color : 'gray';
  };
  const named = Object.fromEntries(PROBES.map((name) => [name, colourOf(name)])) as Record<
    (typeof PROBES)[number],
    string
  >;
  const notes = Array.from({ length: NOTE_COLOURS }, (_, i) => colourOf(`note-${i + 1}`));
  return { ...named, notes };
}
