/** Transfer learning and fine-tuning, after https://keras.io/guides/transfer_learning/. */
import * as tf from '@tensorflow/tfjs';
import { Input, type Layer, layers, losses, Model, metrics, optimizers, Sequential, utils } from 'keras-ts';
import { classes, numbers, type Parts, pictures, type RunOptions, type Shown, show } from './common';

const SIZE = 10;
const FITTING = { batchSize: 6, epochs: 4, shuffle: false, verbose: 0 } as const;

function counts(layer: Layer): number[] {
  return [layer.weights.length, layer.trainableWeights.length, layer.nonTrainableWeights.length];
}

/** Whether two lists of tensors hold the same numbers. */
function equal(one: tf.Tensor[], other: tf.Tensor[]): boolean {
  return one.every((tensor, i) => tf.equal(tensor, other[i]!).all().arraySync() === 1);
}

function trainableAttribute(): Shown {
  let layer: Layer = layers.Dense(3);
  layer.build([null, 4]); // Create the weights
  const dense = counts(layer);
  layer.trainable = false; // Freeze the layer
  const frozen = counts(layer);
  layer = layers.BatchNormalization();
  layer.build([null, 4]);
  return { dense, frozen, norm: counts(layer) };
}

async function frozenLayer({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  // Make a model with 2 layers
  const layer1 = layers.Dense(3, { activation: 'relu' });
  const layer2 = layers.Dense(3, { activation: 'sigmoid' });
  const model = Sequential([Input({ shape: [3] }), layer1, layer2]);
  // Freeze the first layer
  layer1.trainable = false;
  // Keep a copy of the weights of layer1 for later reference
  const initial = layer1.getWeights();
  // Train the model
  model.compile({ optimizer: 'adam', loss: 'mse', runEagerly });
  const history = await model.fit(numbers([24, 3]), numbers([24, 3], 4), FITTING);
  // Check that the weights of layer1 have not changed during training
  return { history: history.history, stayed: equal(initial, layer1.getWeights()) };
}

function recursiveSetting(): Shown {
  const innerModel = Sequential([
    Input({ shape: [3] }),
    layers.Dense(3, { activation: 'relu' }),
    layers.Dense(3, { activation: 'relu' }),
  ]);
  const model = Sequential([Input({ shape: [3] }), innerModel, layers.Dense(3, { activation: 'sigmoid' })]);
  model.trainable = false; // Freeze the outer model
  return { inner: innerModel.trainable, layer: innerModel.layers[0]!.trainable, counts: counts(model) };
}

/** A model that has learned to tell lying bars from standing ones. */
async function makeBaseModel(runEagerly: boolean): Promise<Model> {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [SIZE, SIZE, 1] });
  let x = layers.Conv2D(4, 3)(inputs);
  x = layers.BatchNormalization()(x);
  x = layers.Activation('relu')(x);
  x = layers.Conv2D(6, 3, { strides: 2 })(x);
  x = layers.BatchNormalization()(x);
  const features = layers.Activation('relu')(x);
  const outputs = layers.Dense(2)(layers.GlobalAveragePooling2D()(features));
  const model = Model(inputs, outputs);
  model.compile({
    optimizer: optimizers.SGD(0.01),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    runEagerly,
  });
  const images = pictures(24, SIZE, 2).expandDims(-1).div(255);
  await model.fit(images, classes(24, 2), FITTING);
  return Model(inputs, features, { name: 'base_model' });
}

/** Bars at the edge, or not. */
function newData(): [x: tf.Tensor, y: tf.Tensor] {
  const images = pictures(24, SIZE, 4).expandDims(-1);
  const labels = classes(24, 4).map((label) => [label >= 2 ? 1 : 0]);
  return [images, tf.tensor2d(labels)];
}

function makeModel(baseModel: Model): Model {
  const inputs = Input({ shape: [SIZE, SIZE, 1] });
  let x = layers.Rescaling(1 / 127.5, { offset: -1 })(inputs);
  // The base model runs in inference mode here, also in `fit`.
  x = baseModel(x, { training: false });
  x = layers.GlobalAveragePooling2D()(x);
  x = layers.Dropout(0.2)(x);
  const outputs = layers.Dense(1)(x);
  return Model(inputs, outputs);
}

function compileWith(model: Model, optimizer: optimizers.OptimizerIdentifier, runEagerly: boolean): void {
  model.compile({
    optimizer,
    loss: losses.BinaryCrossentropy({ fromLogits: true }),
    metrics: [metrics.BinaryAccuracy()],
    runEagerly,
  });
}

async function typicalWorkflow({ runEagerly }: RunOptions): Promise<Shown> {
  const baseModel = await makeBaseModel(runEagerly);
  // Freeze the base model
  baseModel.trainable = false;
  const model = makeModel(baseModel);
  compileWith(model, optimizers.Adam(), runEagerly);
  const [x, y] = newData();
  const frozenCounts = counts(model);
  const first = await model.fit(x, y, { validationSplit: 0.25, ...FITTING });

  // Unfreeze the base model; it still runs in inference mode, so that the batch norm layers do not update their statistics.
  baseModel.trainable = true;
  compileWith(model, optimizers.Adam(1e-5), runEagerly); // Low learning rate
  const before = baseModel.layers[2]!.getWeights();
  const second = await model.fit(x, y, { validationSplit: 0.25, ...FITTING });
  const after = baseModel.layers[2]!.getWeights();
  return {
    first: first.history,
    second: second.history,
    evaluate: await model.evaluate(x, y, { verbose: 0 }),
    counts: [frozenCounts, counts(model)],
    statistics_stayed: equal(before.slice(2), after.slice(2)),
  };
}

async function featureExtraction({ runEagerly }: RunOptions): Promise<Shown> {
  const baseModel = await makeBaseModel(runEagerly);
  const [x, y] = newData();
  const features = await baseModel.predict(x.div(127.5).sub(1), { verbose: 0 });
  const model = Sequential([layers.GlobalAveragePooling2D(), layers.Dense(1)]);
  compileWith(model, 'adam', runEagerly);
  return { history: (await model.fit(features, y, FITTING)).history };
}

async function customTrainingLoop({ runEagerly }: RunOptions): Promise<Shown> {
  const baseModel = await makeBaseModel(runEagerly);
  // Freeze base model
  baseModel.trainable = false;
  const model = makeModel(baseModel);
  const lossFn = losses.BinaryCrossentropy({ fromLogits: true });
  const optimizer = optimizers.Adam();
  const [x, y] = newData();
  const targets = tf.split(y, 4);
  const seen: tf.Tensor[] = [];
  // Iterate over the batches.
  for (const [step, inputs] of tf.split(x, 4).entries()) {
    const { value: lossValue, grads } = tf.variableGrads(
      () => {
        // Forward pass.
        const predictions = model(inputs);
        // Compute the loss value for this batch.
        return lossFn(targets[step]!, predictions).asScalar();
      },
      // Get gradients of loss wrt the *trainable* weights.
      model.trainableWeights.map((weight) => weight.value),
    );
    // Update the weights of the model.
    optimizer.apply(
      model.trainableWeights.map((weight) => grads[weight.value.name]!),
      model.trainableWeights,
    );
    seen.push(lossValue);
  }
  return { losses: seen, weights: model.trainableWeights[0]!.value };
}

export const parts: Parts = {
  'the trainable attribute': trainableAttribute,
  'a frozen layer': frozenLayer,
  'models in models': recursiveSetting,
  'the typical workflow': typicalWorkflow,
  'feature extraction': featureExtraction,
  'a custom training loop': customTrainingLoop,
};

void show(module, parts);
