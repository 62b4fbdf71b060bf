/** Models in files, names and classes in them, and how to tell `deserialize` of classes of your own. */
import type { FileSource, FileTarget, LoadWeightsOptions, Model, SaveModelOptions, WriteOptions } from '../models';
import { savingModule } from '../models/files';

export {
  type CustomObject,
  type CustomObjects,
  customObjectScope,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
} from '../base/customObjects';
export {
  type Config,
  deserializeObject as deserializeKerasObject,
  type SerializedObject,
  serializeObject as serializeKerasObject,
} from '../base/registry';
export {
  type FileSink,
  type FileSource,
  type FileTarget,
  type LoadModelOptions,
  type LoadWeightsOptions,
  loadModel,
  type SaveModelOptions,
  type WriteOptions,
} from '../models';

/**
 * Writes a model to a file: its config, weights, and how it is compiled, with the state of the optimizer. Keras opens it.
 *
 * @param target a path that ends in `.keras`, or in `.h5` for the legacy format; or an object with `write(piece)`, which
 *   gets a `.keras` file.
 * @param options `overwrite` (true), `includeOptimizer` (true, `.h5` only).
 * @throws ValueError for another ending, or where it cannot be written; a file that was there stays as it was.
 * @see https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
 */
export async function saveModel(model: Model, target: FileTarget, options: SaveModelOptions = {}): Promise<void> {
  const files = await savingModule();
  return files.saveModel(model, target, options);
}

/**
 * Writes the weights of a model, and the state of its optimizer, to a `.weights.h5` file.
 * @throws ValueError for a model that is not built, another ending, or where it cannot be written.
 */
export async function saveWeights(model: Model, target: FileTarget, options: WriteOptions = {}): Promise<void> {
  const files = await savingModule();
  return files.saveWeights(model, target, options);
}

/**
 * Reads the weights of a model from a file: `.weights.h5`, `.keras`, or legacy `.h5`.
 *
 * @param options `skipMismatch` (false), `byName` (false; legacy `.h5` only), `maxBytes`.
 * @throws ValueError for weights that are missing, left over or of another shape; the model stays as it was.
 */
export async function loadWeights(model: Model, source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
  const files = await savingModule();
  return files.loadWeights(model, source, options);
}
