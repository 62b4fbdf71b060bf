/** Writing a training loop from scratch, after https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/. */
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
  Sequential,
  utils,
  type Variable,
} from 'keras-ts';
import { classes, numbers, type Parts, pictures, type Shown, show } from './common';

type TrainingBatch = [x: tf.Tensor, y: tf.Tensor];

const BATCH_SIZE = 8;
const [X_TRAIN, Y_TRAIN] = [numbers([40, 12]), tf.tensor1d(classes(40, 4), 'int32')];
const [X_VAL, Y_VAL] = [numbers([16, 12], 60), tf.tensor1d(classes(16, 4), 'int32')];
const TRAIN_BATCHES = batchesOf(X_TRAIN, Y_TRAIN);
const VAL_BATCHES = batchesOf(X_VAL, Y_VAL);

function batchesOf(x: tf.Tensor, y: tf.Tensor): TrainingBatch[] {
  const count = x.shape[0]! / BATCH_SIZE;
  const [xs, ys] = [tf.split(x, count), tf.split(y, count)];
  return xs.map((batch, i) => [batch, ys[i]!]);
}

/** The value of a loss and its gradients, in the order of the weights. */
function gradientsOf(weights: Variable[], loss: () => tf.Tensor): { value: tf.Scalar; gradients: tf.Tensor[] } {
  const { value, grads } = tf.variableGrads(
    () => loss().asScalar(),
    weights.map((weight) => weight.value),
  );
  return { value, gradients: weights.map((weight) => grads[weight.value.name]!) };
}

function getModel(): Model {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [12], name: 'digits' });
  const x1 = layers.Dense(8, { activation: 'relu' })(inputs);
  const x2 = layers.Dense(8, { activation: 'relu' })(x1);
  const outputs = layers.Dense(4, { name: 'predictions' })(x2);
  return Model({ inputs, outputs });
}

function firstExample(): Shown {
  const model = getModel();
  // Instantiate an optimizer.
  const optimizer = optimizers.Adam({ learningRate: 1e-3 });
  // Instantiate a loss function.
  const lossFn = losses.SparseCategoricalCrossentropy({ fromLogits: true });
  const seen: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    // Iterate over the batches.
    for (const [xBatchTrain, yBatchTrain] of TRAIN_BATCHES) {
      const { value: lossValue, gradients } = gradientsOf(model.trainableWeights, () => {
        // Run the forward pass of the layer.
        const logits = model(xBatchTrain, { training: true }); // Logits for this minibatch
        // Compute the loss value for this minibatch.
        return lossFn(yBatchTrain, logits);
      });
      // Run one step of gradient descent by updating the value of the variables to minimize the loss.
      optimizer.apply(gradients, model.trainableWeights);
      seen.push(lossValue.arraySync());
    }
  }
  return { losses: seen };
}

function withMetrics(): Shown {
  const model = getModel();
  const optimizer = optimizers.Adam({ learningRate: 1e-2 });
  const lossFn = losses.SparseCategoricalCrossentropy({ fromLogits: true });
  // Prepare the metrics.
  const trainAccMetric = metrics.SparseCategoricalAccuracy();
  const valAccMetric = metrics.SparseCategoricalAccuracy();

  function trainStep(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
    let logits!: tf.Tensor;
    const { value: lossValue, gradients } = gradientsOf(model.trainableWeights, () => {
      logits = tf.keep(model(x, { training: true }));
      return lossFn(y, logits);
    });
    optimizer.apply(gradients, model.trainableWeights);
    // Update training metric.
    trainAccMetric.updateState(y, logits);
    logits.dispose();
    return lossValue;
  }

  function testStep(x: tf.Tensor, y: tf.Tensor): void {
    const valLogits = model(x, { training: false });
    // Update val metrics
    valAccMetric.updateState(y, valLogits);
  }

  const epochs: number[][] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    let lossValue = tf.scalar(0);
    for (const [xBatchTrain, yBatchTrain] of TRAIN_BATCHES) lossValue = trainStep(xBatchTrain, yBatchTrain);
    // Display metrics at the end of each epoch.
    const trainAcc = trainAccMetric.result();
    // Reset training metrics at the end of each epoch
    trainAccMetric.resetState();
    // Run a validation loop at the end of each epoch.
    for (const [xBatchVal, yBatchVal] of VAL_BATCHES) testStep(xBatchVal, yBatchVal);
    const valAcc = valAccMetric.result();
    valAccMetric.resetState();
    epochs.push([lossValue, trainAcc, valAcc].map((value) => value.arraySync() as number));
  }
  return { epochs };
}

