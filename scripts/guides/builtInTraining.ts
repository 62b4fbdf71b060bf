/** Training and evaluation with the built-in methods, after https://keras.io/guides/training_with_built_in_methods/. */
import * as tf from '@tensorflow/tfjs';
import {
  callbacks,
  Input,
  Layer,
  Loss,
  layers,
  losses,
  Metric,
  Model,
  metrics,
  optimizers,
  utils,
  type Variable,
} from 'keras-ts';
import { classes, numbers, type Parts, type RunOptions, type Shown, show } from './common';

const [X, Y] = [numbers([48, 8]), classes(48, 4)];
const [X_VAL, Y_VAL] = [numbers([16, 8], 50), classes(16, 4)];
const FITTING = { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 } as const;

function getUncompiledModel(): Model {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [8], name: 'digits' });
  let x = layers.Dense(6, { activation: 'relu', name: 'dense_1' })(inputs);
  x = layers.Dense(6, { activation: 'relu', name: 'dense_2' })(x);
  const outputs = layers.Dense(4, { activation: 'softmax', name: 'predictions' })(x);
  return Model({ inputs, outputs });
}

function getCompiledModel(runEagerly: boolean): Model {
  const model = getUncompiledModel();
  model.compile({
    optimizer: 'rmsprop',
    loss: 'sparse_categorical_crossentropy',
    metrics: ['sparse_categorical_accuracy'],
    runEagerly,
  });
  return model;
}

async function firstExample({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getUncompiledModel();
  model.compile({
    optimizer: optimizers.RMSprop(),
    loss: losses.SparseCategoricalCrossentropy(),
    metrics: [metrics.SparseCategoricalAccuracy()],
    runEagerly,
  });
  const history = await model.fit(X, Y, { validationData: [X_VAL, Y_VAL], ...FITTING });
  return {
    history: history.history,
    results: await model.evaluate(X_VAL, Y_VAL, { batchSize: 8, verbose: 0 }),
    predictions: await model.predict(X_VAL.slice(0, 3), { verbose: 0 }),
  };
}

function customMeanSquaredError(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(yTrue, yPred)), -1);
}

class CustomMSE extends Loss {
  constructor(
    readonly regularizationFactor = 0.1,
    name = 'custom_mse',
  ) {
    super({ name });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const mse = tf.mean(tf.square(tf.sub(yTrue, yPred)), -1);
    const reg = tf.mean(tf.square(tf.sub(0.5, yPred)), -1);
    return mse.add(reg.mul(this.regularizationFactor));
  }
}

async function customLosses({ runEagerly }: RunOptions): Promise<Shown> {
  const yOneHot = utils.toCategorical(Y, 4);
  let model = getUncompiledModel();
  model.compile({ optimizer: optimizers.Adam(), loss: customMeanSquaredError, runEagerly });
  const byFunction = await model.fit(X, yOneHot, FITTING);
  model = getUncompiledModel();
  model.compile({ optimizer: optimizers.Adam(), loss: new CustomMSE(), runEagerly });
  const byClass = await model.fit(X, yOneHot, FITTING);
  return { function: byFunction.history, class: byClass.history };
}

class CategoricalTruePositives extends Metric {
  readonly truePositives: Variable;

  constructor(name = 'categorical_true_positives') {
    super({ name });
    this.truePositives = this.addVariable({ shape: [], name: 'ctp' });
  }

  override updateState(yTrue: tf.Tensor, yPred: tf.Tensor, sampleWeight?: tf.Tensor): void {
    const predicted = tf.reshape(tf.argMax(yPred, 1), [-1, 1]);
    let values = tf.equal(tf.cast(yTrue, 'int32'), tf.cast(predicted, 'int32'));
    values = tf.cast(values, 'float32');
    if (sampleWeight) values = tf.mul(values, sampleWeight);
    this.truePositives.assign(this.truePositives.value.add(tf.sum(values)));
  }

  override result(): tf.Tensor {
    return this.truePositives.value.clone();
  }

