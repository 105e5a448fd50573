// What sounds: the common part of a tone and of a drum stroke.

/** A block of stereo sound that voices are mixed into. */
export interface StereoBlock {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** A sounding note. Its samples do not depend on how they are divided into blocks. */
export interface Voice {
  /** Adds its next samples to a block, from `offset` to the block's end.
   *  @returns false when it has died away */
  mix(block: StereoBlock, offset: number): boolean;
  /** The key is let go: a held tone fades as its timbre does, a drum stroke rings on. */
  release(): void;
  /** Makes it vanish within some milliseconds, without a click. */
  fade(): void;
}

/** Seconds in which a voice that has to vanish falls to 1/e. */
export const FADE_SECONDS = 0.005;

/** Loudness of a MIDI velocity 1..127, 0..1: some 40 dB from the softest to the loudest. */
export function velocityGain(velocity: number): number {
  return (velocity / 127) ** 1.6;
}

/** Left and right gains of a place from -1 (left) to 1 (right); their squares add up to 1. */
export function constantPower(pan: number): { left: number; right: number } {
  const angle = ((Math.min(1, Math.max(-1, pan)) + 1) * Math.PI) / 4;
  return { left: Math.cos(angle), right: Math.sin(angle) };
}
