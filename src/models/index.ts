import { provide } from '../base/registry';
import { Model } from './model';
import { Sequential } from './sequential';

export type { CompileArguments, CompileOptions } from './compile/compilation';
export type { LossArgument, LossWeights } from './compile/compileLoss';
export type { MetricsArgument } from './compile/compileMetrics';
export type { Score, ScoreRecord, Scores, ScoresBy } from './compile/logs';
export type {
  EvaluateOptions,
  FitOptions,
  OnBatchOptions,
  PredictOptions,
  ValidationData,
  Verbosity,
} from './data/arguments';
export type { ArrayInput, BatchInput, DataInput, DatasetLike, IterableData, ModelData, StepData } from './data/data';
export { Model, type ModelArguments, type ModelOptions } from './model';
export { Sequential, type SequentialArguments, type SequentialItem, type SequentialOptions } from './sequential';
export type { StepLogs } from './trainable';

provide('keras', { Sequential });
provide('keras.models', { Sequential, Functional: Model, Model });
provide('keras.src.models.functional', { Functional: Model });
