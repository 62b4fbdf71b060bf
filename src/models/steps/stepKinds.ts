import type * as tf from '@tensorflow/tfjs-core';
import type { Nested } from '../../base/nest';
import type { Logs } from '../../callbacks';
import type { StepData } from '../data/data';
import type { StepLogs, Trainable } from '../trainable';

/** The three things a model does with a batch. */
export type StepKind = 'train' | 'test' | 'predict';
/** Logs of a custom step, outputs of a prediction (the caller owns them), or nothing. */
export type StepResult = Logs | Nested<tf.Tensor> | undefined;

/** What a step of a kind computes, on tensors in the structure of the data. */
export function runStep(model: Trainable, kind: StepKind, data: StepData): StepLogs | Nested<tf.Tensor> {
  if (kind === 'predict') return model.predictStep(data);
  return kind === 'train' ? model.trainStep(data) : model.testStep(data);
}
