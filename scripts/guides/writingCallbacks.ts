/** Writing your own callbacks, after https://keras.io/guides/writing_your_own_callbacks/. */
import type * as tf from '@tensorflow/tfjs';
import { callbacks, layers, type Model, optimizers, Sequential, utils } from 'keras-ts';
import { classes, numbers, type Parts, type RunOptions, type Shown, show } from './common';

const [X_TRAIN, Y_TRAIN] = [numbers([48, 10]), classes(48, 10)];
const [X_TEST, Y_TEST] = [numbers([16, 10], 40), classes(16, 10)];

// Define the Keras model to add callbacks to
function getModel(runEagerly: boolean): Model {
  utils.setRandomSeed(1);
  const model = Sequential();
  model.add(layers.Dense(1));
  model.compile({
    optimizer: optimizers.RMSprop({ learningRate: 0.1 }),
    loss: 'mean_squared_error',
    metrics: ['mean_absolute_error'],
    runEagerly,
  });
  return model;
}

class CustomCallback extends callbacks.Callback {
  readonly lines: string[] = [];

  print(text: string, logs: object): void {
    const keys = Object.keys(logs).sort();
    this.lines.push(`${text}; got log keys: [${keys.map((key) => `'${key}'`).join(', ')}]`);
  }

  override onTrainBegin(logs: callbacks.Logs): void {
    this.print('Starting training', logs);
  }

  override onTrainEnd(logs: callbacks.Logs): void {
    this.print('Stop training', logs);
  }

  override onEpochBegin(epoch: number, logs: callbacks.Logs): void {
    this.print(`Start epoch ${epoch} of training`, logs);
  }

  override onEpochEnd(epoch: number, logs: callbacks.Logs): void {
    this.print(`End epoch ${epoch} of training`, logs);
  }

  override onTestBegin(logs: callbacks.Logs): void {
    this.print('Start testing', logs);
  }

  override onTestEnd(logs: callbacks.Logs): void {
    this.print('Stop testing', logs);
  }

  override onPredictBegin(logs: callbacks.Logs): void {
    this.print('Start predicting', logs);
  }

  override onPredictEnd(logs: callbacks.Logs): void {
    this.print('Stop predicting', logs);
  }

  override onTrainBatchBegin(batch: number, logs: callbacks.Logs): void {
    this.print(`...Training: start of batch ${batch}`, logs);
  }

  override onTrainBatchEnd(batch: number, logs: callbacks.Logs): void {
    this.print(`...Training: end of batch ${batch}`, logs);
  }

  override onTestBatchBegin(batch: number, logs: callbacks.Logs): void {
    this.print(`...Evaluating: start of batch ${batch}`, logs);
  }

  override onTestBatchEnd(batch: number, logs: callbacks.Logs): void {
    this.print(`...Evaluating: end of batch ${batch}`, logs);
  }

  override onPredictBatchBegin(batch: number, logs: callbacks.Logs): void {
    this.print(`...Predicting: start of batch ${batch}`, logs);
  }

  override onPredictBatchEnd(batch: number, logs: callbacks.PredictLogs): void {
    this.print(`...Predicting: end of batch ${batch}`, logs);
  }
}

