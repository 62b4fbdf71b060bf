/**
 * Distributions that TensorFlow's stateless ops compute in float64 on the stream of `philox.ts`: gamma, binomial and
 * categorical. Numbers differ from TensorFlow's where `log`, `exp`, `pow`, `sin` and `cos` differ in the last of their 53
 * bits, which float32 almost never shows.
 */
import { evaluate, GROUP, type SeedPair, type Stream, streamOf } from './philox';

/** Least positive float32 that is not subnormal; TensorFlow gives it for gamma numbers that are nearer to 0. */
export const TINY: number = 2 ** -126;
/** Evaluations set aside for each gamma number and each binomial number drawn by rejection. */
const RESERVED = 256;
/** Evaluations set aside for each binomial number drawn by inversion. */
const RESERVED_FOR_INVERSION = 42;
/** Expected number of successes from which on binomial numbers are drawn by rejection. */
const MANY = 10;
const LEAST_UNIFORM = 1e-7;

/** A number in [0, 1) from the lower 20 bits of `high` and all of `low`. */
function unitOf(high: number, low: number): number {
  return ((high & 0xfffff) * 2 ** 32 + low) / 2 ** 52;
}

/** Random numbers of one sample: an evaluation gives two of a kind, of which the second is used first. */
class Draws {
  readonly #stream: Stream;
  readonly #group = new Uint32Array(GROUP);
  #position = 0;
  /** The first number of the last pair of each kind; `NaN` once it is used. */
  #uniform = Number.NaN;
  #normal = Number.NaN;

  constructor(seed: SeedPair) {
    this.#stream = streamOf(seed);
  }

  /** Goes to a position of the stream, where a sample begins. */
  startAt(position: number): this {
    this.#position = position;
    this.#uniform = Number.NaN;
    this.#normal = Number.NaN;
    return this;
  }

  #next(): readonly [number, number] {
    evaluate(this.#stream, this.#position++, this.#group);
    const [a, b, c, d] = this.#group as unknown as [number, number, number, number];
    return [unitOf(a, b), unitOf(c, d)];
  }

  /** A number in [0, 1). */
  uniform(): number {
    const left = this.#uniform;
    this.#uniform = Number.NaN;
    if (!Number.isNaN(left)) return left;
    const [first, second] = this.#next();
    this.#uniform = first;
    return second;
  }

  /** A number of mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number {
    const left = this.#normal;
    this.#normal = Number.NaN;
    if (!Number.isNaN(left)) return left;
    const [first, second] = this.#next();
    const radius = Math.sqrt(-2 * Math.log(Math.max(first, LEAST_UNIFORM)));
    this.#normal = radius * Math.sin(2 * Math.PI * second);
    return radius * Math.cos(2 * Math.PI * second);
  }
}

/** A gamma number (Marsaglia and Tsang, 2000); for alpha < 1 from one of alpha + 1. */
function gammaNumber(alpha: number, draws: Draws): number {
  if (alpha === 1) return -Math.log1p(-draws.uniform());
  const d = alpha + (alpha < 1 ? 2 / 3 : -1 / 3);
  if (!(d > 0)) return Number.NaN;
  const c = 1 / 3 / Math.sqrt(d);
  for (;;) {
    const x = draws.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = draws.uniform();
    const isInside = u < 1 - 0.0331 * (x * x) * (x * x) || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v));
    if (isInside) return alpha < 1 ? d * v * draws.uniform() ** (1 / alpha) : d * v;
  }
}

/**
 * `n` gamma numbers of scale 1, as `StatelessRandomGammaV2` gives, `NaN` where alpha is none or below 0.
 *
 * @param alphas parameters of the last axes; their number divides `n`
 */
export function gammaNumbers(n: number, seed: SeedPair, alphas: ArrayLike<number>): Float32Array {
  const draws = new Draws(seed);
  return eachParameter(new Float32Array(n), alphas.length, (at, index) => {
    const number = gammaNumber(alphas[at] as number, draws.startAt(RESERVED * index));
    return Math.max(TINY, Math.fround(number));
  });
}

/** Fills numbers parameter by parameter: the `index`-th one drawn is for the parameters at `at`. */
function eachParameter<T extends Float32Array | Float64Array>(
  numbers: T,
  count: number,
  draw: (at: number, index: number) => number,
): T {
  const samples = numbers.length / count;
  for (let at = 0; at < count; at++) {
    for (let sample = 0; sample < samples; sample++) numbers[sample * count + at] = draw(at, at * samples + sample);
  }
  return numbers;
}

