import type * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../../base/nest';
import type { MetricResults } from '../../metrics';

/** The three things a model does with a batch. */
export type StepKind = 'train' | 'test' | 'predict';
/** What a custom step logs, or the outputs of a prediction (the caller owns them), or nothing. */
export type StepResult = MetricResults | Nested<tf.Tensor> | undefined;
