import { ValueError } from '../../base/errors';
import type { H5Group } from './tree';

export interface ReadHdf5Options {
  /** Name of the file, in messages. Default: `HDF5 file` */
  name?: string;
  /** Most bytes of elements that are decoded in all. Default: 4 GiB */
  maxBytes?: number;
}

/** Reads an HDF5 file. */
export function readHdf5(_bytes: Uint8Array, { name = 'HDF5 file' }: ReadHdf5Options = {}): H5Group {
  throw new ValueError(`${name}: HDF5 is not read yet.`);
}
