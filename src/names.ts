/** What the package exports: namespaces and named exports. */
export * as activations from './activations';
export * as applications from './applications';
export { type BackendName, backend, ready, setBackend } from './backend/engine';
export { Variable } from './backend/variable';
export * from './base/customNames';
export { type Shape, ValueError } from './base/errors';
export * as callbacks from './callbacks';
export * as constraints from './constraints';
export * as datasets from './datasets';
export * as initializers from './initializers';
export { Initializer } from './initializers';
export * as layers from './layers';
export { Input, type InputSpec, Layer } from './layers';
export { SymbolicTensor } from './layers/operation';
export * as losses from './losses';
export { Loss } from './losses';
export * as metrics from './metrics';
export { Metric } from './metrics';
export * as models from './models';
export {
  type CompileOptions,
  type DataInput,
  type EvaluateOptions,
  type FitOptions,
  Model,
  type ModelData,
  type PredictOptions,
  type ScoreRecord,
  type Scores,
  Sequential,
  type StepData,
  type StepLogs,
} from './models';
export * as optimizers from './optimizers';
export { Optimizer } from './optimizers';
export * as plot from './plot';
export * as random from './random';
export * as reference from './reference';
export * as regularizers from './regularizers';
export { Regularizer } from './regularizers';
export * as saving from './saving';
export * as tf from './tf';
export * as utils from './utils';
export { version } from './version';