  override resetState(): void {
    this.truePositives.assign(tf.scalar(0));
  }
}

async function customMetric({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getUncompiledModel();
  model.compile({
    optimizer: optimizers.RMSprop({ learningRate: 1e-3 }),
    loss: losses.SparseCategoricalCrossentropy(),
    metrics: [new CategoricalTruePositives()],
    runEagerly,
  });
  const labels = tf.tensor2d(Y, [Y.length, 1]);
  return { history: (await model.fit(X, labels, FITTING)).history };
}

class ActivityRegularizationLayer extends Layer {
  override call(inputs: tf.Tensor): tf.Tensor {
    this.addLoss(tf.sum(inputs).mul(0.1));
    return inputs; // Pass-through layer.
  }
}

async function lossOfALayer({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [8], name: 'digits' });
  let x = layers.Dense(6, { activation: 'relu', name: 'dense_1' })(inputs);
  // Insert activity regularization as a layer
  x = new ActivityRegularizationLayer()(x);
  x = layers.Dense(6, { activation: 'relu', name: 'dense_2' })(x);
  const outputs = layers.Dense(4, { name: 'predictions' })(x);
  const model = Model({ inputs, outputs });
  model.compile({
    optimizer: optimizers.RMSprop({ learningRate: 1e-3 }),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    runEagerly,
  });
  return { history: (await model.fit(X, Y, FITTING)).history };
}

class LogisticEndpoint extends Layer {
  static override readonly callArguments = ['targets', 'logits'];
  readonly lossFn = losses.BinaryCrossentropy({ fromLogits: true });

  constructor(name?: string) {
    super({ ...(name !== undefined && { name }) });
  }

  override call(targets: tf.Tensor, logits: tf.Tensor): tf.Tensor {
    // Compute the training-time loss value and add it to the layer using `addLoss`.
    const loss = this.lossFn(targets, logits);
    this.addLoss(loss);
    // Return the inference-time prediction tensor (for `predict`).
    return tf.softmax(logits);
  }
}

async function endpointLayer({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [8], name: 'inputs' });
  const targets = Input({ shape: [4], name: 'targets' });
  const logits = layers.Dense(4)(inputs);
  const predictions = new LogisticEndpoint('predictions')(logits, targets as never) as unknown as typeof logits;
  const model = Model({ inputs: [inputs, targets], outputs: predictions });
  model.compile({ optimizer: 'adam', runEagerly }); // No loss argument!
  const data = { inputs: X, targets: utils.toCategorical(Y, 4) };
  return { history: (await model.fit(data, FITTING)).history };
}

