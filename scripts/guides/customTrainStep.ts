/** Customizing what happens in fit(), after https://keras.io/guides/custom_train_step_in_tensorflow/. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, losses, Model, metrics, type StepData, type SymbolicTensor, utils } from 'keras-ts';
import { numbers, type Parts, type RunOptions, type Shown, show } from './common';

const [X, Y] = [numbers([40, 6]), numbers([40, 1], 17)];
const FITTING = { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 } as const;

function make<M extends Model>(ModelClass: new (inputs: SymbolicTensor, outputs: SymbolicTensor) => M): M {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [6] });
  const outputs = layers.Dense(1)(inputs);
  return new ModelClass(inputs, outputs);
}

class FirstModel extends Model {
  override trainStep({ x, y }: StepData) {
    const trainable = this.trainableWeights;
    let yPred!: tf.Tensor;
    const { value: loss, grads } = tf.variableGrads(
      () => {
        yPred = tf.keep(this(x as tf.Tensor, { training: true })); // Forward pass
        // Compute the loss value (the loss function is configured in `compile()`)
        return this.computeLoss(x, y, yPred).asScalar();
      },
      trainable.map((weight) => weight.value),
    );
    // Update weights
    this.optimizer!.apply(
      trainable.map((weight) => grads[weight.value.name]!),
      trainable,
    );
    // Update metrics (includes the metric that tracks the loss)
    for (const metric of this.metrics) {
      if (metric.name === 'loss') metric.updateState(loss);
      else metric.updateState(y as tf.Tensor, yPred);
    }
    yPred.dispose();
    // Return a record of metric names and current values
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

async function firstExample({ runEagerly }: RunOptions): Promise<Shown> {
  const model = make(FirstModel);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'], runEagerly });
  const history = await model.fit(X, Y, FITTING);
  const names = model.metrics.map((metric) => metric.name);
  return { history: history.history, evaluate: await model.evaluate(X, Y, { verbose: 0 }), metrics: names };
}

class LowerLevelModel extends Model {
  readonly lossTracker = metrics.Mean({ name: 'loss' });
  readonly maeMetric = metrics.MeanAbsoluteError({ name: 'mae' });
  readonly lossFn = losses.MeanSquaredError();

  override trainStep({ x, y }: StepData) {
    const trainable = this.trainableWeights;
    let yPred!: tf.Tensor;
    const { value: loss, grads } = tf.variableGrads(
      () => {
        yPred = tf.keep(this(x as tf.Tensor, { training: true })); // Forward pass
        // Compute our own loss
        return this.lossFn(y as tf.Tensor, yPred).asScalar();
      },
      trainable.map((weight) => weight.value),
    );
    // Update weights
    this.optimizer!.apply(
      trainable.map((weight) => grads[weight.value.name]!),
      trainable,
    );
    // Compute our own metrics
    this.lossTracker.updateState(loss);
    this.maeMetric.updateState(y as tf.Tensor, yPred);
    yPred.dispose();
    return { loss: this.lossTracker.result(), mae: this.maeMetric.result() };
  }

  // We list our `Metric` objects here so that `resetState()` can be called automatically at the start of each epoch or at
  // the start of `evaluate()`.
  override get metrics() {
    return [this.lossTracker, this.maeMetric];
  }
}

async function goingLowerLevel({ runEagerly }: RunOptions): Promise<Shown> {
  const model = make(LowerLevelModel);
  // We don't pass a loss or metrics here.
  model.compile({ optimizer: 'adam', runEagerly });
  return { history: (await model.fit(X, Y, FITTING)).history, metrics_names: model.metricsNames };
}

class WeightedModel extends Model {
  override trainStep({ x, y, sampleWeight }: StepData) {
    const trainable = this.trainableWeights;
    let yPred!: tf.Tensor;
    const { value: loss, grads } = tf.variableGrads(
      () => {
        yPred = tf.keep(this(x as tf.Tensor, { training: true })); // Forward pass
        return this.computeLoss(x, y, yPred, sampleWeight).asScalar();
      },
      trainable.map((weight) => weight.value),
    );
    this.optimizer!.apply(
      trainable.map((weight) => grads[weight.value.name]!),
      trainable,
    );
    for (const metric of this.metrics) {
      if (metric.name === 'loss') metric.updateState(loss);
      else metric.updateState(y as tf.Tensor, yPred, sampleWeight as tf.Tensor);
    }
    yPred.dispose();
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

async function sampleWeight({ runEagerly }: RunOptions): Promise<Shown> {
  const model = make(WeightedModel);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'], runEagerly });
  const weighted = await model.fit(X, Y, { sampleWeight: numbers([40], 3), ...FITTING });
  return { weighted: weighted.history, not: (await model.fit(X, Y, FITTING)).history };
}

class TestedModel extends Model {
  override testStep({ x, y }: StepData) {
    // Compute predictions
    const yPred = this(x as tf.Tensor, { training: false });
    // Updates the metrics tracking the loss
    const loss = this.computeLoss(x, y, yPred);
    // Update the metrics.
    for (const metric of this.metrics) {
      if (metric.name === 'loss') metric.updateState(loss);
      else metric.updateState(y as tf.Tensor, yPred);
    }
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

async function evaluationStep({ runEagerly }: RunOptions): Promise<Shown> {
  const model = make(TestedModel);
  model.compile({ loss: 'mse', metrics: ['mae'], runEagerly });
  return {
    list: await model.evaluate(X, Y, { batchSize: 3, verbose: 0 }),
    by_name: await model.evaluate(X, Y, { batchSize: 3, verbose: 0, returnDict: true }),
  };
}

class PredictingModel extends Model {
  override predictStep({ x }: StepData) {
    const yPred = this(x as tf.Tensor, { training: false });
    return { mean: yPred, doubled: yPred.mul(2) };
  }
}

async function predictionStep({ runEagerly }: RunOptions): Promise<Shown> {
  const model = make(PredictingModel);
  if (runEagerly) model.compile({ runEagerly });
  return (await model.predict(X, { batchSize: 3, verbose: 0 })) as never;
}

export const parts: Parts = {
  'a first example': firstExample,
  'going lower-level': goingLowerLevel,
  'sample weights': sampleWeight,
  'an evaluation step': evaluationStep,
  'a prediction step': predictionStep,
};

void show(module, parts);
