// How the General MIDI programs sound here: for each family a spectrum, an envelope and a place on the stage.

/** A timbre: two spectra that fade at different rates, so that a tone grows darker as it rings. */
export interface Timbre {
  /** Amplitude of each harmonic (the first is the fundamental), for the bright and for the mellow part. */
  readonly bright: readonly number[];
  readonly mellow: readonly number[];
  /** Seconds to full loudness. */
  readonly attack: number;
  /** Seconds in which the bright and the mellow part fall to 1/e towards their sustain, at middle C; higher notes fall
   *  faster where `decayFollowsPitch`. */
  readonly brightDecay: number;
  readonly mellowDecay: number;
  readonly decayFollowsPitch: boolean;
  /** What remains while a note is held, 0..1. */
  readonly sustain: number;
  /** Seconds in which a released note falls to 1/e. */
  readonly release: number;
  /** Depth of the vibrato as a fraction of the frequency; 0 for none. */
  readonly vibrato: number;
  /** The bright part's distance in frequency, as a fraction: two strings that beat. */
  readonly detune: number;
  /** Place on the stage: -1 left, 1 right. */
  readonly pan: number;
  readonly gain: number;
}

const MOST_HARMONICS = 40;

/** Amplitudes `shape(n)` of harmonics 1..40. */
function spectrum(shape: (harmonic: number) => number): number[] {
  return Array.from({ length: MOST_HARMONICS }, (_, i) => shape(i + 1));
}

/** A string plucked at a fraction of its length lacks the harmonics that have a node there. */
function plucked(slope: number, place: number): number[] {
  return spectrum((n) => Math.abs(Math.sin(Math.PI * n * place)) / n ** slope);
}

/** Falls with n, with a bump around a resonance of the body. */
function resonant(slope: number, centre: number, strength: number): number[] {
  return spectrum((n) => (1 + strength * Math.exp(-(((n - centre) / 2.5) ** 2))) / n ** slope);
}

const PIANO: Timbre = {
  bright: plucked(0.9, 1 / 8),
  mellow: plucked(1.9, 1 / 8),
  attack: 0.003,
  brightDecay: 0.45,
  mellowDecay: 2.2,
  decayFollowsPitch: true,
  sustain: 0,
  release: 0.09,
  vibrato: 0,
  detune: 0.0006,
  pan: 0,
  gain: 1,
};

const CHROMATIC_PERCUSSION: Timbre = {
  ...PIANO,
  bright: [1, 0, 0, 0.6, 0, 0, 0, 0, 0, 0.25],
  mellow: [1, 0, 0, 0.12],
  attack: 0.002,
  brightDecay: 0.12,
  mellowDecay: 0.9,
  release: 0.25,
  pan: 0.25,
};

const ORGAN: Timbre = {
  ...PIANO,
  bright: [1, 0.8, 0.45, 0.5, 0, 0.3, 0, 0.3],
  mellow: [1, 0.6, 0.2, 0.25],
  attack: 0.012,
  brightDecay: 1,
  mellowDecay: 1,
  decayFollowsPitch: false,
  sustain: 1,
  release: 0.06,
  detune: 0,
  gain: 0.8,
};

const GUITAR: Timbre = {
  ...PIANO,
  bright: plucked(0.8, 1 / 5),
  mellow: plucked(1.8, 1 / 5),
  attack: 0.002,
  brightDecay: 0.25,
  mellowDecay: 1.1,
  release: 0.07,
  detune: 0.0003,
  pan: 0.2,
};

const BASS: Timbre = {
  ...GUITAR,
  bright: plucked(1.3, 1 / 4),
  mellow: plucked(2.2, 1 / 4),
  mellowDecay: 1.4,
  pan: 0.1,
  gain: 1.2,
};

const STRINGS: Timbre = {
  bright: resonant(1, 5, 0.8),
  mellow: resonant(1.7, 2, 0.3),
  attack: 0.06,
  brightDecay: 0.5,
  mellowDecay: 1.5,
  decayFollowsPitch: false,
  sustain: 0.75,
  release: 0.11,
  vibrato: 0.0035,
  detune: 0,
  pan: 0,
  gain: 0.8,
};