async function basicExample({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getModel(runEagerly);
  const [fitting, testing, predicting] = [new CustomCallback(), new CustomCallback(), new CustomCallback()];
  await model.fit(X_TRAIN, Y_TRAIN, {
    batchSize: 4,
    epochs: 2,
    verbose: 0,
    validationSplit: 0.5,
    callbacks: [fitting],
  });
  await model.evaluate(X_TEST, Y_TEST, { batchSize: 8, verbose: 0, callbacks: [testing] });
  await model.predict(X_TEST, { batchSize: 8, verbose: 0, callbacks: [predicting] });
  return { fit: fitting.lines, evaluate: testing.lines, predict: predicting.lines };
}

class LossAndErrorPrintingCallback extends callbacks.Callback {
  readonly batches: [batch: number, loss: number][] = [];
  readonly tests: [batch: number, loss: number][] = [];
  readonly epochs: [epoch: number, loss: number, error: callbacks.LogValue][] = [];

  override onTrainBatchEnd(batch: number, logs: callbacks.MetricLogs): void {
    this.batches.push([batch, logs.loss]);
  }

  override onTestBatchEnd(batch: number, logs: callbacks.MetricLogs): void {
    this.tests.push([batch, logs.loss]);
  }

  override onEpochEnd(epoch: number, logs: callbacks.MetricLogs): void {
    this.epochs.push([epoch, logs.loss, logs['mean_absolute_error']!]);
  }
}

async function logs({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getModel(runEagerly);
  const printing = new LossAndErrorPrintingCallback();
  await model.fit(X_TRAIN, Y_TRAIN, { batchSize: 16, epochs: 4, shuffle: false, verbose: 0, callbacks: [printing] });
  await model.evaluate(X_TEST, Y_TEST, { batchSize: 8, verbose: 0, callbacks: [printing] });
  return { batches: printing.batches, tests: printing.tests, epochs: printing.epochs };
}

/** Stop training when the loss is at its min, i.e. the loss stops decreasing. */
class EarlyStoppingAtMinLoss extends callbacks.Callback {
  /** The weights at which the minimum loss occurs. */
  bestWeights: tf.Tensor[] = [];
  /** The number of epochs it has waited when loss is no longer minimum. */
  wait = 0;
  /** The epoch the training stops at. */
  stoppedEpoch = 0;
  best = Number.POSITIVE_INFINITY;

  /** @param patience number of epochs to wait after min has been hit. */
  constructor(readonly patience = 0) {
    super();
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = Number.POSITIVE_INFINITY;
  }

  override onEpochEnd(epoch: number, logs: callbacks.MetricLogs): void {
    const current = logs.loss;
    if (current < this.best) {
      this.best = current;
      this.wait = 0;
      // Record the best weights if current results is better (less).
      this.bestWeights = this.model.getWeights();
    } else {
      this.wait += 1;
      if (this.wait >= this.patience) {
        this.stoppedEpoch = epoch;
        this.model.stopTraining = true;
        // Restoring model weights from the end of the best epoch.
        this.model.setWeights(this.bestWeights);
      }
    }
  }
}

async function earlyStopping({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getModel(runEagerly);
  const stopping = new EarlyStoppingAtMinLoss();
  const history = await model.fit(X_TRAIN, Y_TRAIN, {
    batchSize: 8,
    stepsPerEpoch: 5,
    epochs: 30,
    shuffle: false,
    verbose: 0,
    callbacks: [stopping],
  });
  return {
    history: history.history,
    stopped_epoch: stopping.stoppedEpoch,
    best: stopping.best,
    weights: model.getWeights(),
  };
}

/** Learning rate scheduler which sets the learning rate according to schedule. */
class CustomLearningRateScheduler extends callbacks.Callback<Model> {
  readonly rates: number[] = [];

  /** @param schedule takes an epoch index and current learning rate, and returns a new learning rate. */
  constructor(readonly schedule: (epoch: number, lr: number) => number) {
    super();
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    if (!optimizer) throw new Error('The model must have an optimizer.');
    // Get the current learning rate from model's optimizer.
    const lr = optimizer.learningRate;
    // Call schedule function to get the scheduled learning rate.
    const scheduledLr = this.schedule(epoch, lr);
    // Set the value back to the optimizer before this epoch starts
    optimizer.learningRate = scheduledLr;
    this.rates.push(scheduledLr);
  }
}

const LR_SCHEDULE = [
  // [epoch to start, learning rate] tuples
  [3, 0.05],
  [6, 0.01],
  [9, 0.005],
  [12, 0.001],
] as const;

/** Helper function to retrieve the scheduled learning rate based on epoch. */
function lrSchedule(epoch: number, lr: number): number {
  if (epoch < LR_SCHEDULE[0][0] || epoch > LR_SCHEDULE[3][0]) return lr;
  for (const [start, rate] of LR_SCHEDULE) if (epoch === start) return rate;
  return lr;
}

async function learningRateScheduling({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getModel(runEagerly);
  const scheduler = new CustomLearningRateScheduler(lrSchedule);
  const history = await model.fit(X_TRAIN, Y_TRAIN, {
    batchSize: 8,
    stepsPerEpoch: 5,
    epochs: 15,
    shuffle: false,
    verbose: 0,
    callbacks: [new LossAndErrorPrintingCallback(), scheduler],
  });
  return { history: history.history, rates: scheduler.rates };
}

/** Records the predictions for some samples at the end of each epoch, as a sanity check during training. */
class Predictions extends callbacks.Callback<Model> {
  readonly seen: tf.Tensor[] = [];

  constructor(readonly samples: tf.Tensor) {
    super();
  }

  override async onEpochEnd(): Promise<void> {
    this.seen.push(await this.model.predict(this.samples, { verbose: 0 }));
  }
}

async function predictions({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getModel(runEagerly);
  const callback = new Predictions(X_TEST.slice(0, 2));
  await model.fit(X_TRAIN, Y_TRAIN, { batchSize: 8, epochs: 3, shuffle: false, verbose: 0, callbacks: [callback] });
  return { seen: callback.seen };
}

export const parts: Parts = {
  'a basic example': basicExample,
  logs,
  'early stopping': earlyStopping,
  'learning rate scheduling': learningRateScheduling,
  'predictions while training': predictions,
};

void show(module, parts);