async function validationSplit({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getCompiledModel(runEagerly);
  return { history: (await model.fit(X, Y, { validationSplit: 0.2, ...FITTING })).history };
}

/** A dataset of batches of samples, in order. TensorFlow.js batches records; as a list a batch is `[x, y]`. */
function batchesOf(batchSize: number, ...arrays: (tf.Tensor | number[])[]): tf.data.Dataset<tf.TensorContainer> {
  const columns = arrays.map((array) => tf.unstack(array instanceof tf.Tensor ? array : tf.tensor1d(array)));
  const samples = columns[0]!.map((_, i) => Object.fromEntries(columns.map((column, n) => [n, column[i]!])));
  return tf.data
    .array(samples)
    .batch(batchSize)
    .map((batch) => Object.values(batch as Record<string, tf.Tensor>));
}

async function datasets({ runEagerly }: RunOptions): Promise<Shown> {
  const fitting = { epochs: 3, shuffle: false, verbose: 0 } as const;
  const trainDataset = batchesOf(8, X, Y);
  const valDataset = batchesOf(8, X_VAL, Y_VAL);
  let model = getCompiledModel(runEagerly);
  const { history } = await model.fit(trainDataset, fitting);
  const result = await model.evaluate(valDataset, { verbose: 0 });
  const byName = await model.evaluate(valDataset, { verbose: 0, returnDict: true });
  const predictions = await model.predict(
    valDataset.map((element) => (element as tf.Tensor[])[0]!),
    { verbose: 0 },
  );
  // Only some batches an epoch: the data go on where they were.
  model = getCompiledModel(runEagerly);
  const some = await model.fit(trainDataset, { stepsPerEpoch: 2, ...fitting });
  model = getCompiledModel(runEagerly);
  const validated = await model.fit(trainDataset, { validationData: valDataset, validationSteps: 1, ...fitting });
  return {
    history,
    result,
    by_name: byName,
    predictions,
    steps_per_epoch: some.history,
    validation_steps: validated.history,
  };
}

/** Gives batches one by one; can be walked through again and again. */
class ExampleSequence {
  constructor(
    readonly x: tf.Tensor,
    readonly y: number[],
    readonly batchSize: number,
  ) {}

  *[Symbol.iterator](): Iterator<[tf.Tensor, number[]]> {
    for (let at = 0; at < this.y.length; at += this.batchSize) {
      const y = this.y.slice(at, at + this.batchSize);
      yield [this.x.slice(at, y.length), y];
    }
  }
}

async function sequenceOfBatches({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getCompiledModel(runEagerly);
  const sequence = new ExampleSequence(X, Y, 10);
  return { history: (await model.fit(sequence, { epochs: 3, shuffle: false, verbose: 0 })).history };
}

async function generator({ runEagerly }: RunOptions): Promise<Shown> {
  function* batches() {
    while (true) for (let i = 0; i < Y.length; i += 8) yield [X.slice(i, 8), Y.slice(i, i + 8)];
  }
  const model = getCompiledModel(runEagerly);
  return { history: (await model.fit(batches(), { stepsPerEpoch: 6, epochs: 3, verbose: 0 })).history };
}

async function classAndSampleWeights({ runEagerly }: RunOptions): Promise<Shown> {
  const classWeight = { 0: 1.0, 1: 1.0, 2: 2.0, 3: 1.0 };
  let model = getCompiledModel(runEagerly);
  const byClass = await model.fit(X, Y, { classWeight, ...FITTING });
  const sampleWeight = Y.map((label) => (label === 2 ? 2.0 : 1.0));
  model = getCompiledModel(runEagerly);
  const bySample = await model.fit(X, Y, { sampleWeight, ...FITTING });
  const dataset = batchesOf(8, X, Y, sampleWeight);
  model = getCompiledModel(runEagerly);
  const inDataset = await model.fit(dataset, { epochs: 3, verbose: 0 });
  return { class_weight: byClass.history, sample_weight: bySample.history, dataset: inDataset.history };
}

function getMultiModel(): Model {
  utils.setRandomSeed(1);
  const imageInput = Input({ shape: [8, 8, 3], name: 'img_input' });
  const timeseriesInput = Input({ shape: [6, 5], name: 'ts_input' });
  let x1 = layers.Conv2D(3, 3)(imageInput);
  x1 = layers.GlobalAveragePooling2D()(x1);
  let x2 = layers.Conv1D(3, 3)(timeseriesInput);
  x2 = layers.Flatten()(x2);
  const x = layers.concatenate([x1, x2]);
  const scoreOutput = layers.Dense(1, { name: 'score_output' })(x);
  const classOutput = layers.Dense(5, { activation: 'softmax', name: 'class_output' })(x);
  return Model({ inputs: [imageInput, timeseriesInput], outputs: [scoreOutput, classOutput] });
}

const [IMG_DATA, TS_DATA] = [numbers([24, 8, 8, 3]), numbers([24, 6, 5], 30)];
const [SCORE_TARGETS, CLASS_TARGETS] = [numbers([24, 1], 60), utils.toCategorical(classes(24, 5), 5)];

async function severalInputsAndOutputs({ runEagerly }: RunOptions): Promise<Shown> {
  let model = getMultiModel();
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: [losses.MeanSquaredError(), losses.CategoricalCrossentropy()],
    metrics: [[metrics.MeanAbsolutePercentageError(), metrics.MeanAbsoluteError()], [metrics.CategoricalAccuracy()]],
    runEagerly,
  });
  // Fit on lists
  const lists = await model.fit([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], FITTING);
  const scores = await model.evaluate([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], { verbose: 0 });

  model = getMultiModel();
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: {
      score_output: losses.MeanSquaredError(),
      class_output: losses.CategoricalCrossentropy(),
    },
    metrics: {
      score_output: [metrics.MeanAbsolutePercentageError(), metrics.MeanAbsoluteError()],
      class_output: [metrics.CategoricalAccuracy()],
    },
    lossWeights: { score_output: 2.0, class_output: 1.0 },
    runEagerly,
  });
  // Alternatively, fit on records
  const inputs = { img_input: IMG_DATA, ts_input: TS_DATA };
  const targets = { score_output: SCORE_TARGETS, class_output: CLASS_TARGETS };
  const records = await model.fit(inputs, targets, FITTING);
  const samples = Array.from({ length: 24 }, (_, i) => {
    const row = (tensor: tf.Tensor) => tensor.slice(i, 1).squeeze([0]);
    return {
      xs: { img_input: row(IMG_DATA), ts_input: row(TS_DATA) },
      ys: { score_output: row(SCORE_TARGETS), class_output: row(CLASS_TARGETS) },
    };
  });
  const dataset = tf.data.array(samples).batch(8);
  const inDataset = await model.fit(dataset, { epochs: 2, verbose: 0 });
  return {
    lists: lists.history,
    scores,
    dicts: records.history,
    dataset: inDataset.history,
    metrics_names: model.metricsNames,
    scores_by_name: await model.evaluate(inputs, targets, { verbose: 0, returnDict: true }),
  };
}

