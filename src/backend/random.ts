/**
 * Random numbers: the global seed, generators of seeds, and distributions that depend on the seed alone. All of it gives
 * what Keras gives on TensorFlow.
 */
import * as tf from '@tensorflow/tfjs-core';
import { callable } from '../base/callable';
import { whenCleared } from '../base/clearing';
import { formatValue, ValueError } from '../base/errors';
import { autoName, pathOf, withScope } from '../base/names';
import { resolveOptions, type Signature } from '../base/options';
import { whenTried } from '../base/rebuilding';
import { HELD } from '../base/tracking';
import { type MersenneTwister, numpyRandom, permutation, pythonRandom, randint } from './mersenneTwister';
import { attr, native } from './native';
import { normalNumbers, type SeedPair, truncatedNormalNumbers, uniformNumbers } from './philox';
import { pipe } from './tidy';
import { noteValues, valuesOf } from './values';
import { isRecording, share, Variable } from './variable';

/** Python's `random`, which seeds come from, and NumPy's, which orders come from. */
let generators = seededBy(entropy());

whenTried(() => {
  const before = { seeds: generators.seeds.copy(), orders: generators.orders.copy() };
  return () => {
    generators = before;
  };
});

function seededBy(seed: number): { seeds: MersenneTwister; orders: MersenneTwister } {
  return { seeds: pythonRandom(seed), orders: numpyRandom(seed) };
}

