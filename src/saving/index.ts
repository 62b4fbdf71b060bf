/** Names and classes in files: what `deserialize` knows, and how to tell it of classes of your own. */
export {
  type Config,
  deserializeObject as deserializeKerasObject,
  registerKerasSerializable,
  type SerializedObject,
  serializeObject as serializeKerasObject,
} from '../base/registry';