const ENSEMBLE: Timbre = { ...STRINGS, attack: 0.1, release: 0.2, vibrato: 0.002, detune: 0.002 };
const CHOIR: Timbre = { ...ENSEMBLE, bright: resonant(1.6, 4, 1.2), mellow: resonant(2.2, 2, 0.5) };

const BRASS: Timbre = {
  ...STRINGS,
  bright: resonant(0.8, 4, 0.6),
  mellow: resonant(1.6, 3, 0.4),
  attack: 0.035,
  brightDecay: 0.35,
  release: 0.08,
  vibrato: 0.0012,
  pan: 0.35,
  gain: 0.85,
};

const REED: Timbre = {
  ...STRINGS,
  bright: resonant(1.1, 4, 1.1),
  mellow: resonant(1.6, 3, 0.6),
  attack: 0.03,
  sustain: 0.85,
  release: 0.06,
  vibrato: 0.0018,
  pan: 0.15,
};

const CLARINET: Timbre = {
  ...REED,
  bright: spectrum((n) => (n % 2 === 1 ? 1 : 0.12) / n ** 1.1),
  mellow: spectrum((n) => (n % 2 === 1 ? 1 : 0.05) / n ** 2),
  vibrato: 0,
};

const PIPE: Timbre = {
  ...REED,
  bright: [1, 0.45, 0.2, 0.1, 0.05],
  mellow: [1, 0.25, 0.06],
  attack: 0.045,
  vibrato: 0.003,
  pan: -0.15,
};

const PLUCKED_STRING: Timbre = { ...GUITAR, mellowDecay: 0.35, release: 0.12, pan: -0.1 };
const HARP: Timbre = { ...GUITAR, mellowDecay: 1.3, release: 0.5, pan: -0.4 };
const TIMPANI: Timbre = {
  ...CHROMATIC_PERCUSSION,
  bright: [1, 0.7, 0.5, 0.3],
  mellow: [1, 0.3],
  mellowDecay: 0.7,
  gain: 1.3,
};
const PAD: Timbre = { ...ENSEMBLE, attack: 0.25, release: 0.5 };
const HARPSICHORD: Timbre = { ...GUITAR, bright: plucked(0.6, 1 / 9), mellow: plucked(1.2, 1 / 9) };

/** By General MIDI family (program / 8). */
const FAMILIES: readonly Timbre[] = [
  PIANO,
  CHROMATIC_PERCUSSION,
  ORGAN,
  GUITAR,
  BASS,
  STRINGS,
  ENSEMBLE,
  BRASS,
  REED,
  PIPE,
  { ...BRASS, pan: 0 }, // synth leads
  PAD,
  PAD, // effects
  GUITAR, // plucked instruments of the world
  CHROMATIC_PERCUSSION,
  PAD, // sound effects
];

/** Programs that differ from their family, or sit elsewhere. */
const PROGRAMS: Readonly<Record<number, Timbre>> = {
  6: HARPSICHORD,
  7: HARPSICHORD,
  40: { ...STRINGS, pan: -0.45 },
  41: { ...STRINGS, bright: resonant(1.1, 4, 0.9), pan: 0.15 },
  42: { ...STRINGS, bright: resonant(1.15, 3, 0.7), pan: 0.4 },
  43: { ...STRINGS, bright: resonant(1.3, 3, 0.5), pan: 0.6 },
  45: PLUCKED_STRING,
  46: HARP,
  47: TIMPANI,
  52: CHOIR,
  53: CHOIR,
  54: CHOIR,
  60: { ...BRASS, bright: resonant(1.3, 2, 0.6), pan: -0.35 },
  71: CLARINET,
};

/** The timbre of a General MIDI program, 0..127. */
export function timbreOf(program: number): Timbre {
  return PROGRAMS[program] ?? FAMILIES[program >> 3];
}