function entropy(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** Makes all randomness that follows depend on `seed` alone: a whole number in [0, 2^32). */
export function setRandomSeed(seed: number): void {
  forgetGlobalSeedGenerator();
  generators = seededBy(seed);
}

/** The seed of what was given none: in [1, 10^9], from the global generator. */
export function makeDefaultSeed(): number {
  return randint(generators.seeds, 1, 1e9);
}

/** NumPy's `np.random.randint(1000000)`, with which Keras seeds the order of files. */
export function makeOrderSeed(): number {
  const count = 1e6;
  for (;;) {
    const value = generators.orders.uint32() & (2 ** 20 - 1);
    if (value < count) return value;
  }
}

/** The numbers 0 .. n-1 in random order, from the global generator. */
export function shuffledIndices(n: number): Int32Array {
  return permutation(generators.orders, n);
}

/** Arguments of `SeedGenerator`. */
export interface SeedGeneratorOptions {
  /** A whole number; default: drawn from the global generator, see `utils.setRandomSeed`. */
  seed?: number | null;
  /** Default: `'seed_generator'`, numbered. */
  name?: string | null;
}
type SeedGeneratorArguments =
  | [seed?: number | null, options?: Omit<SeedGeneratorOptions, 'seed'>]
  | [options?: SeedGeneratorOptions];

const SIGNATURE: Signature<SeedGeneratorOptions> = {
  who: 'SeedGenerator',
  positional: ['seed'],
  defaults: { seed: null, name: null },
};

export class RandomSeedGenerator {
  static readonly className: string = 'SeedGenerator';
  static readonly module: string = 'keras.random';

  static fromConfig(config: Record<string, unknown>): RandomSeedGenerator {
    return new RandomSeedGenerator(config as SeedGeneratorOptions);
  }

  readonly name: string;
  readonly #given: number | null;
  readonly #seed: number;
  readonly #path: string;
  #state: Variable | undefined;
  /** The numbers of the state, and the version of it that they are of. */
  #numbers: { pair: SeedPair; version: number } | undefined;

  constructor(...args: SeedGeneratorArguments) {
    const { seed, name } = resolveOptions(SIGNATURE, args);
    this.name = name ?? autoName('seed_generator');
    this.#given = seed ?? null;
    this.#seed = foldSeed(checkSeed('SeedGenerator', this.#given ?? makeDefaultSeed()));
    this.#path = withScope(this.name, () => pathOf('seed_generator_state'));
  }

  get [HELD](): 'seed generator' {
    return 'seed generator';
  }

  /** Seed and counter, int32 of shape (2,); made when first asked for. */
  get state(): Variable {
    if (!this.#state) {
      const initial = tf.tensor1d([this.#seed, 0], 'int32');
      const options = { name: 'seed_generator_state', path: this.#path, trainable: false, owner: this };
      this.#state = new Variable(initial, options);
      initial.dispose();
      this.#numbers = { pair: [this.#seed, 0], version: this.#state.version };
    }
    return this.#state;
  }

  /**
   * The seed of the next random tensor, int32 of shape (2,): `[seed, counter]`.
   *
   * @param ordered whether the counter goes on by one; otherwise both numbers jump, to anywhere below a million
   */
  next(ordered = true): tf.Tensor1D {
    return tf.tidy(() => {
      const seed = this.state.value.clone() as tf.Tensor1D;
      const pair = native() ? undefined : this.#noteNumbers(seed);
      this.state.assign(ordered ? seed.add(tf.tensor1d([0, 1], 'int32')) : jump(seed));
      if (pair) this.#numbers = { pair: goneOn(pair, ordered), version: this.state.version };
      return seed;
    });
  }

  /** Where random numbers are made in JavaScript, the seed must be known there; in a dry run none matters. */
  #noteNumbers(seed: tf.Tensor1D): SeedPair | undefined {
    if (isRecording()) {
      noteValues(seed, [0, 0]);
      return undefined;
    }
    const isKnown = this.#numbers?.version === this.state.version;
    const pair = isKnown ? (this.#numbers as { pair: SeedPair }).pair : pairOf(seed);
    noteValues(seed, pair);
    return pair;
  }

  /** Frees the state. Used after that, the generator starts anew. */
  dispose(): void {
    this.#state?.dispose();
    this.#state = undefined;
  }

  getConfig(): Record<string, unknown> {
    return { seed: this.#given, name: this.name };
  }
}

/**
 * (seed + 1) * 5387 % 933199, as Keras computes it in int64. In int32 the product would overflow, so the upper and the lower
 * bits of `seed + 1` are multiplied one after the other.
 */
function jump(seed: tf.Tensor): tf.Tensor {
  const int = (value: number): tf.Tensor => tf.scalar(value, 'int32');
  const [factor, modulus, bits] = [int(5387), int(933199), int(2 ** 10)] as const;
  const rest = seed.add(int(1)).mod(modulus);
  const upper = rest.floorDiv(bits);
  const lower = rest.sub(upper.mul(bits));
  return upper.mul(factor).mod(modulus).mul(bits).add(lower.mul(factor)).mod(modulus);
}

/** The same in numbers; exact, as the product stays below 2^53. */
function goneOn([seed, counter]: SeedPair, ordered: boolean): SeedPair {
  const jumped = (value: number): number => ((value + 1) * 5387) % 933199;
  return ordered ? [seed, counter + 1] : [jumped(seed), jumped(counter)];
}

/**
 * Gives a new seed at every call of a random function, in an order that depends on its own seed alone. A layer that
 * draws random numbers has one.
 *
 * @example
 * const generator = SeedGenerator(42);
 * random.uniform([2], { seed: generator }).print(); // [0.282433, 0.498417]
 * random.uniform([2], { seed: generator }).print(); // other numbers at each call
 * @throws ValueError for a seed that is not a whole number
 * @see https://keras.io/api/random/seed_generator/
 */
export const SeedGenerator = callable(RandomSeedGenerator);
export type SeedGenerator = RandomSeedGenerator;

/** The generator of random functions that are given no seed; and whether it is part of recorded steps. */
let globalGenerator: RandomSeedGenerator | undefined;
let isRecorded = false;

function globalSeedGenerator(): RandomSeedGenerator {
  globalGenerator ??= share(new RandomSeedGenerator());
  isRecorded ||= isRecording();
  return globalGenerator;
}

/**
 * Lets random functions without a seed begin anew, with the next default seed. Steps recorded before go on with their
 * numbers, as in Keras.
 */
function forgetGlobalSeedGenerator(): void {
  if (!isRecorded) globalGenerator?.dispose();
  globalGenerator = undefined;
  isRecorded = false;
}
whenCleared(forgetGlobalSeedGenerator);

/**
 * What random numbers may be made from: a whole number, a generator, the pair `[seed, counter]`, also as a tensor, or
 * `null` for the next seed of the generator that all random functions without a seed share.
 */
export type Seed = number | SeedGenerator | tf.Tensor | SeedPair | null;

/** A seed is a whole number, of either sign. */
export function checkSeed(who: string, seed: unknown): number {
  if (Number.isSafeInteger(seed)) return seed as number;
  throw new ValueError(`${who}: seed must be a whole number or a SeedGenerator. Received: seed=${formatValue(seed)}.`);
}

/** Any whole number as one of the int32 seeds, as Keras does: the rest of the division by 2^31 - 2. */
function foldSeed(seed: number): number {
  const divisor = 2 ** 31 - 2;
  return ((seed % divisor) + divisor) % divisor;
}

/** The int32 tensor of shape (2,) that a seed stands for; a generator goes on by one. */
export function drawSeed(seed: Seed): tf.Tensor1D {
  if (seed === null) return globalSeedGenerator().next(false);
  if (seed instanceof tf.Tensor) return seed as tf.Tensor1D;
  if (seed instanceof RandomSeedGenerator) return seed.next();
  return seedTensor(typeof seed === 'number' ? [foldSeed(checkSeed('random', seed)), 0] : seed);
}

function seedTensor(pair: SeedPair): tf.Tensor1D {
  const tensor = tf.tensor1d([...pair], 'int32');
  noteValues(tensor, pair);
  return tensor;
}

/** The two numbers of a seed, for where random numbers are made in JavaScript. */
export function pairOf(seed: tf.Tensor): SeedPair {
  const [first, second] = valuesOf(seed) as unknown as [number, number];
  return [first, second];
}

type Distribution = (n: number, seed: SeedPair) => Float32Array;

/** Random numbers of a shape: by the native op where there is one, which can be recorded; else in JavaScript. */
function draw(op: string, numbers: Distribution, shape: readonly number[], seed: tf.Tensor): tf.Tensor {
  const library = native();
  if (library) {
    const attrs = [attr.type('dtype', 'float32'), attr.type('T', 'int32'), attr.type('Tseed', 'int32')];
    return library.executeSingleOutput(op, attrs, [tf.tensor1d([...shape], 'int32'), seed]);
  }
  const n = shape.reduce((product, dim) => product * dim, 1);
  return tf.tensor(numbers(n, pairOf(seed)), [...shape], 'float32');
}

/** A bound, a mean or a deviation: a number, or a float32 tensor that broadcasts with the numbers. */
type Parameter = number | tf.Tensor;

function asTensor(value: Parameter): tf.Tensor {
  return typeof value === 'number' ? tf.scalar(value) : value;
}

/**
 * Float32 numbers in [minval, maxval), the same for the same seed.
 *
 * @example
 * statelessUniform([2], 1).print(); // [0.878488, 0.459980]
 */
export function statelessUniform(
  shape: readonly number[],
  seed: Seed,
  minval: Parameter = 0,
  maxval: Parameter = 1,
): tf.Tensor {
  const areNumbers = typeof minval === 'number' && typeof maxval === 'number';
  return tf.tidy(() => {
    const width = areNumbers
      ? Math.fround(Math.fround(maxval) - Math.fround(minval))
      : asTensor(maxval).sub(asTensor(minval));
    return drawScaled('StatelessRandomUniform', uniformNumbers, shape, seed, width, minval);
  });
}

/** Float32 numbers of a normal distribution, the same for the same seed. */
export function statelessNormal(
  shape: readonly number[],
  seed: Seed,
  mean: Parameter = 0,
  stddev: Parameter = 1,
): tf.Tensor {
  return drawScaled('StatelessRandomNormal', normalNumbers, shape, seed, stddev, mean);
}

/**
 * Float32 numbers of a normal distribution, the same for the same seed, those more than two standard deviations from the
 * mean drawn again.
 */
export function statelessTruncatedNormal(
  shape: readonly number[],
  seed: Seed,
  mean: Parameter = 0,
  stddev: Parameter = 1,
): tf.Tensor {
  return drawScaled('StatelessTruncatedNormal', truncatedNormalNumbers, shape, seed, stddev, mean);
}

/** factor n + offset, with numbers n of a distribution; what is made on the way is freed at once. */
function drawScaled(
  op: string,
  numbers: Distribution,
  shape: readonly number[],
  seed: Seed,
  factor: Parameter,
  offset: Parameter,
): tf.Tensor {
  return tf.tidy(() =>
    pipe(
      drawSeed(seed),
      (pair) => draw(op, numbers, shape, pair),
      (x) => (factor === 1 ? x : x.mul(asTensor(factor))),
      (x) => (offset === 0 ? x : x.add(asTensor(offset))),
    ),
  );
}
