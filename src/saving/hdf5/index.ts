/** HDF5 as Keras uses it: a strict reader and a small writer. */
export { readHdf5 } from './reader';
export { datasetsIn, type H5Attribute, type H5Data, type H5Dataset, type H5Dtype, type H5Group } from './tree';
export { sizeOfHdf5, writeHdf5 } from './writer';