class ActivityRegularizationLayer extends Layer {
  override call(inputs: tf.Tensor): tf.Tensor {
    this.addLoss(tf.sum(inputs).mul(1e-2));
    return inputs;
  }
}

function lossesOfLayers(): Shown {
  utils.setRandomSeed(1);
  const inputs = Input({ shape: [12], name: 'digits' });
  let x = layers.Dense(8, { activation: 'relu' })(inputs);
  // Insert activity regularization as a layer
  x = new ActivityRegularizationLayer()(x);
  x = layers.Dense(8, { activation: 'relu' })(x);
  const outputs = layers.Dense(4, { name: 'predictions' })(x);
  const model = Model({ inputs, outputs });
  const optimizer = optimizers.Adam({ learningRate: 1e-3 });
  const lossFn = losses.SparseCategoricalCrossentropy({ fromLogits: true });

  function trainStep(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
    const { value: lossValue, gradients } = gradientsOf(model.trainableWeights, () => {
      const logits = model(x, { training: true });
      // Add any extra losses created during the forward pass.
      return model.losses.reduce((sum, term) => sum.add(term), lossFn(y, logits));
    });
    optimizer.apply(gradients, model.trainableWeights);
    return lossValue;
  }

  return { losses: TRAIN_BATCHES.map(([x, y]) => trainStep(x, y)) };
}

function endToEnd(): Shown {
  utils.setRandomSeed(1);
  const discriminator = Sequential(
    [
      Input({ shape: [8, 8, 1] }),
      layers.Conv2D(4, [3, 3], { strides: [2, 2], padding: 'same' }),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.GlobalAveragePooling2D(),
      layers.Dense(1),
    ],
    { name: 'discriminator' },
  );
  const latentDim = 6;
  const generator = Sequential(
    [
      Input({ shape: [latentDim] }),
      layers.Dense(4 * 4 * 4),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.Reshape([4, 4, 4]),
      layers.UpSampling2D(2),
      layers.Conv2D(1, [5, 5], { padding: 'same', activation: 'sigmoid' }),
    ],
    { name: 'generator' },
  );
  // Instantiate one optimizer for the discriminator and another for the generator.
  const dOptimizer = optimizers.Adam({ learningRate: 0.0003 });
  const gOptimizer = optimizers.Adam({ learningRate: 0.0004 });
  // Instantiate a loss function.
  const lossFn = losses.BinaryCrossentropy({ fromLogits: true });
  const seedGenerator = random.SeedGenerator(7);

  function trainStep(realImages: tf.Tensor): [dLoss: tf.Scalar, gLoss: tf.Scalar] {
    // Sample random points in the latent space
    let randomLatentVectors = random.normal([BATCH_SIZE, latentDim], { seed: seedGenerator });
    // Decode them to fake images
    const generatedImages = generator(randomLatentVectors);
    // Combine them with real images
    const combinedImages = tf.concat([generatedImages, realImages], 0);
    // Assemble labels discriminating real from fake images
    const labels = tf.concat([tf.ones([BATCH_SIZE, 1]), tf.zeros([realImages.shape[0]!, 1])], 0);
    // Train the discriminator
    const dWeights = discriminator.trainableWeights;
    const { value: dLoss, gradients: dGradients } = gradientsOf(dWeights, () => {
      const predictions = discriminator(combinedImages);
      return lossFn(labels, predictions);
    });
    dOptimizer.apply(dGradients, dWeights);
    // Sample random points in the latent space
    randomLatentVectors = random.normal([BATCH_SIZE, latentDim], { seed: seedGenerator });
    // Assemble labels that say "all real images"
    const misleadingLabels = tf.zeros([BATCH_SIZE, 1]);
    // Train the generator (note that we should *not* update the weights of the discriminator)!
    const gWeights = generator.trainableWeights;
    const { value: gLoss, gradients: gGradients } = gradientsOf(gWeights, () => {
      const predictions = discriminator(generator(randomLatentVectors));
      return lossFn(misleadingLabels, predictions);
    });
    gOptimizer.apply(gGradients, gWeights);
    return [dLoss, gLoss];
  }

  const images = pictures(32, 8, 4).reshape([32, 8, 8, 1]).div(255);
  return { losses: tf.split(images, 32 / BATCH_SIZE).map(trainStep) };
}

export const parts: Parts = {
  'a first example': firstExample,
  metrics: withMetrics,
  'losses of layers': lossesOfLayers,
  'a GAN': endToEnd,
};

void show(module, parts);
