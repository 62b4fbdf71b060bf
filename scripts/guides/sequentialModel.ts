/** The Sequential model, after https://keras.io/guides/sequential_model/. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, losses, Model, optimizers, Sequential, utils } from 'keras-ts';
import { classes, numbers, type Parts, type RunOptions, type Shown, show, summaryOf } from './common';

function stack(): Shown {
  utils.setRandomSeed(1);
  // Without an Input the model has no weights until it sees data.
  const model = Sequential([
    layers.Dense(2, { activation: 'tanh', name: 'layer1' }),
    layers.Dense(3, { activation: 'tanh', name: 'layer2' }),
    layers.Dense(4, { name: 'layer3' }),
  ]);
  const before = model.built;
  const called = model(tf.ones([3, 3]));
  // The same as three layers called one after the other.
  const [layer1, layer2, layer3] = model.layers;
  const byHand = layer3!(layer2!(layer1!(tf.ones([3, 3]))));
  const weights = model.weights.map((weight) => weight.shape);
  return { before, called, by_hand: byHand, weights };
}

async function withoutInput({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const model = Sequential({ name: 'my_sequential' });
  model.add(layers.Dense(2, { activation: 'tanh', name: 'layer1' }));
  model.add(layers.Dense(3, { activation: 'tanh', name: 'layer2' }));
  model.add(layers.Dense(4, { name: 'layer3' }));
  model.pop();
  // It is built from its first batch.
  const [x, y] = [numbers([16, 4]), numbers([16, 3], 7)];
  model.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse', metrics: ['mae'], runEagerly });
  const history = await model.fit(x, y, { batchSize: 4, epochs: 4, shuffle: false, verbose: 0 });
  return {
    model: [model.name, model.layers.length],
    history: history.history,
    evaluate: await model.evaluate(x, y, { verbose: 0 }),
    predict: await model.predict(x.slice(0, 2), { verbose: 0 }),
  };
}

function addAndSummary(): Shown {
  const model = Sequential();
  model.add(Input({ shape: [50, 50, 3] }));
  model.add(layers.Conv2D(8, 5, { strides: 2, activation: 'relu' }));
  model.add(layers.Conv2D(8, 3, { activation: 'relu' }));
  model.add(layers.MaxPooling2D(3));
  const first = summaryOf(model);
  model.add(layers.Conv2D(8, 3, { activation: 'relu' }));
  model.add(layers.MaxPooling2D(2));
  model.add(layers.GlobalAveragePooling2D());
  model.add(layers.Dense(10));
  return { first, second: summaryOf(model) };
}

function featureExtraction(): Shown {
  utils.setRandomSeed(1);
  const initialModel = Sequential([
    Input({ shape: [9, 9, 3] }),
    layers.Conv2D(2, 5, { strides: 2, activation: 'relu' }),
    layers.Conv2D(2, 2, { activation: 'relu', name: 'my_intermediate_layer' }),
    layers.Conv2D(2, 2),
  ]);
  const x = numbers([1, 9, 9, 3]);
  const extractor = Model({
    inputs: initialModel.inputs,
    outputs: initialModel.layers.map((layer) => layer.output),
  });
  const features = extractor(x);
  const one = Model({
    inputs: initialModel.inputs,
    outputs: initialModel.getLayer('my_intermediate_layer').output,
  });
  return { all: features, one: one(x) };
}

async function allFrozenButTheLast({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const model = Sequential([
    Input({ shape: [4] }),
    layers.Dense(5, { activation: 'relu' }),
    layers.Dense(5, { activation: 'relu' }),
    layers.Dense(3),
  ]);
  for (const layer of model.layers.slice(0, -1)) layer.trainable = false;
  model.compile({ loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }), optimizer: 'adam', runEagerly });
  const [before] = model.layers[0]!.getWeights();
  const history = await model.fit(numbers([16, 4]), classes(16, 3), {
    batchSize: 4,
    epochs: 3,
    shuffle: false,
    verbose: 0,
  });
  const [after] = model.layers[0]!.getWeights();
  return { history: history.history, stayed: tf.equal(before!, after!).all().arraySync() === 1 };
}

async function onTopOfAnother({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const baseModel = Sequential([Input({ shape: [4] }), layers.Dense(6, { activation: 'tanh' })], { name: 'base' });
  baseModel.trainable = false;
  const model = Sequential([baseModel, layers.Dense(3)]);
  model.compile({ loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }), optimizer: 'adam', runEagerly });
  const history = await model.fit(numbers([16, 4]), classes(16, 3), {
    batchSize: 4,
    epochs: 3,
    shuffle: false,
    verbose: 0,
  });
  return { history: history.history, trainable: model.trainableWeights.map((weight) => weight.path) };
}

export const parts: Parts = {
  'a stack of layers': stack,
  'without an Input': withoutInput,
  'add() and summary()': addAndSummary,
  'feature extraction': featureExtraction,
  'all layers frozen but the last': allFrozenButTheLast,
  'on top of another model': onTopOfAnother,
};

void show(module, parts);
