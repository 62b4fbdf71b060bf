import { formatValue, ValueError } from '../../base/errors';
import { flatten, type Nested } from '../../base/nest';
import { resolveOptions } from '../../base/options';
import type { Config } from '../../base/registry';
import { Mean, type Metric } from '../../metrics';
import * as optimizers from '../../optimizers';
import { compileConfigOf } from './compileConfig';
import { CompileLoss, type LossArgument } from './compileLoss';
import { CompileMetrics } from './compileMetrics';
import { COMPILE_SIGNATURE, type CompileOptions } from './compileOptions';

export type { CompileArguments, CompileOptions } from './compileOptions';

/** What `compile` settled: optimizer, losses, metrics and how steps run. */
export class Compilation {
  readonly optimizer: optimizers.Optimizer;
  readonly loss: LossArgument | undefined;
  readonly compileLoss: CompileLoss | undefined;
  readonly compileMetrics: CompileMetrics | undefined;
  readonly lossTracker: Mean;
  runEagerly: boolean;
  readonly stepsPerExecution: number;
  readonly #options: CompileOptions;

  /**
   * @param outputNames names of the layers that make the outputs, where they are known.
   * @param outputs the outputs, where they are known.
   * @throws ValueError for unknown names or values, before anything of the model is changed.
   */
  constructor(args: readonly unknown[], outputNames?: readonly string[], outputs?: Nested<unknown>) {
    const options = resolveOptions(COMPILE_SIGNATURE, args);
    const { loss, lossWeights, metrics, weightedMetrics, runEagerly = false, stepsPerExecution = 1 } = options;
    if (!Number.isInteger(stepsPerExecution) || stepsPerExecution < 1) {
      throw new ValueError(
        `compile: stepsPerExecution must be a positive integer. Received: ${formatValue(stepsPerExecution)}.`,
      );
    }
    this.loss = loss;
    const hasLoss = loss !== undefined && loss !== null;
    this.compileLoss = hasLoss ? new CompileLoss(loss, lossWeights, outputNames, outputs) : undefined;
    const hasMetrics = Boolean(metrics ?? weightedMetrics);
    this.compileMetrics = hasMetrics ? new CompileMetrics(metrics, weightedMetrics, outputNames, outputs) : undefined;
    // Last, because they make variables: nothing is left behind where an argument is wrong.
    this.#options = options;
    this.optimizer = optimizers.get(options.optimizer as optimizers.OptimizerIdentifier);
    this.lossTracker = new Mean({ name: 'loss' });
    this.runEagerly = runEagerly;
    this.stepsPerExecution = stepsPerExecution;
  }

  /** Keras's JSON of what `compile` was given, with how steps run now. */
  getConfig(): Config {
    return compileConfigOf({ ...this.#options, runEagerly: this.runEagerly }, this.optimizer);
  }

  /** The tracker of the total, the metrics as one, and the trackers of the outputs' losses, in Keras's order. */
  get metrics(): Metric[] {
    const { lossTracker, compileMetrics, compileLoss } = this;
    return [lossTracker, ...(compileMetrics ? [compileMetrics] : []), ...(compileLoss?.metrics ?? [])];
  }

  /**
   * Frees the state that was made here, when `next` takes its place: the optimizer and the metrics that were given by
   * name. Objects that the caller made stay as they are, since they may be given again.
   */
  release(next: Compilation): void {
    const kept = new Set<unknown>([...this.#given, next.optimizer, ...next.#given]);
    const members = this.metrics.flatMap((metric) => (metric instanceof CompileMetrics ? metric.metrics : [metric]));
    for (const part of [this.optimizer, ...members]) if (!kept.has(part)) part.dispose();
  }

  /** What `compile` was given that is there as it was given. */
  get #given(): unknown[] {
    const { userMetrics, userWeightedMetrics } = this.compileMetrics ?? {};
    return [this.#options.optimizer, ...[userMetrics, userWeightedMetrics].flatMap((part) => flatten(part as never))];
  }

  /** Frees the optimizer's and the metrics' state. */
  dispose(): void {
    this.optimizer.dispose();
    for (const metric of this.metrics) metric.dispose();
  }
}
