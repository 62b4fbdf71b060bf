/** What reading a damaged file gives. */
import { ValueError } from '../../../src/base/errors';
import { readHdf5 } from '../../../src/saving/hdf5';
import { describeTree, fileOf } from './files';
import { damage } from './mutations';

/** Files that are damaged: all that Keras writes, and all that the reader knows. */
export const DAMAGED = [
  'keras.weights',
  'keras-legacy',
  'old-keras',
  'types',
  'chunks',
  'latest',
  'version-1.8',
] as const;

/** Bytes that elements of a damaged file may take: what its own take is far less. */
const MAX_BYTES = 2 ** 24;

/**
 * `'right'`, `'refused'`, or `'other'`: a tree with other content, as where a byte of a name or of a number was changed.
 *
 * @throws whatever the reader throws that is no ValueError, and Error for one that does not say what is wrong where
 */
export function outcomeOf(bytes: Uint8Array, right: string): 'right' | 'refused' | 'other' {
  try {
    const found = JSON.stringify(describeTree(readHdf5(bytes, { name: 'a.h5', maxBytes: MAX_BYTES })));
    return found === right ? 'right' : 'other';
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    if (/^a\.h5, \/.*: expected .* at byte \d+\. Received: .*\.$/s.test(error.message)) return 'refused';
    throw new Error(`a message in another form: ${error.message}`);
  }
}

/** Damages each file so many times; counts outcomes. */
export function damageAll(name: string, times: number): Record<'right' | 'refused' | 'other', number> {
  const file = fileOf(name);
  const right = JSON.stringify(describeTree(readHdf5(file)));
  const counts = { right: 0, refused: 0, other: 0 };
  for (let seed = 0; seed < times; seed++) {
    const { bytes, kind } = damage(file, seed);
    try {
      counts[outcomeOf(bytes, right)]++;
    } catch (error) {
      throw new Error(`${name}, seed ${seed}, ${kind}: ${(error as Error).stack}`);
    }
  }
  return counts;
}
