/** Making new layers and models via subclassing, after https://keras.io/guides/making_new_layers_and_models_via_subclassing/. */
import * as tf from '@tensorflow/tfjs';
import {
  Input,
  Layer,
  layers,
  losses,
  Model,
  metrics,
  optimizers,
  random,
  regularizers,
  Sequential,
  type Shape,
  type saving,
  utils,
  type Variable,
} from 'keras-ts';
import { classes, numbers, type Parts, pictures, type RunOptions, type Shown, show } from './common';

class FixedLinear extends Layer {
  readonly w: Variable;
  readonly b: Variable;

  constructor(units = 32, inputDim = 32) {
    super();
    this.w = this.addWeight({ name: 'w', shape: [inputDim, units], initializer: 'random_normal', trainable: true });
    this.b = this.addWeight({ name: 'b', shape: [units], initializer: 'zeros', trainable: true });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.add(tf.matMul(inputs, this.w.value), this.b.value);
  }
}

function weightsInTheConstructor(): Shown {
  utils.setRandomSeed(1);
  const linearLayer = new FixedLinear(4, 2);
  const y = linearLayer(tf.ones([2, 2]));
  const [w, b] = linearLayer.weights;
  return { y, tracked: w === linearLayer.w && b === linearLayer.b };
}

class ComputeSum extends Layer {
  readonly total: Variable;

  constructor(inputDim: number) {
    super();
    this.total = this.addWeight({ name: 'total', initializer: 'zeros', shape: [inputDim], trainable: false });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    this.total.assign(this.total.value.add(tf.sum(inputs, 0)));
    return this.total.value;
  }
}

function nonTrainableWeights(): Shown {
  const mySum = new ComputeSum(2);
  const x = tf.ones([2, 2]);
  const first = mySum(x).arraySync();
  const second = mySum(x).arraySync();
  const counts = [mySum.weights.length, mySum.nonTrainableWeights.length, mySum.trainableWeights.length];
  return { first, second, counts };
}

class Linear extends Layer {
  static override readonly className = 'Linear';
  readonly units: number;
  w!: Variable;
  b!: Variable;

  constructor({ units = 32, ...options }: layers.LayerOptions & { units?: number } = {}) {
    super(options);
    this.units = units;
  }

  override build(inputShape: Shape): void {
    const inputDim = inputShape.at(-1) as number;
    this.w = this.addWeight({ name: 'w', shape: [inputDim, this.units], initializer: 'random_normal' });
    this.b = this.addWeight({ name: 'b', shape: [this.units], initializer: 'random_normal' });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return tf.add(tf.matMul(inputs, this.w.value), this.b.value);
  }

  override getConfig(): saving.Config {
    return { ...super.getConfig(), units: this.units };
  }
}

class MLPBlock extends Layer {
  readonly linear1 = new Linear({ units: 8 });
  readonly linear2 = new Linear({ units: 8 });
  readonly linear3 = new Linear({ units: 1 });

  override call(inputs: tf.Tensor): tf.Tensor {
    let x = this.linear1(inputs);
    x = tf.relu(x);
    x = this.linear2(x);
    x = tf.relu(x);
    return this.linear3(x);
  }
}

function layersInLayers(): Shown {
  utils.setRandomSeed(1);
  const linearLayer = new Linear({ units: 5 });
  const y = linearLayer(numbers([2, 3]));
  const mlp = new MLPBlock();
  const block = mlp(numbers([3, 16])); // The first call to the `mlp` will create the weights
  return {
    linear: y,
    block,
    counts: [mlp.weights.length, mlp.trainableWeights.length],
    shapes: mlp.weights.map((weight) => weight.shape),
  };
}

/** A layer that creates an activity regularization loss. */
class ActivityRegularizationLayer extends Layer {
  constructor(readonly rate = 1e-2) {
    super();
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    this.addLoss(tf.mean(inputs).mul(this.rate));
    return inputs;
  }
}

class OuterLayer extends Layer {
  readonly activityReg = new ActivityRegularizationLayer(1e-2);

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.activityReg(inputs);
  }
}

class OuterLayerWithKernelRegularizer extends Layer {
  readonly dense = layers.Dense(6, { kernelRegularizer: regularizers.L2(1e-3) });

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.dense(inputs);
  }
}

