import type * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../../base/nest';
import type { StepData } from '../data/data';
import type { StepLogs, Trainable } from '../trainable';
import type { StepKind } from './stepKinds';

/** What a step of a kind computes, on tensors in the structure of the data. */
export function runStep(model: Trainable, kind: StepKind, data: StepData): StepLogs | Nested<tf.Tensor> {
  if (kind === 'predict') return model.predictStep(data);
  return kind === 'train' ? model.trainStep(data) : model.testStep(data);
}