async function outputWithoutLoss({ runEagerly }: RunOptions): Promise<Shown> {
  let model = getMultiModel();
  // List loss version
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: [null, losses.CategoricalCrossentropy()],
    runEagerly,
  });
  const lists = await model.fit([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], FITTING);
  // Or record loss version
  model = getMultiModel();
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: { score_output: null, class_output: losses.CategoricalCrossentropy() },
    runEagerly,
  });
  const targets = { score_output: SCORE_TARGETS, class_output: CLASS_TARGETS };
  const records = await model.fit([IMG_DATA, TS_DATA], targets, FITTING);
  return { lists: lists.history, dicts: records.history };
}

class LossHistory extends callbacks.Callback {
  perBatchLosses: number[] = [];

  override onTrainBegin(): void {
    this.perBatchLosses = [];
  }

  override onBatchEnd(_batch: number, logs: callbacks.MetricLogs): void {
    this.perBatchLosses.push(logs.loss);
  }
}

async function withCallbacks({ runEagerly }: RunOptions): Promise<Shown> {
  const model = getCompiledModel(runEagerly);
  const stopping = callbacks.EarlyStopping({ monitor: 'val_loss', minDelta: 0.1, patience: 2, verbose: 0 });
  const plateau = callbacks.ReduceLROnPlateau({ monitor: 'val_loss', minDelta: 0.1, patience: 1 });
  const lossHistory = new LossHistory();
  const history = await model.fit(X, Y, {
    epochs: 20,
    batchSize: 8,
    callbacks: [stopping, plateau, lossHistory],
    validationSplit: 0.2,
    shuffle: false,
    verbose: 0,
  });
  return {
    history: history.history,
    stopped_epoch: stopping.stoppedEpoch,
    per_batch_losses: lossHistory.perBatchLosses,
  };
}

export const parts: Parts = {
  'a first example': firstExample,
  "losses of one's own": customLosses,
  "a metric of one's own": customMetric,
  'the loss of a layer': lossOfALayer,
  'a layer that takes the targets': endpointLayer,
  'validation split': validationSplit,
  datasets,
  'a sequence of batches': sequenceOfBatches,
  'a generator': generator,
  'class and sample weights': classAndSampleWeights,
  'several inputs and outputs': severalInputsAndOutputs,
  'an output without a loss': outputWithoutLoss,
  callbacks: withCallbacks,
};

void show(module, parts);
