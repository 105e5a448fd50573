// IEEE 754 half precision (binary16: 1 sign, 5 exponent, 10 fraction bits).

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** The bits of the nearest half-precision number, ties to even. Beyond the range it is an infinity. */
export function floatToHalfBits(value: number): number {
  word[0] = value;
  const pattern = bits[0];
  const sign = (pattern >>> 16) & 0x8000;
  const magnitude = pattern & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14: a subnormal, counted in units of 2^-24.
    return sign | roundToEven(Math.abs(word[0]) * 2 ** 24);
  }
  const rebiased = magnitude - 0x38000000; // exponent bias 127 -> 15
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The value of a half-precision number; exact, because every one of them is a float32. */
export function halfBitsToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
