/** The reader, compared with what h5py finds in the same files. */
import { readHdf5 } from '../../../src/saving/hdf5';
import { describeTree, fileOf, findData, fixture } from './files';

test.each(Object.entries(fixture.read))('%s', (name, expected) => {
  expect(describeTree(readHdf5(fileOf(name), { name: `${name}.h5` }))).toEqual(expected);
});
