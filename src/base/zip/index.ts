/** Zip archives, for `.npz` and `.keras`. */
export { readZip } from './reader';
export { writeZip } from './writer';
