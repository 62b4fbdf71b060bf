/** What surrounds a model: `keras.utils`. */
import { clearAll } from '../base/clearing';

export { type GetFileOptions, getFile } from './getFile';
export {
  type ArrayToImgOptions,
  arrayToImg,
  type ColorMode,
  type DataFormat,
  type FileFormat,
  type Img,
  type ImgToArrayOptions,
  type Interpolation,
  imgToArray,
  type LoadImgOptions,
  loadImg,
  type Mode,
  type SaveImgOptions,
  saveImg,
} from './image';
export { ImageDataset, type ImageDatasetOptions, imageDatasetFromDirectory, type LabelMode } from './imageDataset';
export { normalize } from './normalize';
export { setRandomSeed } from './random';
export { type Labels, toCategorical } from './toCategorical';

/**
 * Forgets what is kept for the whole process: the numbering of names starts again, so that the next layer of each class
 * gets the first name; the global seed generator starts anew; recorded steps with their sessions and caches are freed,
 * and made again where a model still trains. Weights stay; those of models that nobody has are freed by the engine's
 * garbage collection.
 *
 * @example
 * clearSession();
 * Flatten().name; // 'flatten'
 * @see https://keras.io/api/utils/config_utils/#clear_session-function
 */
export function clearSession(): void {
  clearAll();
}