function addLoss(): Shown {
  utils.setRandomSeed(1);
  let layer: Layer = new OuterLayer();
  const counts = [layer.losses.length]; // No losses yet since the layer has never been called
  layer(tf.zeros([1, 1]));
  counts.push(layer.losses.length); // We created one loss value
  // `layer.losses` gets reset at the start of each call
  layer(tf.ones([1, 1]));
  counts.push(layer.losses.length); // This is the loss created during the call above
  const last = layer.losses;
  layer = new OuterLayerWithKernelRegularizer();
  layer(numbers([2, 3]));
  // This is `1e-3 * sum(layer.dense.kernel ** 2)`, created by the `kernelRegularizer` above.
  return { counts, last, penalties: layer.losses };
}

async function addLossAndFit({ runEagerly }: RunOptions): Promise<Shown> {
  const makeModel = (): Model => {
    utils.setRandomSeed(1);
    const inputs = Input({ shape: [3] });
    const outputs = new ActivityRegularizationLayer()(new Linear({ units: 3 })(inputs));
    return Model(inputs, outputs);
  };
  const [x, y] = [numbers([16, 3]), numbers([16, 3], 5)];
  const fitting = { batchSize: 4, epochs: 3, shuffle: false, verbose: 0 } as const;
  // If there is a loss passed in `compile`, the regularization losses get added to it
  let model = makeModel();
  model.compile({ optimizer: 'adam', loss: 'mse', runEagerly });
  const both = await model.fit(x, y, fitting);
  // It's also possible not to pass any loss in `compile`, since the model already has a loss to minimize, via the `addLoss`
  // call during the forward pass!
  model = makeModel();
  model.compile({ optimizer: 'adam', runEagerly });
  const added = await model.fit(x, y, fitting);
  return { both: both.history, added: added.history };
}

function config(): Shown {
  const layer = new Linear({ units: 8, name: 'my_linear' });
  const config = layer.getConfig();
  const newLayer = Linear.fromConfig(config) as Linear;
  return { units: [config['units'], newLayer.units], name: newLayer.name };
}

class CustomDropout extends Layer {
  readonly seedGenerator = random.SeedGenerator(1337);

  constructor(readonly rate: number) {
    super();
  }

  override call(inputs: tf.Tensor, { training }: layers.CallOptions = {}): tf.Tensor {
    if (training) return random.dropout(inputs, this.rate, { seed: this.seedGenerator });
    return inputs;
  }
}

