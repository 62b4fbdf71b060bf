/** Names and classes in files: what `deserialize` knows, and how to tell it of classes of your own. */
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
