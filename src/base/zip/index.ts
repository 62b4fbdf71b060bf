/** Zip archives, for `.npz` and `.keras`. */
export { readZip, type ZipEntry } from './reader';
export { writeZip, type ZipMember } from './writer';
