/** The functional API, after https://keras.io/guides/functional_api/. */
import * as tf from '@tensorflow/tfjs';
import {
  Input,
  Layer,
  layers,
  losses,
  Model,
  optimizers,
  type Shape,
  type SymbolicTensor,
  saving,
  utils,
  type Variable,
} from 'keras-ts';
import { classes, numbers, type Parts, type RunOptions, type Shown, show, summaryOf } from './common';

class CustomDense extends Layer {
  static override readonly className = 'CustomDense';
  readonly units: number;
  w!: Variable;
  b!: Variable;

  constructor({ units = 32, ...options }: layers.LayerOptions & { units?: number } = {}) {
    super(options);
    this.units = units;
  }

  override build(inputShape: Shape): void {
    const inputs = inputShape.at(-1) as number;
    this.w = this.addWeight({ name: 'w', shape: [inputs, this.units], initializer: 'random_normal', trainable: true });
    this.b = this.addWeight({ name: 'b', shape: [this.units], initializer: 'random_normal', trainable: true });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.add(tf.matMul(inputs, this.w.value), this.b.value);
  }

  override getConfig(): saving.Config {
    return { ...super.getConfig(), units: this.units };
  }
}
saving.registerKerasSerializable(CustomDense);

/** Walks over the steps of a series; holds a functional model. */
class CustomRNN extends Layer {
  static override readonly className = 'CustomRNN';
  readonly projection1: layers.Dense;
  readonly projection2: layers.Dense;

  constructor(
    readonly units: number,
    readonly classifier: Model,
  ) {
    super();
    this.projection1 = layers.Dense({ units, activation: 'tanh' });
    this.projection2 = layers.Dense({ units, activation: 'tanh' });
  }

  override call(inputs: tf.Tensor3D): tf.Tensor {
    const outputs: tf.Tensor[] = [];
    const [batchSize, timesteps, inputDim] = inputs.shape;
    let state = tf.zeros([batchSize, this.units]);
    for (let t = 0; t < timesteps; t++) {
      const x = inputs.slice([0, t, 0], [batchSize, 1, inputDim]).squeeze([1]);
      const h = this.projection1(x);
      const y = h.add(this.projection2(state));
      state = y;
      outputs.push(y);
    }
    const features = tf.stack(outputs, 1);
    return this.classifier(features);
  }
}

