/** Data to learn with. */

export type { Labelled, Mnist, MnistOptions } from './mnist';
export * as mnist from './mnist';
