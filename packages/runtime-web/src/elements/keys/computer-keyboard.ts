// The letters of a computer's keyboard as a piano: the middle row has the white keys, the row above the black ones. Places
// count, not letters, so that it is the same on every layout.

/** `KeyboardEvent.code` by semitones above the lowest C. */
const CODES = [
  'KeyA',
  'KeyW',
  'KeyS',
  'KeyE',
  'KeyD',
  'KeyF',
  'KeyT',
  'KeyG',
  'KeyY',
  'KeyH',
  'KeyU',
  'KeyJ',
  'KeyK',
  'KeyO',
  'KeyL',
  'KeyP',
  'Semicolon',
];

/** The octaves through which the keys can be shifted. */
const LOWEST_BASE = 24;
const HIGHEST_BASE = 96;

export const OCTAVE_DOWN = 'KeyZ';
export const OCTAVE_UP = 'KeyX';

/** How many keys there are. */
export const KEY_COUNT = CODES.length;

/** The pitch of a key.
 *  @param base MIDI pitch of the lowest key
 *  @returns undefined for a key that is none of the piano */
export function pitchOfCode(code: string, base: number): number | undefined {
  const semitones = CODES.indexOf(code);
  return semitones === -1 ? undefined : base + semitones;
}

/** The letter on a key, as a keyboard with Latin letters has it. */
export function letterOfKey(semitones: number): string {
  return CODES[semitones].replace('Key', '').replace('Semicolon', ';');
}

/** Moves the keys by an octave, within the range of a piano. */
export function shiftOctave(base: number, code: string): number {
  if (code === OCTAVE_DOWN) return Math.max(LOWEST_BASE, base - 12);
  if (code === OCTAVE_UP) return Math.min(HIGHEST_BASE, base + 12);
  return base;
}
