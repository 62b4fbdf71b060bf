/**
 * Generative adversarial networks: the end of https://keras.io/guides/custom_train_step_in_tensorflow/, and
 * https://keras.io/examples/generative/dcgan_overriding_train_step/ with its callback.
 */
import * as tf from '@tensorflow/tfjs';
import {
  callbacks,
  Input,
  layers,
  losses,
  Model,
  metrics,
  type Optimizer,
  optimizers,
  random,
  Sequential,
  type StepData,
  utils,
} from 'keras-ts';
import { type Parts, pictures, type RunOptions, type Shown, show } from './common';

const LATENT_DIM = 8;

function makeNetworks(): { discriminator: Sequential; generator: Sequential } {
  utils.setRandomSeed(1);
  const discriminator = Sequential(
    [
      Input({ shape: [12, 12, 1] }),
      layers.Conv2D(6, [3, 3], { strides: [2, 2], padding: 'same' }),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.Conv2D(8, [3, 3], { strides: [2, 2], padding: 'same' }),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.MaxPooling2D(3),
      layers.Flatten(),
      layers.Dense(1),
    ],
    { name: 'discriminator' },
  );
  const generator = Sequential(
    [
      Input({ shape: [LATENT_DIM] }),
      layers.Dense(3 * 3 * 8),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.Reshape([3, 3, 8]),
      layers.UpSampling2D(2),
      layers.Conv2D(8, [4, 4], { padding: 'same' }),
      layers.LeakyReLU({ negativeSlope: 0.2 }),
      layers.UpSampling2D(2),
      layers.Conv2D(1, [7, 7], { padding: 'same', activation: 'sigmoid' }),
    ],
    { name: 'generator' },
  );
  return { discriminator, generator };
}

interface GANCompileOptions {
  dOptimizer: Optimizer;
  gOptimizer: Optimizer;
  lossFn: losses.Loss;
  runEagerly: boolean;
}

class GAN extends Model {
  readonly discriminator: Sequential;
  readonly generator: Sequential;
  readonly latentDim: number;
  readonly dLossTracker = metrics.Mean({ name: 'd_loss' });
  readonly gLossTracker = metrics.Mean({ name: 'g_loss' });
  readonly seedGenerator = random.SeedGenerator(1337);
  dOptimizer!: Optimizer;
  gOptimizer!: Optimizer;
  lossFn!: losses.Loss;

  constructor(options: { discriminator: Sequential; generator: Sequential; latentDim: number }) {
    super();
    this.discriminator = options.discriminator;
    this.generator = options.generator;
    this.latentDim = options.latentDim;
  }

  override get metrics() {
    return [this.dLossTracker, this.gLossTracker];
  }

  override compile({ dOptimizer, gOptimizer, lossFn, runEagerly }: GANCompileOptions): void {
    super.compile({ runEagerly });
    this.dOptimizer = dOptimizer;
    this.gOptimizer = gOptimizer;
    this.lossFn = lossFn;
  }

