/** Callbacks: what is told about training, epoch by epoch and batch by batch. */
export {
  Callback,
  CallbackBase,
  type CallbackHooks,
  type CallbackModel,
  type CallbackObject,
  type CallbackParams,
  type Logs,
  type LogValue,
  type MetricLogs,
  type PredictLogs,
  type ScalarName,
} from './callback';
export {
  type CallbackLike,
  CallbackList,
  type CallbackListArguments,
  CallbackListBase,
  type CallbackListOptions,
  type CallbacksArgument,
  type Verbose,
} from './callbackList';
export { CSVLogger, type CSVLoggerArguments, CSVLoggerCallback, type CSVLoggerOptions } from './csvLogger';
export {
  EarlyStopping,
  type EarlyStoppingArguments,
  EarlyStoppingCallback,
  type EarlyStoppingOptions,
} from './earlyStopping';
export { History, HistoryCallback, type HistoryRecord } from './history';
export { LambdaCallback, LambdaCallbackBase } from './lambdaCallback';
export {
  type LearningRateFunction,
  LearningRateScheduler,
  type LearningRateSchedulerArguments,
  LearningRateSchedulerCallback,
  type LearningRateSchedulerOptions,
} from './learningRateScheduler';
export {
  ModelCheckpoint,
  type ModelCheckpointArguments,
  ModelCheckpointCallback,
  type ModelCheckpointOptions,
} from './modelCheckpoint';
export { MonitorCallback, type MonitorMode } from './monitorCallback';
export type { Output } from './output';
export { Progbar, ProgbarBase, type ProgbarOptions, type ProgbarValues } from './progbar';
export { ProgbarLogger, ProgbarLoggerCallback, type ProgbarLoggerOptions } from './progbarLogger';
export {
  ReduceLROnPlateau,
  type ReduceLROnPlateauArguments,
  ReduceLROnPlateauCallback,
  type ReduceLROnPlateauOptions,
} from './reduceLROnPlateau';
export { TerminateOnNaN, TerminateOnNaNCallback, type TerminateOnNaNOptions } from './terminateOnNaN';
