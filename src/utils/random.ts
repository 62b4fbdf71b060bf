import * as random from '../backend/random';
import { formatValue, ValueError } from '../base/errors';

/**
 * Makes all randomness that follows depend on `seed` alone: initial weights, dropout, the order of the examples.
 * The same program gives the same numbers again, in this process or another, and initial weights equal Python Keras's
 * after its `set_random_seed`.
 *
 * @param seed a whole number from 0 to 4294967295
 * @throws ValueError for anything else
 * @example
 * setRandomSeed(1);
 * @see https://keras.io/api/utils/python_utils/#set_random_seed-function
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new ValueError(
      `setRandomSeed: seed must be a whole number from 0 to 4294967295. Received: seed=${formatValue(seed)}.`,
    );
  }
  random.setRandomSeed(seed);
}