async function firstModel({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const seen: Shown = {};
  const inputs = Input({ shape: [12] });
  let h = layers.Dense(8, { activation: 'relu' })(inputs);
  h = layers.Dense(8, { activation: 'relu' })(h);
  const outputs = layers.Dense(4)(h);
  const model = Model({ inputs, outputs, name: 'mnist_model' });
  seen['input'] = [inputs.shape, inputs.dtype];
  seen['summary'] = summaryOf(model);
  model.compile({
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    optimizer: optimizers.RMSprop(),
    metrics: ['accuracy'],
    runEagerly,
  });
  const [x, y] = [numbers([40, 12]), classes(40, 4)];
  const fitting = { batchSize: 8, epochs: 3, validationSplit: 0.2, shuffle: false, verbose: 0 } as const;
  seen['history'] = (await model.fit(x, y, fitting)).history;
  const testScores = await model.evaluate(x.slice(0, 10), y.slice(0, 10), { verbose: 0 });
  seen['test_loss'] = testScores[0];
  seen['test_accuracy'] = testScores[1];
  return seen;
}

async function autoencoder({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const seen: Shown = {};
  const encoderInput = Input({ shape: [12, 12, 1], name: 'original_img' });
  let x = layers.Conv2D(4, 3, { activation: 'relu' })(encoderInput);
  x = layers.MaxPooling2D(2)(x);
  x = layers.Conv2D(3, 2, { activation: 'relu' })(x);
  const encoderOutput = layers.GlobalAveragePooling2D()(x);
  const encoder = Model(encoderInput, encoderOutput, { name: 'encoder' });

  const decoderInput = Input({ shape: [3], name: 'encoded_img' });
  x = layers.Dense(9, { activation: 'relu' })(decoderInput);
  x = layers.Reshape([3, 3, 1])(x);
  x = layers.UpSampling2D(4)(x);
  const decoderOutput = layers.Conv2D(1, 3, { activation: 'sigmoid', padding: 'same' })(x);
  const decoder = Model(decoderInput, decoderOutput, { name: 'decoder' });

  // Models are called like layers.
  const autoencoderInput = Input({ shape: [12, 12, 1], name: 'img' });
  const encodedImg = encoder(autoencoderInput);
  const decodedImg = decoder(encodedImg);
  const model = Model(autoencoderInput, decodedImg, { name: 'autoencoder' });
  seen['summary'] = summaryOf(model);
  const images = numbers([16, 12, 12, 1]);
  model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', runEagerly });
  const history = await model.fit(images, images, { batchSize: 4, epochs: 3, shuffle: false, verbose: 0 });
  seen['history'] = history.history;
  seen['encoded'] = await encoder.predict(images.slice(0, 2), { verbose: 0 });
  return seen;
}

function ensemble(): Shown {
  utils.setRandomSeed(1);
  const getModel = (): Model => {
    const inputs = Input({ shape: [6] });
    const outputs = layers.Dense(1)(inputs);
    return Model(inputs, outputs);
  };
  const [model1, model2, model3] = [getModel(), getModel(), getModel()];
  const inputs = Input({ shape: [6] });
  const [y1, y2, y3] = [model1(inputs), model2(inputs), model3(inputs)];
  const outputs = layers.average([y1, y2, y3]);
  const ensembleModel = Model({ inputs, outputs });
  return { average: ensembleModel(numbers([2, 6])) };
}

async function tickets({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const seen: Shown = {};
  const titleInput = Input({ shape: [8], name: 'title' });
  const bodyInput = Input({ shape: [10], name: 'body' });
  const tagsInput = Input({ shape: [5], name: 'tags' });
  // One layer for both texts.
  const titleFeatures = layers.Dense(6, { activation: 'tanh' })(titleInput);
  const bodyFeatures = layers.Dense(6, { activation: 'tanh' })(bodyInput);
  const shared = layers.Dense(4, { activation: 'relu', name: 'shared' });
  const x = layers.concatenate([shared(titleFeatures), shared(bodyFeatures), tagsInput]);
  const priorityPred = layers.Dense(1, { name: 'priority' })(x);
  const departmentPred = layers.Dense(4, { name: 'department' })(x);
  const model = Model({ inputs: [titleInput, bodyInput, tagsInput], outputs: [priorityPred, departmentPred] });

  const [title, body, tags] = [numbers([24, 8]), numbers([24, 10], 5), numbers([24, 5], 9)];
  const priority = numbers([24, 1], 3);
  const department = utils.toCategorical(classes(24, 4), 4);
  const fitting = { epochs: 3, batchSize: 6, shuffle: false, verbose: 0 } as const;
  // Losses as a list.
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: [losses.BinaryCrossentropy({ fromLogits: true }), losses.CategoricalCrossentropy({ fromLogits: true })],
    lossWeights: [1.0, 0.2],
    runEagerly,
  });
  seen['lists'] = (await model.fit([title, body, tags], [priority, department], fitting)).history;
  // Losses and data by name.
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: {
      priority: losses.BinaryCrossentropy({ fromLogits: true }),
      department: losses.CategoricalCrossentropy({ fromLogits: true }),
    },
    lossWeights: { priority: 1.0, department: 0.2 },
    metrics: { priority: ['mae'], department: ['accuracy'] },
    runEagerly,
  });
  const [inputs, targets] = [
    { title, body, tags },
    { priority, department },
  ];
  seen['records'] = (await model.fit(inputs, targets, fitting)).history;
  seen['scores'] = await model.evaluate(inputs, targets, { verbose: 0 });
  seen['scores_by_name'] = await model.evaluate(inputs, targets, { verbose: 0, returnDict: true });
  seen['predicted'] = await model.predict([title.slice(0, 2), body.slice(0, 2), tags.slice(0, 2)], { verbose: 0 });
  return seen;
}

