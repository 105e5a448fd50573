// Keys and the names of notes. A piece without a key gets the one whose profile its notes fit best (Krumhansl and Kessler,
// Tracing the dynamic changes in perceived tonal organization, 1982; Krumhansl, Cognitive Foundations of Musical Pitch, 1990).
import { PERCUSSION_CHANNEL, type Score } from '@ostinato/core';

export interface Key {
  /** Sharps (positive) or flats (negative), -7..7. */
  readonly fifths: number;
  readonly mode: 'major' | 'minor';
}

export interface PitchName {
  readonly step: 'C' | 'D' | 'E' | 'F' | 'G' | 'A' | 'B';
  /** Semitones, -2..2. */
  readonly alter: number;
  /** 4 is the octave of middle C. */
  readonly octave: number;
}

const PROFILES = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
} as const;

const STEPS = ['F', 'C', 'G', 'D', 'A', 'E', 'B'] as const;
const SEMITONES = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 } as const;

/** The key of a score: its own, or an estimate. */
export function keyOf(score: Score): Key {
  const [own] = score.keySignatures;
  if (own) return { fifths: own.fifths, mode: own.mode };
  const weights = Array.from({ length: 12 }, () => 0);
  for (const { channel, notes } of score.tracks) {
    if (channel === PERCUSSION_CHANNEL) continue;
    for (const { pitch, durationTicks } of notes) weights[pitch % 12] += durationTicks;
  }
  let best = { fit: -Infinity, fifths: 0, mode: 'major' as Key['mode'] };
  for (const mode of ['major', 'minor'] as const) {
    for (let tonic = 0; tonic < 12; tonic++) {
      const profile = weights.map((_, pitch) => PROFILES[mode][(pitch - tonic + 12) % 12]);
      const fit = correlation(weights, profile);
      if (fit > best.fit) best = { fit, fifths: fifthsOf(tonic, mode), mode };
    }
  }
  return { fifths: best.fifths, mode: best.mode };
}

/** Names a pitch: of its names the one on the line of fifths from three below the key's tonic (as a major key) to eight
 *  above, in C: E flat to G sharp.
 *  @param pitch MIDI, 0..127 */
export function spell(pitch: number, { fifths }: Pick<Key, 'fifths'>): PitchName {
  const lowest = fifths - 3;
  const place = lowest + ((((pitch * 7 - lowest) % 12) + 12) % 12); // C is 0
  const step = STEPS[(((place + 1) % 7) + 7) % 7];
  const alter = Math.floor((place + 1) / 7);
  const octave = Math.floor((pitch - alter) / 12) - 1;
  return { step, alter, octave };
}

/** The pitch of a name. */
export function pitchOf({ step, alter, octave }: PitchName): number {
  return (octave + 1) * 12 + SEMITONES[step] + alter;
}

/** Sharps or flats of a key, at most six. */
function fifthsOf(tonic: number, mode: Key['mode']): number {
  const major = mode === 'major' ? tonic : (tonic + 3) % 12;
  const fifths = (major * 7) % 12;
  return fifths > 6 ? fifths - 12 : fifths;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squareA, squareB] = [0, 0, 0];
  a.forEach((value, i) => {
    both += (value - meanA) * (b[i] - meanB);
    squareA += (value - meanA) ** 2;
    squareB += (b[i] - meanB) ** 2;
  });
  return squareA === 0 ? 0 : both / Math.sqrt(squareA * squareB);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
