/** Keras for TypeScript, on TensorFlow.js. */
import * as keras from './names';

export * from './names';

/** Everything by one name: `import keras from 'keras-ts'`. */
export default keras;
