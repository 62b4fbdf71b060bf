/** Numbers of 16 bits in memory as 32: float16 and bfloat16, both ways. Numbers round to the nearest, ties to even. */

/** The bits of a float32 that is equal to a float16. */
export function fromFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // the first bit of the fraction becomes the one before the point
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The float16 nearest to a float32 of some bits. */
export function toFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | keepNaN(0x7c00 | ((rest >> 13) & 0x3ff), 0x3ff, 0x200);
  if (rest >= 0x477ff000) return sign | 0x7c00; // 65520 and more: infinite
  if (rest >= 0x38800000) return sign | (roundShift(rest, 13) - (112 << 10));
  const shift = 126 - (rest >> 23); // a number below 2 ** -14, in units of 2 ** -24
  return sign | (shift > 24 ? 0 : roundShift((rest & 0x7fffff) | 0x800000, shift));
}

/** The bits of a float32 that is equal to a bfloat16. */
export function fromBfloat16(half: number): number {
  return half << 16;
}

/** The bfloat16 nearest to a float32 of some bits. */
export function toBfloat16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return keepNaN(bits >>> 16, 0x7f, 0x40);
  return roundShift(bits >>> 0, 16) & 0xffff;
}

/** A NaN whose fraction was cut to zero would be infinite. */
function keepNaN(half: number, fraction: number, quiet: number): number {
  return (half & fraction) === 0 ? half | quiet : half;
}

/** Divides by a power of 2: to the nearest whole number, ties to even. */
function roundShift(value: number, shift: number): number {
  const down = Math.floor(value / 2 ** shift);
  const rest = value - down * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && down % 2 === 1) ? down + 1 : down;
}

/** Numbers in memory from those in a file. */
export function widen(halves: Uint16Array, bitsOf: (half: number) => number): Float32Array {
  const result = new Float32Array(halves.length);
  const bits = new Int32Array(result.buffer);
  for (let i = 0; i < halves.length; i++) bits[i] = bitsOf(halves[i] as number);
  return result;
}

const AT_ONCE = 2 ** 18;

/** Numbers for a file from those in memory, some at a time. */
export function* narrow(values: Float32Array, halfOf: (bits: number) => number): Generator<Uint8Array> {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let from = 0; from < bits.length; from += AT_ONCE) {
    yield new Uint8Array(Uint16Array.from(bits.subarray(from, from + AT_ONCE), halfOf).buffer);
  }
}
