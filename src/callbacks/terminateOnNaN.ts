import { callable } from '../base/callable';
import { resolveOptions, type Signature } from '../base/options';
import { CallbackBase, type Logs } from './callback';
import { pythonFloat } from './format';
import { printLine } from './output';

/** Arguments of `TerminateOnNaN`. */
export interface TerminateOnNaNOptions {
  /** Throw an error, after which no `onTrainEnd` is called, instead of ending the training in order. Default: false. */
  raiseError?: boolean;
}

const SIGNATURE: Signature<TerminateOnNaNOptions> = {
  who: 'TerminateOnNaN',
  positional: [],
  defaults: { raiseError: false },
};

export class TerminateOnNaNCallback extends CallbackBase {
  static readonly className = 'TerminateOnNaN';

  readonly raiseError: boolean;

  constructor(options: TerminateOnNaNOptions = {}) {
    super();
    this.raiseError = resolveOptions(SIGNATURE, [options]).raiseError ?? false;
  }

  override onBatchEnd(batch: number, logs: Logs): void {
    const invalid = [logs.loss ?? []].flat().find((loss) => !Number.isFinite(loss));
    if (invalid === undefined) return;
    if (this.raiseError) {
      throw new Error(
        `NaN or Inf loss encountered at batch ${batch}. Loss value: ${pythonFloat(invalid)}. ` +
          'Terminating training immediately.',
      );
    }
    printLine(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

/**
 * Ends training when the loss is NaN or infinite.
 *
 * @example
 * // prints: Batch 0: Invalid loss, terminating training
 * const { epoch } = await model.fit(x.mul(Infinity), y, { epochs: 9, verbose: 0, callbacks: [TerminateOnNaN()] });
 * epoch.length; // 1
 * @see https://keras.io/api/callbacks/terminate_on_nan/
 */
export const TerminateOnNaN = callable(TerminateOnNaNCallback);
export type TerminateOnNaN = TerminateOnNaNCallback;
