import { ValueError } from '../../base/errors';
import type { H5Group } from './tree';

/** The file in pieces, in order; nothing is held but the headers. */
export function writeHdf5(_root: H5Group): Iterable<Uint8Array> {
  throw new ValueError('writeHdf5: HDF5 is not written yet.');
}

/** Size in bytes of the file that `writeHdf5` gives. */
export function sizeOfHdf5(_root: H5Group): number {
  throw new ValueError('sizeOfHdf5: HDF5 is not written yet.');
}
