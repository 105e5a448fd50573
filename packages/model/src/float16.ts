// IEEE 754 half precision, read as numbers (binary16: 1 sign, 5 exponent, 10 fraction bits).

const SMALLEST_SUBNORMAL = 2 ** -24;

/** The value of a half-precision number; exact, because every one of them is a float32.
 *  @param bits the 16 bits, an integer in 0..65535 */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * SMALLEST_SUBNORMAL;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