  override trainStep({ x }: StepData) {
    const realImages = x as tf.Tensor4D;
    // Sample random points in the latent space
    const [batchSize] = realImages.shape;
    let randomLatentVectors = random.normal([batchSize, this.latentDim], { seed: this.seedGenerator });

    // Decode them to fake images
    const generatedImages = this.generator(randomLatentVectors);

    // Combine them with real images
    const combinedImages = tf.concat([generatedImages, realImages], 0);

    // Assemble labels discriminating real from fake images
    let labels: tf.Tensor = tf.concat([tf.ones([batchSize, 1]), tf.zeros([batchSize, 1])], 0);
    // Add random noise to the labels - important trick!
    labels = labels.add(random.uniform(labels.shape, { seed: this.seedGenerator }).mul(0.05));

    // Train the discriminator
    const dWeights = this.discriminator.trainableWeights;
    const { value: dLoss, grads: dGrads } = tf.variableGrads(
      () => {
        const predictions = this.discriminator(combinedImages);
        return this.lossFn(labels, predictions).asScalar();
      },
      dWeights.map((weight) => weight.value),
    );
    this.dOptimizer.apply(
      dWeights.map((weight) => dGrads[weight.value.name]!),
      dWeights,
    );

    // Sample random points in the latent space
    randomLatentVectors = random.normal([batchSize, this.latentDim], { seed: this.seedGenerator });

    // Assemble labels that say "all real images"
    const misleadingLabels = tf.zeros([batchSize, 1]);

    // Train the generator (note that we should *not* update the weights of the discriminator)!
    const gWeights = this.generator.trainableWeights;
    const { value: gLoss, grads: gGrads } = tf.variableGrads(
      () => {
        const predictions = this.discriminator(this.generator(randomLatentVectors));
        return this.lossFn(misleadingLabels, predictions).asScalar();
      },
      gWeights.map((weight) => weight.value),
    );
    this.gOptimizer.apply(
      gWeights.map((weight) => gGrads[weight.value.name]!),
      gWeights,
    );

    // Update metrics and return their value.
    this.dLossTracker.updateState(dLoss);
    this.gLossTracker.updateState(gLoss);
    return { d_loss: this.dLossTracker.result(), g_loss: this.gLossTracker.result() };
  }
}

class GANMonitor extends callbacks.Callback<GAN> {
  readonly numImg: number;
  readonly latentDim: number;
  readonly seedGenerator = random.SeedGenerator(42);
  readonly sizes: number[][][] = [];
  readonly means: tf.Tensor[] = [];

  constructor({ numImg = 3, latentDim = LATENT_DIM } = {}) {
    super();
    this.numImg = numImg;
    this.latentDim = latentDim;
  }

  override onEpochEnd(): void {
    const randomLatentVectors = random.normal([this.numImg, this.latentDim], { seed: this.seedGenerator });
    const generatedImages = this.model.generator(randomLatentVectors).mul(255);
    const images = tf.unstack(generatedImages).map((image) => utils.arrayToImg(image as tf.Tensor3D, { scale: false }));
    this.sizes.push(images.map(({ width, height }) => [width, height]));
    this.means.push(generatedImages.mean([1, 2, 3]));
  }
}

function makeGan(runEagerly: boolean): GAN {
  const { discriminator, generator } = makeNetworks();
  const gan = new GAN({ discriminator, generator, latentDim: LATENT_DIM });
  gan.compile({
    dOptimizer: optimizers.Adam({ learningRate: 0.0003 }),
    gOptimizer: optimizers.Adam({ learningRate: 0.0003 }),
    lossFn: losses.BinaryCrossentropy({ fromLogits: true }),
    runEagerly,
  });
  return gan;
}

async function endToEnd({ runEagerly }: RunOptions): Promise<Shown> {
  let allDigits: tf.Tensor = pictures(40, 12, 4).div(255.0);
  allDigits = tf.reshape(allDigits, [-1, 12, 12, 1]);
  const dataset = tf.data.array(tf.unstack(allDigits)).batch(8);
  const gan = makeGan(runEagerly);
  const history = await gan.fit(dataset, { epochs: 3, verbose: 0 });
  const weights = gan.generator.getWeights();
  return { history: history.history, bias: weights.at(-1), metrics_names: gan.metricsNames };
}

async function withAMonitor({ runEagerly }: RunOptions): Promise<Shown> {
  const allDigits = tf.reshape(pictures(40, 12, 4).div(255.0), [-1, 12, 12, 1]);
  const gan = makeGan(runEagerly);
  const monitor = new GANMonitor({ numImg: 3, latentDim: LATENT_DIM });
  const history = await gan.fit(allDigits, {
    batchSize: 8,
    epochs: 3,
    shuffle: false,
    verbose: 0,
    callbacks: [monitor],
  });
  return { history: history.history, means: monitor.means, sizes: monitor.sizes };
}

export const parts: Parts = {
  'a GAN': endToEnd,
  'with a callback': withAMonitor,
};

void show(module, parts);