async function toyResnet({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const seen: Shown = {};
  const convolution = (inputs: SymbolicTensor, options: { padding?: 'same' } = {}) =>
    layers.Conv2D(6, 3, { activation: 'relu', ...options })(inputs);
  const inputs = Input({ shape: [16, 16, 3], name: 'img' });
  let h = layers.Conv2D(4, 3, { activation: 'relu' })(inputs);
  h = convolution(h);
  const block1Output = layers.MaxPooling2D(3)(h);

  h = convolution(block1Output, { padding: 'same' });
  h = convolution(h, { padding: 'same' });
  const block2Output = layers.add([h, block1Output]);

  h = convolution(block2Output, { padding: 'same' });
  h = convolution(h, { padding: 'same' });
  const block3Output = layers.add([h, block2Output]);

  h = convolution(block3Output);
  h = layers.GlobalAveragePooling2D()(h);
  h = layers.Dense(8, { activation: 'relu' })(h);
  h = layers.Dropout(0.5)(h);
  const outputs = layers.Dense(4)(h);
  const model = Model(inputs, outputs, { name: 'toy_resnet' });
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: losses.CategoricalCrossentropy({ fromLogits: true }),
    metrics: ['acc'],
    runEagerly,
  });
  const [x, y] = [numbers([40, 16, 16, 3]), utils.toCategorical(classes(40, 4), 4)];
  const fitting = { batchSize: 8, epochs: 3, validationSplit: 0.2, shuffle: false, verbose: 0 } as const;
  seen['history'] = (await model.fit(x, y, fitting)).history;

  // The activations of all layers.
  const featuresList = model.layers.map((layer) => layer.output);
  const featExtractionModel = Model({ inputs: model.input, outputs: featuresList });
  const features = featExtractionModel(x.slice(0, 1));
  seen['features'] = features.map((feature) => feature.shape);
  return seen;
}

function customLayer(): Shown {
  utils.setRandomSeed(1);
  const inputs = Input([4]);
  const outputs = new CustomDense({ units: 10 })(inputs);
  const model = Model(inputs, outputs);
  const config = model.getConfig();
  const newModel = Model.fromConfig(config);
  newModel.setWeights(model.getWeights());
  const x = numbers([2, 4]);
  return { model: model(x), new_model: newModel(x) };
}

const [UNITS, TIMESTEPS, INPUT_DIM, BATCH_SIZE] = [4, 6, 5, 3];

function makeClassifier(): Model {
  const inputs = Input([TIMESTEPS, UNITS]);
  const outputs = layers.Dense(1)(layers.Flatten()(inputs));
  return Model(inputs, outputs);
}

function customRNN(): Shown {
  utils.setRandomSeed(1);
  const rnnModel = new CustomRNN(UNITS, makeClassifier());
  return { outputs: rnnModel(numbers([2, TIMESTEPS, INPUT_DIM])) };
}

async function fixedBatchSize({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  // The layer makes zeros of the size of the batch, which is known.
  const inputs = Input({ batchShape: [BATCH_SIZE, TIMESTEPS + 2, INPUT_DIM] });
  const h = layers.Conv1D(5, 3)(inputs);
  const outputs = new CustomRNN(UNITS, makeClassifier())(h);
  const model = Model(inputs, outputs);
  model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
  const [x, y] = [numbers([12, TIMESTEPS + 2, INPUT_DIM]), numbers([12, 1])];
  const history = await model.fit(x, y, { batchSize: BATCH_SIZE, epochs: 3, shuffle: false, verbose: 0 });
  return { output_shape: model.outputShape, history: history.history };
}

export const parts: Parts = {
  'a first model': firstModel,
  'models in a model': autoencoder,
  'an ensemble': ensemble,
  'several inputs and outputs': tickets,
  'a toy ResNet': toyResnet,
  'a custom layer': customLayer,
  'a model in a custom layer': customRNN,
  'a fixed batch size': fixedBatchSize,
};

void show(module, parts);
