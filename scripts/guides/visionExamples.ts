/** Examples of computer vision: https://keras.io/examples/vision/. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  activations,
  Input,
  Layer,
  layers,
  losses,
  type Metric,
  Model,
  metrics,
  type Optimizer,
  optimizers,
  Sequential,
  type SymbolicTensor,
  utils,
} from 'keras-ts';
import { classes, type Parts, pictures, type RunOptions, type Shown, show, summaryOf } from './common';

/** https://keras.io/examples/vision/mnist_convnet/ */
async function mnistConvnet({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  // Model / data parameters
  const numClasses = 4;
  const inputShape = [14, 14, 1];
  let images: tf.Tensor = pictures(60, 14, numClasses);
  // Scale images to the [0, 1] range
  images = images.div(255);
  // Make sure images have shape [14, 14, 1]
  images = images.expandDims(-1);
  // convert class vectors to binary class matrices
  const labels = utils.toCategorical(classes(60, numClasses), numClasses);
  const [xTrain, xTest] = tf.split(images, [40, 20]);
  const [yTrain, yTest] = tf.split(labels, [40, 20]);

  const model = Sequential([
    Input({ shape: inputShape }),
    layers.Conv2D(6, { kernelSize: [3, 3], activation: 'relu' }),
    layers.MaxPooling2D({ poolSize: [2, 2] }),
    layers.Conv2D(8, { kernelSize: [3, 3], activation: 'relu' }),
    layers.MaxPooling2D({ poolSize: [2, 2] }),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(numClasses, { activation: 'softmax' }),
  ]);
  const summary = summaryOf(model);
  model.compile({ loss: 'categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'], runEagerly });
  const history = await model.fit(xTrain!, yTrain, {
    batchSize: 8,
    epochs: 4,
    validationSplit: 0.1,
    shuffle: false,
    verbose: 0,
  });
  const score = await model.evaluate(xTest!, yTest, { verbose: 0 });
  return { summary, history: history.history, test_loss: score[0], test_accuracy: score[1] };
}

function makeXception(inputShape: number[], numClasses: number): Model {
  const inputs = Input({ shape: inputShape });
  // Entry block
  let x = layers.Rescaling(1.0 / 255)(inputs);
  x = layers.Conv2D(4, 3, { strides: 2, padding: 'same' })(x);
  x = layers.BatchNormalization()(x);
  x = layers.Activation('relu')(x);
  let previousBlockActivation = x; // Set aside residual
  for (const size of [6, 8]) {
    x = layers.Activation('relu')(x);
    x = separable(x, size);
    x = layers.BatchNormalization()(x);
    x = layers.Activation('relu')(x);
    x = separable(x, size);
    x = layers.BatchNormalization()(x);
    x = layers.MaxPooling2D(3, { strides: 2, padding: 'same' })(x);
    // Project residual
    const residual = layers.Conv2D(size, 1, { strides: 2, padding: 'same' })(previousBlockActivation);
    x = layers.add([x, residual]); // Add back residual
    previousBlockActivation = x; // Set aside next residual
  }
  x = layers.GlobalAveragePooling2D()(x);
  const units = numClasses === 2 ? 1 : numClasses;
  x = layers.Dropout(0.25)(x);
  // We specify activation: null so as to return logits
  const outputs = layers.Dense(units, { activation: null })(x);
  return Model(inputs, outputs);
}

/** A SeparableConv2D in two steps. */
function separable(x: SymbolicTensor, filters: number): SymbolicTensor {
  const h = layers.DepthwiseConv2D(3, { padding: 'same', useBias: false })(x);
  return layers.Conv2D(filters, 1)(h);
}

/** Writes a folder of pictures for each class. */
async function writePictures(folder: string): Promise<void> {
  const labels = classes(24, 2);
  for (const [i, image] of tf.unstack(pictures(24, 16, 2)).entries()) {
    const path = join(folder, ['lying', 'standing'][labels[i]!]!, `${String(i).padStart(2, '0')}.png`);
    await mkdir(dirname(path), { recursive: true });
    const rgb = tf.stack([image, tf.sub(255, image), image.div(2)], -1);
    await utils.saveImg(path, rgb, { scale: false });
  }
}

