/**
 * Philox 4x32-10 (Salmon et al., 2011), a random number generator that is a function of key and counter, and the
 * distributions that TensorFlow's stateless ops make of it. Uniform numbers equal TensorFlow's to the bit, normal ones
 * to the rounding of `log`, `sin` and `cos`.
 */

const { imul } = Math; // looked up once: in a vm context, such as a test, each look at a global is slow
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const SCRAMBLE = [0x3ec8f720, 0x02461e29] as const;
const ROUNDS = 10;
/** Numbers that one evaluation gives. */
export const GROUP = 4;
/** Evaluations set aside for one group of truncated normal numbers, each of which may take several tries. */
const RESERVED = 256;
const TRUNCATED_AT = 2;
const EPSILON = Math.fround(1e-7);

/** Two int32 numbers that random numbers depend on: a seed and a counter. */
export type SeedPair = readonly [number, number];
/** A stream of random numbers: a key and the upper half of the counter; the lower half is the position. */
export interface Stream {
  readonly key: readonly [number, number];
  readonly upper: readonly [number, number];
}

/** Upper 32 bits of the product of two 32-bit numbers, as an int32. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const cross = imul(aHigh, bLow);
  const middle = (cross & 0xffff) + (imul(aLow, bLow) >>> 16) + (imul(aLow, bHigh) >>> 0);
  return (imul(aHigh, bHigh) + (cross >>> 16) + (middle >>> 16)) | 0;
}

/** The four numbers at a position of a stream, into `out`. Hot: plain numbers, nothing made. */
export function evaluate({ key, upper }: Stream, position: number, out: Uint32Array): void {
  let c0 = position >>> 0;
  let c1 = Math.floor(position / 2 ** 32) >>> 0;
  let c2 = upper[0];
  let c3 = upper[1];
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const next0 = multiplyHigh(MULTIPLIER_1, c2) ^ c1 ^ k0;
    const next2 = multiplyHigh(MULTIPLIER_0, c0) ^ c3 ^ k1;
    c1 = imul(MULTIPLIER_1, c2);
    c3 = imul(MULTIPLIER_0, c0);
    c0 = next0;
    c2 = next2;
    k0 = (k0 + KEY_STEP_0) | 0;
    k1 = (k1 + KEY_STEP_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The stream that a pair of int32 seeds stands for; mixed, so that near seeds give unlike streams. */
export function streamOf(seed: SeedPair): Stream {
  const upper = [seed[1] >>> 0, (seed[1] >> 31) >>> 0] as const;
  const position = (seed[0] >>> 0) + ((seed[0] >> 31) >>> 0) * 2 ** 32;
  const mixed = new Uint32Array(GROUP);
  evaluate({ key: SCRAMBLE, upper }, position, mixed);
  const [k0, k1, c2, c3] = mixed as unknown as [number, number, number, number];
  return { key: [k0, k1], upper: [c2, c3] };
}

/** A number in [0, 1) from the lower 23 bits of `x`. */
function unit(x: number): number {
  return (x & 0x7fffff) / 0x800000;
}

/** Two normal numbers from two random ones (Box and Muller, 1958), into `out`. */
function boxMuller(x0: number, x1: number, out: Float32Array): void {
  const angle = Math.fround(2 * Math.PI * unit(x1));
  const radius = Math.fround(Math.sqrt(-2 * Math.fround(Math.log(Math.max(unit(x0), EPSILON)))));
  out[0] = Math.fround(Math.sin(angle)) * radius;
  out[1] = Math.fround(Math.cos(angle)) * radius;
}

/** `n` numbers in [0, 1), as `StatelessRandomUniform` gives. */
export function uniformNumbers(n: number, seed: SeedPair): Float32Array {
  const stream = streamOf(seed);
  const group = new Uint32Array(GROUP);
  const numbers = new Float32Array(n);
  for (let start = 0; start < n; start += GROUP) {
    evaluate(stream, start / GROUP, group);
    const end = Math.min(start + GROUP, n);
    for (let i = start; i < end; i++) numbers[i] = unit(group[i - start] as number);
  }
  return numbers;
}

/** `n` whole numbers in [low, high), as `StatelessRandomUniformInt` gives; both ends are int32 numbers, and low < high. */
export function integerNumbers(n: number, seed: SeedPair, low: number, high: number): Int32Array {
  const stream = streamOf(seed);
  const group = new Uint32Array(GROUP);
  const numbers = new Int32Array(n);
  for (let start = 0; start < n; start += GROUP) {
    evaluate(stream, start / GROUP, group);
    const end = Math.min(start + GROUP, n);
    for (let i = start; i < end; i++) numbers[i] = low + ((group[i - start] as number) % (high - low));
  }
  return numbers;
}

/** `n` numbers of mean 0 and standard deviation 1, as `StatelessRandomNormal` gives. */
export function normalNumbers(n: number, seed: SeedPair): Float32Array {
  const stream = streamOf(seed);
  const group = new Uint32Array(GROUP);
  const pair = new Float32Array(2);
  const numbers = new Float32Array(n);
  for (let start = 0; start < n; start += GROUP) {
    evaluate(stream, start / GROUP, group);
    for (let at = 0; at < GROUP; at += 2) {
      boxMuller(group[at] as number, group[at + 1] as number, pair);
      for (let i = 0; i < 2 && start + at + i < n; i++) numbers[start + at + i] = pair[i] as number;
    }
  }
  return numbers;
}

/** `n` normal numbers without those beyond two standard deviations, as `StatelessTruncatedNormal` gives. */
export function truncatedNormalNumbers(n: number, seed: SeedPair): Float32Array {
  const stream = streamOf(seed);
  const group = new Uint32Array(GROUP);
  const pair = new Float32Array(2);
  const numbers = new Float32Array(n);
  for (let start = 0; start < n; start += GROUP) {
    const end = Math.min(start + GROUP, n);
    for (let [i, tries] = [start, 0]; i < end; tries++) {
      if (tries % 2 === 0) evaluate(stream, (start / GROUP) * RESERVED + tries / 2, group);
      const at = (tries % 2) * 2;
      boxMuller(group[at] as number, group[at + 1] as number, pair);
      for (const number of pair) if (Math.abs(number) < TRUNCATED_AT && i < end) numbers[i++] = number;
    }
  }
  return numbers;
}
