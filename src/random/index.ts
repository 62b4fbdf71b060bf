/** Random numbers: `keras.random`. They depend on a seed alone, and are Keras's on TensorFlow. */
export { SeedGenerator, type SeedGeneratorOptions } from '../backend/random';
export type { Parameter, SeedArgument, SeedOptions } from './arguments';
export { type BinomialOptions, binomial } from './binomial';
export { type CategoricalOptions, categorical } from './categorical';
export { type NormalOptions, normal, truncatedNormal, type UniformOptions, uniform } from './continuous';
export { type DropoutOptions, dropout } from './dropout';
export { type BetaOptions, beta, type GammaOptions, gamma } from './gamma';
export { type RandintOptions, randint } from './randint';
export { type ShuffleOptions, shuffle } from './shuffle';
