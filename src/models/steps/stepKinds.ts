import type * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../../base/nest';
import type { Logs } from '../../callbacks';

/** The three things a model does with a batch. */
export type StepKind = 'train' | 'test' | 'predict';
/** Logs of a custom step, outputs of a prediction (the caller owns them), or nothing. */
export type StepResult = Logs | Nested<tf.Tensor> | undefined;
