// IEEE 754 half precision (binary16: 1 sign, 5 exponent, 10 fraction bits), as ONNX and safetensors store it.

const SMALLEST_SUBNORMAL = 2 ** -24;

const word = new Float32Array(1);
const wordBits = new Uint32Array(word.buffer);

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

/** The 16 bits of the half-precision number nearest to a float32, ties to even. Beyond the range it is an infinity. */
export function numberToFloat16(value: number): number {
  word[0] = value;
  const pattern = wordBits[0];
  const sign = (pattern >>> 16) & 0x8000;
  const magnitude = pattern & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14: a subnormal, counted in units of 2^-24.
    return sign | roundToEven(Math.abs(word[0]) / SMALLEST_SUBNORMAL);
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