async function trainingArgument({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const layer = new CustomDropout(0.5);
  const x = numbers([2, 6]);
  const calls = [layer(x), layer(x, { training: true }), layer(x, { training: false }), layer(x, { training: true })];
  const model = Sequential([Input([6]), new CustomDropout(0.5), layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
  const history = await model.fit(numbers([24, 6]), numbers([24, 1]), {
    batchSize: 4,
    epochs: 3,
    shuffle: false,
    validationSplit: 0.25,
    verbose: 0,
  });
  return { calls, history: history.history };
}

/** Makes a mask: steps of zeros are skipped by the layers behind it. */
class SkipPadding extends Layer {
  override supportsMasking = true;

  override computeMask(inputs: tf.Tensor): tf.Tensor {
    return tf.any(tf.notEqual(inputs, 0), -1);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs;
  }
}

/** Takes a mask: the softmax over the steps that are not skipped. */
class TemporalSoftmax extends Layer {
  override supportsMasking = true;

  override call(inputs: tf.Tensor, { mask }: layers.CallOptions): tf.Tensor {
    const broadcastFloatMask = tf.expandDims(tf.cast(mask as tf.Tensor, 'float32'), -1);
    const inputsExp = tf.exp(inputs).mul(broadcastFloatMask);
    const inputsSum = tf.sum(inputsExp, 1, true);
    return inputsExp.div(inputsSum);
  }
}

function givenMask(): Shown {
  const steps = [
    [true, true, true, false],
    [false, true, true, true],
  ];
  const mask = tf.tensor2d(steps, [2, 4], 'bool');
  return { outputs: new TemporalSoftmax()(numbers([2, 4, 3]), { mask }) };
}

async function maskArgument({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const padding = tf.tensor(Array.from({ length: 24 }, (_, i) => [1, 1, i % 2, i % 2].map((step) => [step])));
  const x = numbers([24, 4, 3]).mul(padding);
  const inputs = Input([4, 3]);
  let h = new SkipPadding()(inputs);
  h = layers.Dense(2)(h);
  const outputs = new TemporalSoftmax()(h);
  const model = Model(inputs, outputs);
  model.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse', runEagerly });
  // Steps that are skipped count nothing in the loss.
  const history = await model.fit(x, numbers([24, 4, 2], 9), { batchSize: 6, epochs: 3, shuffle: false, verbose: 0 });
  return { history: history.history, predict: await model.predict(x.slice(0, 2), { verbose: 0 }) };
}

class ResNetBlock extends Layer {
  readonly conv1: layers.Conv2D;
  readonly norm = layers.BatchNormalization();
  readonly conv2: layers.Conv2D;
  readonly add = layers.Add();

  constructor(filters: number) {
    super();
    this.conv1 = layers.Conv2D(filters, 3, { padding: 'same' });
    this.conv2 = layers.Conv2D(filters, 3, { padding: 'same' });
  }

  override call(inputs: tf.Tensor, { training }: layers.CallOptions = {}): tf.Tensor {
    let x = this.conv1(inputs);
    x = this.norm(x, { training });
    x = tf.relu(x);
    x = this.conv2(x);
    return tf.relu(this.add([x, inputs]));
  }
}

class ResNet extends Model {
  readonly block1 = new ResNetBlock(3);
  readonly block2 = new ResNetBlock(3);
  readonly globalPool = layers.GlobalAveragePooling2D();
  readonly classifier: layers.Dense;

  constructor(numClasses = 1000) {
    super();
    this.classifier = layers.Dense(numClasses);
  }

  override call(inputs: tf.Tensor, { training }: layers.CallOptions = {}): tf.Tensor {
    let x = this.block1(inputs, { training });
    x = this.block2(x, { training });
    x = this.globalPool(x);
    return this.classifier(x);
  }
}

async function modelClass({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const resnet = new ResNet(4);
  resnet.compile({
    optimizer: optimizers.SGD(0.01),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ['accuracy'],
    runEagerly,
  });
  const images = tf.unstack(numbers([24, 6, 6, 3]));
  const labels = classes(24, 4);
  const dataset = tf.data.array(images.map((xs, i) => ({ xs, ys: labels[i]! }))).batch(6);
  const history = await resnet.fit(dataset, { epochs: 3, verbose: 0 });
  const counts = [resnet.layers.length, resnet.weights.length, resnet.trainableWeights.length];
  return {
    history: history.history,
    evaluate: await resnet.evaluate(dataset, { verbose: 0 }),
    counts,
    shapes: resnet.weights.map((weight) => weight.shape),
  };
}

/** Holds its blocks in a list, and its heads in a record. */
class ManyBlocks extends Model {
  readonly blocks = [0, 1, 2].map(() => layers.Dense(5, { activation: 'tanh' }));
  readonly heads: Record<string, layers.Dense>;
  readonly scale: Variable;

  constructor(names: string[]) {
    super();
    this.heads = Object.fromEntries(names.map((name) => [name, layers.Dense(1, { name })]));
    this.scale = this.addWeight({ name: 'scale', shape: [], initializer: 'ones' });
  }

  override call(inputs: tf.Tensor): Record<string, tf.Tensor> {
    let x = inputs;
    for (const block of this.blocks) x = block(x);
    return Object.fromEntries(Object.entries(this.heads).map(([name, head]) => [name, head(x).mul(this.scale.value)]));
  }
}

async function listsAndRecordsOfLayers({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const model = new ManyBlocks(['up', 'down']);
  model.compile({ optimizer: optimizers.SGD(0.1), loss: { up: 'mse', down: 'mae' }, runEagerly });
  const [x, y] = [numbers([24, 4]), { up: numbers([24, 1], 5), down: numbers([24, 1], 9) }];
  const history = await model.fit(x, y, { batchSize: 6, epochs: 3, shuffle: false, verbose: 0 });
  return {
    history: history.history,
    predict: await model.predict(x.slice(0, 2), { verbose: 0 }),
    weights: model.weights.length,
  };
}

/** Uses [zMean, zLogVar] to sample z, the vector encoding a digit. */
class Sampling extends Layer {
  readonly seedGenerator = random.SeedGenerator(1337);

  override call(inputs: [tf.Tensor2D, tf.Tensor2D]): tf.Tensor {
    const [zMean, zLogVar] = inputs;
    const [batch, dim] = zMean.shape;
    const epsilon = random.normal([batch, dim], { seed: this.seedGenerator });
    return zMean.add(tf.exp(zLogVar.mul(0.5)).mul(epsilon));
  }
}

/** Maps MNIST digits to a triplet [zMean, zLogVar, z]. */
class Encoder extends Layer {
  readonly denseProj: layers.Dense;
  readonly denseMean: layers.Dense;
  readonly denseLogVar: layers.Dense;
  readonly sampling = new Sampling();

  constructor({ latentDim = 32, intermediateDim = 64, name = 'encoder' } = {}) {
    super({ name });
    this.denseProj = layers.Dense(intermediateDim, { activation: 'relu' });
    this.denseMean = layers.Dense(latentDim);
    this.denseLogVar = layers.Dense(latentDim);
  }

  override call(inputs: tf.Tensor): tf.Tensor[] {
    const x = this.denseProj(inputs);
    const zMean = this.denseMean(x);
    const zLogVar = this.denseLogVar(x);
    const z = this.sampling([zMean, zLogVar]);
    return [zMean, zLogVar, z];
  }
}

/** Converts z, the encoded digit vector, back into a readable digit. */
class Decoder extends Layer {
  readonly denseProj: layers.Dense;
  readonly denseOutput: layers.Dense;

  constructor({ originalDim, intermediateDim = 64 }: { originalDim: number; intermediateDim?: number }) {
    super({ name: 'decoder' });
    this.denseProj = layers.Dense(intermediateDim, { activation: 'relu' });
    this.denseOutput = layers.Dense(originalDim, { activation: 'sigmoid' });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = this.denseProj(inputs);
    return this.denseOutput(x);
  }
}

/** Combines the encoder and decoder into an end-to-end model for training. */
class VariationalAutoEncoder extends Model {
  readonly encoder: Encoder;
  readonly decoder: Decoder;

  constructor(originalDim: number, intermediateDim = 64, latentDim = 32) {
    super({ name: 'autoencoder' });
    this.encoder = new Encoder({ latentDim, intermediateDim });
    this.decoder = new Decoder({ originalDim, intermediateDim });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const [zMean, zLogVar, z] = this.encoder(inputs) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    const reconstructed = this.decoder(z);
    // Add KL divergence regularization loss.
    const klLoss = tf.mean(zLogVar.sub(tf.square(zMean)).sub(tf.exp(zLogVar)).add(1)).mul(-0.5);
    this.addLoss(klLoss);
    return reconstructed;
  }
}

function autoencoderInALoop(): Shown {
  utils.setRandomSeed(1);
  const vae = new VariationalAutoEncoder(64, 10, 3);
  const optimizer = optimizers.Adam({ learningRate: 1e-3 });
  const mseLossFn = losses.MeanSquaredError();
  const lossMetric = metrics.Mean();
  const xTrain = pictures(24, 8, 4).reshape([24, 64]).div(255);
  const seen: tf.Tensor[] = [];
  vae(xTrain.slice(0, 1)); // Creates the weights
  const weights = vae.trainableWeights;
  for (let epoch = 0; epoch < 2; epoch++) {
    // Iterate over the batches of the data.
    for (const xBatchTrain of tf.split(xTrain, 4)) {
      const { value: loss, grads } = tf.variableGrads(
        () => {
          const reconstructed = vae(xBatchTrain);
          // Compute reconstruction loss
          const loss = mseLossFn(xBatchTrain, reconstructed);
          return vae.losses.reduce((sum, term) => sum.add(term), loss).asScalar(); // Add KLD regularization loss
        },
        weights.map((weight) => weight.value),
      );
      optimizer.apply(
        weights.map((weight) => grads[weight.value.name]!),
        weights,
      );
      lossMetric(loss);
      seen.push(lossMetric.result());
    }
  }
  return { losses: seen };
}

async function autoencoderAndFit({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const xTrain = pictures(24, 8, 4).reshape([24, 64]).div(255);
  const vae = new VariationalAutoEncoder(64, 10, 3);
  const optimizer = optimizers.Adam({ learningRate: 1e-3 });
  vae.compile(optimizer, losses.MeanSquaredError(), { runEagerly });
  const history = await vae.fit(xTrain, xTrain, { epochs: 3, batchSize: 6, shuffle: false, verbose: 0 });
  return { history: history.history };
}

export const parts: Parts = {
  'weights in the constructor': weightsInTheConstructor,
  'non-trainable weights': nonTrainableWeights,
  'layers in layers': layersInLayers,
  add_loss: addLoss,
  'add_loss and fit': addLossAndFit,
  'a config': config,
  'the training argument': trainingArgument,
  'a mask that is given': givenMask,
  'the mask argument': maskArgument,
  'a model class': modelClass,
  'lists and dicts of layers': listsAndRecordsOfLayers,
  'an autoencoder in a loop': autoencoderInALoop,
  'an autoencoder and fit': autoencoderAndFit,
};

void show(module, parts);
