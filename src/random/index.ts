/** Random numbers as Keras's on TensorFlow: keyed by a seed, the same everywhere. */
export {
  SeedGenerator,
  statelessNormal as normal,
  statelessTruncatedNormal as truncatedNormal,
  statelessUniform as uniform,
} from '../backend/random';
