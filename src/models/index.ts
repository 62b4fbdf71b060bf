import { provide } from '../base/registry';
import { type FileSource, type LoadModelOptions, savingModule } from './files';
import { Model, ModelLayer } from './model';
import { Sequential } from './sequential';

export { type CloneOptions, cloneModel } from './clone';
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
export type {
  FileSink,
  FileSource,
  FileTarget,
  LoadModelOptions,
  LoadWeightsOptions,
  SaveModelOptions,
  WriteOptions,
} from './files';
export { modelFromJson } from './fromJson';
export { type Called, Model, type ModelArguments, type ModelLayer, type ModelOptions } from './model';
export {
  Sequential,
  type SequentialArguments,
  type SequentialItem,
  type SequentialModel,
  type SequentialOptions,
} from './sequential';
export type { StepLogs } from './trainable';

/**
 * Reads a model from a file of Keras or of this library: `.keras`, or legacy `.h5`; which one it is shows in its bytes.
 *
 * @param source a path, a URL, a `Blob`, or bytes.
 * @param options `compile` (true), `customObjects`, `maxBytes`.
 * @throws ValueError for what is no such file, for damage, for classes that are not known, and for weights that are missing,
 *   left over or of another shape. Nothing of a file is run, and nothing that it names is opened.
 */
export async function loadModel(source: FileSource, options: LoadModelOptions = {}): Promise<Model> {
  const files = await savingModule();
  return files.loadModel(source, options);
}

/** Whether a value is a model. */
export function isModel(value: unknown): value is Model {
  return value instanceof ModelLayer;
}

provide('keras', { Sequential });
provide('keras.models', { Sequential, Functional: Model, Model });
provide('keras.src.models.functional', { Functional: Model });
