import { provide } from '../base/registry';
import { Model } from './model';
import { Sequential } from './sequential';

export { type CloneOptions, cloneModel } from './clone';
export { modelFromJson } from './fromJson';
export { Model, type ModelOptions } from './model';
export { Sequential, type SequentialOptions } from './sequential';

provide('keras', { Sequential });
provide('keras.models', { Sequential, Functional: Model, Model });
provide('keras.src.models.functional', { Functional: Model });