/** https://keras.io/examples/vision/image_classification_from_scratch/ */
async function imageClassificationFromScratch({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  const imageSize = [12, 12] as const;
  const batches: { xs: tf.Tensor; ys: tf.Tensor }[] = [];
  let names: readonly string[] | undefined;
  try {
    await writePictures(folder);
    const dataset = await utils.imageDatasetFromDirectory(folder, {
      shuffle: false,
      seed: 1337,
      labelMode: 'int',
      imageSize,
      batchSize: 6,
      verbose: false,
    });
    for await (const [xs, ys] of dataset as AsyncIterable<[tf.Tensor, tf.Tensor]>) batches.push({ xs, ys });
    names = dataset.classNames;
  } finally {
    await rm(folder, { recursive: true });
  }
  // So that each batch has pictures of both classes.
  const order = Array.from({ length: 24 }, (_, i) => Math.floor(i / 2) + 12 * (i % 2));
  const images = tf.gather(tf.concat(batches.map(({ xs }) => xs)), tf.tensor1d(order, 'int32'));
  const labels = tf.gather(tf.concat(batches.map(({ ys }) => ys)), tf.tensor1d(order, 'int32'));
  const [xTrain, xVal] = tf.split(images, [18, 6]);
  const [yTrain, yVal] = tf.split(labels, [18, 6]);
  const model = makeXception([...imageSize, 3], 2);
  model.compile({
    optimizer: optimizers.SGD(0.01),
    loss: losses.BinaryCrossentropy({ fromLogits: true }),
    metrics: [metrics.BinaryAccuracy({ name: 'acc' })],
    runEagerly,
  });
  const history = await model.fit(xTrain!, yTrain, {
    batchSize: 6,
    epochs: 4,
    shuffle: false,
    verbose: 0,
    validationData: [xVal!, yVal!],
  });
  const predictions = await model.predict(images.slice(0, 1), { verbose: 0 });
  const score = predictions.squeeze().sigmoid();
  return { class_names: names, pixels: images.slice(0, 1).squeeze([0]), history: history.history, score };
}

/** The distance between two vectors. */
class EuclideanDistance extends Layer {
  override call(vects: [tf.Tensor, tf.Tensor]): tf.Tensor {
    const [x, y] = vects;
    const sumSquare = tf.sum(tf.square(tf.sub(x, y)), 1, true);
    return tf.sqrt(tf.maximum(sumSquare, 1e-7));
  }
}

/** Provides 'contrastiveLoss' an enclosing scope with variable 'margin'. */
function contrastive(margin = 1) {
  return function contrastiveLoss(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const squarePred = tf.square(yPred);
    const marginSquare = tf.square(tf.maximum(tf.sub(margin, yPred), 0));
    return tf.mean(tf.sub(1, yTrue).mul(squarePred).add(yTrue.mul(marginSquare)));
  };
}

/** https://keras.io/examples/vision/siamese_contrastive/ */
async function siameseNetwork({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const [images, labels] = [pictures(40, 12, 2).div(255).expandDims(-1), classes(40, 2)];
  // Pairs of the same class, and of different ones.
  const partner = Array.from({ length: 40 }, (_, i) => (i % 4 < 2 ? i + 2 : i + 1) % 40);
  const others = tf.gather(images, tf.tensor1d(partner, 'int32'));
  const pairs = tf.tensor1d(labels.map((label, i) => (label !== labels[partner[i]!] ? 1 : 0)));

  const input = Input([12, 12, 1]);
  let x = layers.BatchNormalization()(input);
  x = layers.Conv2D(3, [3, 3], { activation: 'tanh' })(x);
  x = layers.AveragePooling2D({ poolSize: [2, 2] })(x);
  x = layers.Conv2D(4, [3, 3], { activation: 'tanh' })(x);
  x = layers.AveragePooling2D({ poolSize: [2, 2] })(x);
  x = layers.Flatten()(x);
  x = layers.BatchNormalization()(x);
  x = layers.Dense(5, { activation: 'tanh' })(x);
  const embeddingNetwork = Model(input, x);

  const input1 = Input([12, 12, 1]);
  const input2 = Input([12, 12, 1]);
  // Siamese Network share weights between tower networks (sister networks).
  const tower1 = embeddingNetwork(input1);
  const tower2 = embeddingNetwork(input2);
  const mergeLayer = new EuclideanDistance()([tower1, tower2]);
  const normalLayer = layers.BatchNormalization()(mergeLayer);
  const outputLayer = layers.Dense(1, { activation: 'sigmoid' })(normalLayer);
  const siamese = Model({ inputs: [input1, input2], outputs: outputLayer });
  siamese.compile({ loss: contrastive(1), optimizer: 'RMSprop', metrics: ['accuracy'], runEagerly });
  const [x1, x1Val] = tf.split(images, [32, 8]);
  const [x2, x2Val] = tf.split(others, [32, 8]);
  const [pairsTrain, pairsVal] = tf.split(pairs, [32, 8]);
  const history = await siamese.fit([x1!, x2!], pairsTrain, {
    validationData: [[x1Val!, x2Val!], pairsVal!],
    batchSize: 8,
    epochs: 3,
    shuffle: false,
    verbose: 0,
  });
  return {
    history: history.history,
    results: await siamese.evaluate([images, others], pairs, { verbose: 0 }),
    weights: siamese.weights.length,
  };
}

interface DistillerOptions {
  optimizer: Optimizer;
  metrics: Metric[];
  studentLossFn: losses.Loss;
  distillationLossFn: losses.Loss;
  alpha?: number;
  temperature?: number;
  runEagerly: boolean;
}

class Distiller extends Model {
  studentLossFn!: losses.Loss;
  distillationLossFn!: losses.Loss;
  alpha = 0.1;
  temperature = 3;

  constructor(
    readonly student: Model,
    readonly teacher: Model,
  ) {
    super();
  }

  override compile(options: DistillerOptions): void {
    const { optimizer, metrics, runEagerly } = options;
    super.compile({ optimizer, metrics, runEagerly });
    this.studentLossFn = options.studentLossFn;
    this.distillationLossFn = options.distillationLossFn;
    this.alpha = options.alpha ?? 0.1;
    this.temperature = options.temperature ?? 3;
  }

  override computeLoss(x: tf.Tensor, y: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const teacherPred = this.teacher(x, { training: false });
    const studentLoss = this.studentLossFn(y, yPred);
    const distillationLoss = this.distillationLossFn(
      tf.softmax(teacherPred.div(this.temperature), 1),
      tf.softmax(yPred.div(this.temperature), 1),
    ).mul(this.temperature ** 2);
    return studentLoss.mul(this.alpha).add(distillationLoss.mul(1 - this.alpha));
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.student(x);
  }
}

/** https://keras.io/examples/vision/knowledge_distillation/ */
async function knowledgeDistillation({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const make = (filters: number, name: string): Sequential =>
    Sequential(
      [
        Input({ shape: [12, 12, 1] }),
        layers.Conv2D(filters, [3, 3], { strides: [2, 2], padding: 'same' }),
        layers.LeakyReLU({ negativeSlope: 0.2 }),
        layers.MaxPooling2D({ poolSize: [2, 2], strides: [1, 1], padding: 'same' }),
        layers.Conv2D(2 * filters, [3, 3], { strides: [2, 2], padding: 'same' }),
        layers.Flatten(),
        layers.Dense(4),
      ],
      { name },
    );
  const [teacher, student] = [make(8, 'teacher'), make(2, 'student')];
  const [xTrain, yTrain] = [pictures(40, 12, 4).expandDims(-1).div(255), classes(40, 4)];
  const fitting = { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 } as const;
  // Train teacher as usual
  teacher.compile({
    optimizer: optimizers.Adam(),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.SparseCategoricalAccuracy()],
    runEagerly,
  });
  const taught = await teacher.fit(xTrain, yTrain, fitting);
  teacher.trainable = false;
  // Initialize and compile distiller
  const distiller = new Distiller(student, teacher);
  distiller.compile({
    optimizer: optimizers.Adam(),
    metrics: [metrics.SparseCategoricalAccuracy()],
    studentLossFn: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    distillationLossFn: losses.KLDivergence(),
    alpha: 0.1,
    temperature: 10,
    runEagerly,
  });
  // Distill teacher to student
  const distilled = await distiller.fit(xTrain, yTrain, fitting);
  return {
    taught: taught.history,
    distilled: distilled.history,
    evaluate: await distiller.evaluate(xTrain, yTrain, { verbose: 0 }),
  };
}

/** https://keras.io/examples/vision/grad_cam/ */
async function gradCam(): Promise<Shown> {
  utils.setRandomSeed(1);
  const model = Sequential([
    Input([12, 12, 1]),
    layers.Conv2D(4, 3, { activation: 'relu' }),
    layers.MaxPooling2D(2),
    layers.Conv2D(5, 3, { activation: 'relu', name: 'last_conv' }),
    layers.GlobalAveragePooling2D(),
    layers.Dense(4, { activation: 'softmax', name: 'predictions' }),
  ]);
  // Remove last layer's softmax
  (model.getLayer('predictions') as layers.Dense).activation = activations.linear;
  const imgArray = pictures(3, 12, 4).slice(2).expandDims(-1).div(255);
  const preds = await model.predict(imgArray, { verbose: 0 });
  const predIndex = preds.argMax(1).arraySync() as number[];
  // A model that maps the input image to the activations of the last conv layer, and one from there to the predictions,
  // since TensorFlow.js has gradients of functions only.
  const lastConv = model.getLayer('last_conv').output;
  const convModel = Model({ inputs: model.inputs, outputs: lastConv });
  const head = Model({ inputs: lastConv, outputs: model.output });
  const lastConvLayerOutput = convModel(imgArray);
  // The gradient of the top predicted class with respect to the activations of the last conv layer
  const gradient = tf.grad((x: tf.Tensor) => head(x).slice([0, predIndex[0]!], [-1, 1]));
  const grads = gradient(lastConvLayerOutput);
  // This is a vector where each entry is the mean intensity of the gradient over a specific feature map channel
  const pooledGrads = tf.mean(grads, [0, 1, 2]);
  let heatmap = tf.sum(tf.mul(lastConvLayerOutput.squeeze([0]), pooledGrads), -1);
  heatmap = tf.div(tf.maximum(heatmap, 0), tf.max(heatmap));
  return { preds, pred_index: predIndex[0], heatmap };
}

export const parts: Parts = {
  'MNIST convnet': mnistConvnet,
  'image classification from scratch': imageClassificationFromScratch,
  'a siamese network': siameseNetwork,
  'knowledge distillation': knowledgeDistillation,
  'Grad-CAM': gradCam,
};

void show(module, parts);
