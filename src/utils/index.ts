/** What surrounds a model: `keras.utils`. */
import { resetNames } from '../base/names';

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
 * Starts the numbering of names again: the next layer of each class gets the first name.
 *
 * @example
 * clearSession();
 * Flatten().name; // 'flatten'
 * @see https://keras.io/api/utils/config_utils/#clear_session-function
 */
export function clearSession(): void {
  resetNames();
}
