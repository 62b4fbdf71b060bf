/**
 * TensorFlow.js's core, with the methods of tensors (`x.add(y)`): the one engine that everything here computes with.
 * Take it from here, and there is no second one, whatever a package manager installs.
 *
 * @see https://js.tensorflow.org/api/latest/
 */
import '../backend/registrations';

export * from '@tensorflow/tfjs-core';