/** A binomial number by inversion: how many waiting times, each of a geometric distribution, fit into `count` trials. */
function invertBinomial(count: number, probability: number, draws: Draws): number {
  const scale = Math.log1p(-probability);
  let successes = 0;
  for (let trials = 0; ; successes++) {
    trials += Math.ceil(Math.log(draws.uniform()) / scale);
    if (trials > count) return successes;
  }
}

/** What Stirling's formula leaves of `log(k!)`. */
const STIRLING_REST = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

function stirlingRest(k: number): number {
  if (k <= 9) return STIRLING_REST[Math.trunc(k)] as number;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

/** A binomial number by transformed rejection (BTRS; Hörmann, 1993), for a probability of at most 1/2. */
function rejectBinomial(count: number, probability: number, draws: Draws): number {
  const stddev = Math.sqrt(count * probability * (1 - probability));
  const b = 1.15 + 2.53 * stddev;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const center = count * probability + 0.5;
  const surelyInside = 0.92 - 4.2 / b;
  const odds = probability / (1 - probability);
  const alpha = (2.83 + 5.1 / b) * stddev;
  const mode = Math.floor((count + 1) * probability);
  for (;;) {
    const u = draws.uniform() - 0.5;
    const v = draws.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + center);
    if (us >= 0.07 && v <= surelyInside) return k;
    if (k < 0 || k > count) continue;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingRest(mode) +
      stirlingRest(count - mode) -
      stirlingRest(k) -
      stirlingRest(count - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

function binomialNumber(count: number, probability: number, draws: Draws, index: number): number {
  if (count <= 0 || probability <= 0) return 0;
  if (probability >= 1) return count;
  if (Number.isNaN(count) || Number.isNaN(probability)) return Number.NaN;
  const isRare = probability <= 0.5;
  const rare = isRare ? probability : Math.fround(1 - probability);
  const successes =
    Math.fround(count * rare) >= MANY
      ? rejectBinomial(count, rare, draws.startAt(RESERVED * index))
      : invertBinomial(count, rare, draws.startAt(RESERVED_FOR_INVERSION * index));
  return isRare ? successes : count - successes;
}

/**
 * `n` binomial numbers, as `StatelessRandomBinomial` gives: `NaN` where a parameter is.
 *
 * @param counts numbers of trials of the last axes, finite or NaN; their number divides `n`
 * @param probabilities as many
 */
export function binomialNumbers(
  n: number,
  seed: SeedPair,
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): Float64Array {
  const draws = new Draws(seed);
  return eachParameter(new Float64Array(n), counts.length, (at, index) =>
    binomialNumber(counts[at] as number, probabilities[at] as number, draws, index),
  );
}

/** Sums of the first exponentials of a row of logits, those that are not finite left out. */
function cumulative(logits: ArrayLike<number>, start: number, sums: Float64Array): void {
  let greatest = -3.4028234663852886e38; // float32's least
  for (let i = 0; i < sums.length; i++) {
    const logit = logits[start + i] as number;
    if (Number.isFinite(logit)) greatest = Math.max(greatest, logit);
  }
  let sum = 0;
  for (let i = 0; i < sums.length; i++) {
    const logit = logits[start + i] as number;
    if (Number.isFinite(logit)) sum += Math.exp(logit - greatest);
    sums[i] = sum;
  }
}

/** How many of ascending numbers are at most `value`. */
function countUpTo(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `samples` class numbers for each row of logits, as `StatelessMultinomial` gives in one thread. */
export function categoricalNumbers(
  logits: ArrayLike<number>,
  [rows, classes]: readonly [number, number],
  samples: number,
  seed: SeedPair,
): Int32Array {
  const stream = streamOf(seed);
  const group = new Uint32Array(GROUP);
  const sums = new Float64Array(classes);
  const numbers = new Int32Array(rows * samples);
  for (let i = 0; i < numbers.length; i++) {
    if (i % samples === 0) cumulative(logits, (i / samples) * classes, sums);
    if (i % 2 === 0) evaluate(stream, i / 2, group);
    const at = (i % 2) * 2;
    numbers[i] = countUpTo(sums, unitOf(group[at] as number, group[at + 1] as number) * (sums[classes - 1] as number));
  }
  return numbers;
}
