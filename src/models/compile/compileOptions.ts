import type { Signature } from '../../base/options';
import type { SerializedObject } from '../../base/registry';
import type * as optimizers from '../../optimizers';
import type { LossArgument, LossWeights } from './compileLoss';
import type { MetricsArgument } from './compileMetrics';

/** Arguments of `compile`, as in Keras. */
export interface CompileOptions {
  /** Name, instance or config. Default: `'rmsprop'`. */
  optimizer?: optimizers.OptimizerIdentifier;
  /** One loss, or one for each output in a list or record. */
  loss?: LossArgument;
  /** Factor of each output's loss in the total, in a list or record; arrays and tensors broadcast with the losses. */
  lossWeights?: LossWeights;
  /** Metrics, for several outputs in a list of lists or a record. */
  metrics?: MetricsArgument;
  /** Metrics that `sampleWeight` and `classWeight` apply to. */
  weightedMetrics?: MetricsArgument;
  /** Runs every step operation by operation instead of as a compiled graph. Default: false. */
  runEagerly?: boolean;
  /** Batches per run of the training function; callbacks see each group as one. Default: 1. */
  stepsPerExecution?: number;
  /** Accepted for Keras's sake: there is no XLA here. */
  jitCompile?: boolean | 'auto';
  /** Accepted for Keras's sake: it concerns mixed precision only. */
  autoScaleLoss?: boolean;
}

/** `compile('adam', 'mse', ['mae'])`, `compile('adam', 'mse', { metrics: ['mae'] })` or `compile({ optimizer: 'adam' })`. */
export type CompileArguments =
  | [
      optimizer: Exclude<optimizers.OptimizerIdentifier, SerializedObject> | undefined,
      loss: CompileOptions['loss'],
      ...rest:
        | [metrics: CompileOptions['metrics'], options?: Omit<CompileOptions, 'optimizer' | 'loss' | 'metrics'>]
        | [options?: Omit<CompileOptions, 'optimizer' | 'loss'>],
    ]
  | [options?: CompileOptions];

export const COMPILE_SIGNATURE: Signature<CompileOptions> = {
  who: 'compile',
  positional: ['optimizer', 'loss', 'metrics'],
  defaults: {
    optimizer: 'rmsprop',
    loss: undefined,
    metrics: undefined,
    lossWeights: undefined,
    weightedMetrics: undefined,
    runEagerly: false,
    stepsPerExecution: 1,
    jitCompile: 'auto',
    autoScaleLoss: true,
  },
};
