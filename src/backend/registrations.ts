/**
 * What TensorFlow.js's core has once these are loaded: the gradients, the methods of tensors (`x.add(y)`), and the
 * backend `cpu`. For Node, only the union package holds the first two; all else of ours imports the core alone, which is
 * the one that the union and a caller's program have.
 */
import '@tensorflow/tfjs';
