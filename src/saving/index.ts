/** Models in files, names and classes in them, and how to tell `deserialize` of classes of your own. */
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
export type {
  FileSink,
  FileSource,
  FileTarget,
  LoadModelOptions,
  LoadWeightsOptions,
  SaveModelOptions,
  WriteOptions,
} from '../models';
export { loadModel, loadWeights, saveModel, saveWeights } from './files';
