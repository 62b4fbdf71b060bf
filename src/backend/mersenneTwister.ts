/** The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded as Python and as NumPy seed theirs. */

const SIZE = 624;
const MIDDLE = 397;
const TOP_BIT = 0x80000000;
const LOW_BITS = 0x7fffffff;

/** A source of 32-bit random numbers. Made by `pythonRandom` or `numpyRandom`. */
export class MersenneTwister {
  readonly #state: Uint32Array;
  #next: number;

  constructor(state: Uint32Array, next = SIZE) {
    this.#state = state;
    this.#next = next;
  }

  /** Another one that goes on with the same numbers. */
  copy(): MersenneTwister {
    return new MersenneTwister(this.#state.slice(), this.#next);
  }

  /** The next whole number in [0, 2^32). */
  uint32(): number {
    if (this.#next >= SIZE) this.#twist();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = ((state[i] as number) & TOP_BIT) | ((state[(i + 1) % SIZE] as number) & LOW_BITS);
      state[i] = (state[(i + MIDDLE) % SIZE] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** The state that one 32-bit number stands for. */
function stateOf(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const last = state[i - 1] as number;
    state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
  }
  return state;
}

/** The generator after Python's `random.seed(seed)`; the sign of the seed does not matter there. */
export function pythonRandom(seed: number): MersenneTwister {
  const size = Math.abs(seed);
  const high = Math.floor(size / 2 ** 32);
  const key = high === 0 ? [size >>> 0] : [size >>> 0, high];
  const state = stateOf(19650218);
  let [i, j] = [1, 0];
  const mixed = (factor: number): number => {
    const last = state[i - 1] as number;
    return (state[i] as number) ^ Math.imul(last ^ (last >>> 30), factor);
  };
  const advance = (): void => {
    if (++i < SIZE) return;
    state[0] = state[SIZE - 1] as number;
    i = 1;
  };
  for (let step = 0; step < SIZE; step++) {
    state[i] = mixed(1664525) + (key[j] as number) + j;
    advance();
    j = (j + 1) % key.length;
  }
  for (let step = 1; step < SIZE; step++) {
    state[i] = mixed(1566083941) - i;
    advance();
  }
  state[0] = TOP_BIT;
  return new MersenneTwister(state);
}

/** The generator after NumPy's `np.random.seed(seed)`, for a seed in [0, 2^32). */
export function numpyRandom(seed: number): MersenneTwister {
  return new MersenneTwister(stateOf(seed));
}

/** Python's `random.randint(low, high)`, both ends included, for ranges below 2^32. */
export function randint(rng: MersenneTwister, low: number, high: number): number {
  const count = high - low + 1;
  const unused = Math.clz32(count); // bits of a number that are always 0, thrown away
  for (;;) {
    const value = rng.uint32() >>> unused;
    if (value < count) return low + value;
  }
}

/** NumPy's `np.random.permutation(n)`: the numbers 0 .. n-1 in random order (Fisher and Yates). */
export function permutation(rng: MersenneTwister, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = (rng.uint32() & mask) >>> 0;
    while (j > i) j = (rng.uint32() & mask) >>> 0;
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
