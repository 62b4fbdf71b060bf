import type * as tf from '@tensorflow/tfjs-core';
import { type Config, isSerialized } from '../base/registry';

/** A learning rate that depends on the number of steps done. */
export interface LearningRateSchedule {
  /** The rate at a step (an int32 scalar, from 0), made of tensor operations. */
  call(step: tf.Tensor): tf.Tensor;
  /** Keras's config, for saving. */
  getConfig(): Config;
}

/** Whether a value is a schedule. */
export function isSchedule(value: unknown): value is LearningRateSchedule {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return (
    isObject &&
    !isSerialized(value) &&
    typeof Reflect.get(value as object, 'call') === 'function' &&
    'getConfig' in (value as object)
  );
}
