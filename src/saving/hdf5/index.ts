/** HDF5 as Keras uses it: a strict reader and a small writer. */
export { readHdf5 } from './reader';
export type { H5Attribute, H5Data, H5Dataset, H5Dtype, H5Group } from './tree';
export { sizeOfHdf5, writeHdf5 } from './writer';
