import { callable } from '../base/callable';
import { atLeast, checkValue, finite, orNull, strictFlag, text } from '../base/checks';
import { formatValue, ValueError } from '../base/errors';
import { resolveOptions, type Signature } from '../base/options';
import type { CallbackModel, Logs } from './callback';
import { fixed } from './format';
import { MonitorCallback, type MonitorMode } from './monitorCallback';
import { printLine } from './output';
import { formatPath } from './pathFormat';

/** Arguments of `ModelCheckpoint`. */
export interface ModelCheckpointOptions {
  /**
   * Where the model goes: a path that ends in `.keras` or `.h5`, or in `.weights.h5` with `saveWeightsOnly`. Names in
   * braces stand for `epoch` (from 1), `batch` and what is logged: `'{epoch:02d}-{val_loss:.2f}.keras'`.
   */
  filepath: string;
  /** The quantity to watch. Default: `'val_loss'`. */
  monitor?: string;
  /** 1: print when something is saved. Default: 0. */
  verbose?: number;
  /** Whether only what is better than all before is saved. Default: false. */
  saveBestOnly?: boolean;
  /** Whether weights are saved instead of whole models. Default: false. */
  saveWeightsOnly?: boolean;
  /** `'min'`: small is good; `'max'`: large is; `'auto'` (default): as the metric says. */
  mode?: MonitorMode;
  /** After each epoch (default), or after so many batches. */
  saveFreq?: 'epoch' | number;
  /** What the first epoch must be better than, with `saveBestOnly`. Default: nothing. */
  initialValueThreshold?: number | null;
}

const WHO = 'ModelCheckpoint';
const SIGNATURE: Signature<ModelCheckpointOptions> = {
  who: WHO,
  positional: ['filepath'],
  defaults: {
    monitor: 'val_loss',
    verbose: 0,
    saveBestOnly: false,
    saveWeightsOnly: false,
    mode: 'auto',
    saveFreq: 'epoch',
    initialValueThreshold: null,
  },
  checks: {
    filepath: text,
    monitor: text,
    verbose: atLeast(0),
    saveBestOnly: strictFlag,
    saveWeightsOnly: strictFlag,
    initialValueThreshold: orNull(finite),
  },
};

export type ModelCheckpointArguments =
  | [options: ModelCheckpointOptions]
  | [filepath: string, options?: Omit<ModelCheckpointOptions, 'filepath'>];

/** What is used of a model besides what all callbacks use. */
interface Saving extends CallbackModel {
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
}

export class ModelCheckpointCallback extends MonitorCallback {
  static readonly className = WHO;

  protected readonly who = WHO;
  readonly filepath: string;
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: 'epoch' | number;
  #epoch = 0;
  #batchesSinceSaving = 0;
  #lastBatch: number | undefined;

  constructor(...args: ModelCheckpointArguments) {
    const options = resolveOptions(SIGNATURE, args) as Required<ModelCheckpointOptions>;
    super(WHO, options.monitor, options.mode, 0);
    const { filepath, saveWeightsOnly, saveFreq } = options;
    checkValue(WHO, 'saveFreq', saveFreq, {
      expected: "'epoch' or a positive integer",
      accepts: (value) => value === 'epoch' || (Number.isInteger(value) && (value as number) > 0),
    });
    const isFit = saveWeightsOnly ? filepath.endsWith('.weights.h5') : /(?<!\.weights)\.h5$|\.keras$/.test(filepath);
    if (!isFit) {
      const ending = saveWeightsOnly ? '.weights.h5, with saveWeightsOnly' : '.keras or .h5';
      throw new ValueError(`${WHO}: filepath must end in ${ending}. Received: filepath=${formatValue(filepath)}.`);
    }
    this.filepath = filepath;
    this.verbose = options.verbose;
    this.saveBestOnly = options.saveBestOnly;
    this.saveWeightsOnly = saveWeightsOnly;
    this.saveFreq = saveFreq;
    this.best = options.initialValueThreshold;
    // Logs of batches are waited for: only who needs them asks.
    if (saveFreq !== 'epoch') {
      Object.defineProperty(this, 'onTrainBatchEnd', {
        value: (batch: number, logs: Logs) => (this.#isDue(batch, saveFreq) ? this.#save(logs, batch) : undefined),
      });
    }
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.#epoch = epoch;
    if (this.saveFreq === 'epoch') await this.#save(logs);
  }

  /** Whether enough batches have passed; several may have, where a step is of several. */
  #isDue(batch: number, every: number): boolean {
    const last = this.#lastBatch;
    this.#batchesSinceSaving += last === undefined || batch <= last ? batch + 1 : batch - last;
    this.#lastBatch = batch;
    if (this.#batchesSinceSaving < every) return false;
    this.#batchesSinceSaving = 0;
    return true;
  }

  async #save(logs: Logs, batch?: number): Promise<void> {
    const values = { ...(batch !== undefined && { batch: batch + 1 }), ...logs, epoch: this.#epoch + 1 };
    const path = formatPath(WHO, this.filepath, values);
    if (!this.#isWanted(logs, path)) return;
    const model = this.model as Saving;
    if (this.saveWeightsOnly) await model.saveWeights(path);
    else await model.save(path);
    this.#say(`finished saving model to ${path}`);
  }

  #isWanted(logs: Logs, path: string): boolean {
    if (!this.saveBestOnly) {
      this.#say(`saving model to ${path}`);
      return true;
    }
    const current = this.currentValue(logs);
    if (current === undefined) return true;
    const before = this.best === null ? 'None' : fixed(this.best, 5);
    if (!this.isImprovement(current, this.best)) {
      this.#say(`${this.monitor} did not improve from ${before}`);
      return false;
    }
    this.#say(`${this.monitor} improved from ${before} to ${fixed(current, 5)}, saving model to ${path}`);
    this.best = current;
    return true;
  }

  #say(what: string): void {
    if (this.verbose > 0) printLine(`\nEpoch ${this.#epoch + 1}: ${what}`);
  }

  protected override unavailable(): string {
    return `Can save best model only with ${this.monitor} available.`;
  }
}

/**
 * Saves the model while it is trained, after each epoch or some batches: every time, or where a quantity is better than
 * ever before. Each file is written whole or not at all.
 *
 * @example
 * const best = ModelCheckpoint('out/best.keras', { saveBestOnly: true, monitor: 'loss' });
 * console.log(best.mode); // auto
 * @see https://keras.io/api/callbacks/model_checkpoint/
 */
export const ModelCheckpoint = callable(ModelCheckpointCallback);
export type ModelCheckpoint = ModelCheckpointCallback;
