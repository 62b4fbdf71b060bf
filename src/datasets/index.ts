/** Data to learn with. */

export type { Cifar10, Cifar10Options, LabelledPictures } from './cifar10';
export * as cifar10 from './cifar10';
export type { FashionMnist, FashionMnistOptions } from './fashionMnist';
export * as fashionMnist from './fashionMnist';
export type { LabelledImages } from './idxFolder';
export type { Labelled, Mnist, MnistOptions } from './mnist';
export * as mnist from './mnist';
export type { LabelledShapes, Shapes, ShapesOptions } from './shapes';
export * as shapes from './shapes';
