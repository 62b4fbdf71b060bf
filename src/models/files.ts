/**
 * Files of models, as models know them: what there is to say about them, and the one way up to `saving`, which is loaded
 * when it is asked for. So a program that never saves does not load HDF5.
 */
import type { CustomObjects } from '../base/customObjects';

/** A file to read: a path or an address as a string, a `URL`, or its content. */
export type FileSource = string | URL | Uint8Array | ArrayBuffer | Blob;

/** Takes a file piece by piece: a stream of a browser's file, or `{ write: (piece) => pieces.push(piece) }`. */
export interface FileSink {
  write(piece: Uint8Array): unknown;
}

/** Where a file goes. */
export type FileTarget = string | URL | FileSink;

/** How files are written. */
export interface WriteOptions {
  /** Whether a file that is there may be replaced. Default: true. */
  overwrite?: boolean;
}

/** Arguments of `saveModel`. */
export interface SaveModelOptions extends WriteOptions {
  /** Whether a legacy `.h5` file gets the state of the optimizer. Default: true. */
  includeOptimizer?: boolean;
}

/** Arguments of `loadModel`. */
export interface LoadModelOptions {
  /** Whether it is compiled as it was, with the state of its optimizer. Default: true. */
  compile?: boolean;
  /** Classes and functions of your own by name. */
  customObjects?: CustomObjects;
  /** Most bytes of the file, and of each part of it when it is unpacked. Default: 2 ** 32. */
  maxBytes?: number;
}

/** Arguments of `loadWeights`. */
export interface LoadWeightsOptions {
  /** Leaves weights as they are that are missing in the file or have another shape there, and tells of them. Default: false. */
  skipMismatch?: boolean;
  /** Whether layers of legacy `.h5` files are found by their names, others left as they are. Default: false. */
  byName?: boolean;
  /** Most bytes of the file, and of each part of it when it is unpacked. Default: 2 ** 32. */
  maxBytes?: number;
}

/** What `saving` does with files. */
export async function savingModule(): Promise<typeof import('../saving/files.js')> {
  return import('../saving/files.js');
}
