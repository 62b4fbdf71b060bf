/** Variational autoencoder, after https://keras.io/examples/generative/vae/. */
import * as tf from '@tensorflow/tfjs';
import { Input, Layer, layers, losses, Model, metrics, optimizers, random, type StepData, utils } from 'keras-ts';
import { classes, type Parts, pictures, type RunOptions, type Shown, show } from './common';

const LATENT_DIM = 2;

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

/** Mean, logarithm of the variance, and a sample. */
type Encoder = Model<readonly [tf.Tensor, tf.Tensor, tf.Tensor]>;

function makeEncoder(): Encoder {
  const encoderInputs = Input({ shape: [12, 12, 1] });
  let x = layers.Conv2D(4, 3, { activation: 'relu', strides: 2, padding: 'same' })(encoderInputs);
  x = layers.Conv2D(6, 3, { activation: 'relu', strides: 2, padding: 'same' })(x);
  x = layers.Flatten()(x);
  x = layers.Dense(8, { activation: 'relu' })(x);
  const zMean = layers.Dense(LATENT_DIM, { name: 'z_mean' })(x);
  const zLogVar = layers.Dense(LATENT_DIM, { name: 'z_log_var' })(x);
  const z = new Sampling()([zMean, zLogVar]);
  return Model(encoderInputs, [zMean, zLogVar, z], { name: 'encoder' });
}

function makeDecoder(): Model {
  const latentInputs = Input({ shape: [LATENT_DIM] });
  let x = layers.Dense(3 * 3 * 6, { activation: 'relu' })(latentInputs);
  x = layers.Reshape([3, 3, 6])(x);
  x = layers.UpSampling2D(2)(x);
  x = layers.Conv2D(6, 3, { activation: 'relu', padding: 'same' })(x);
  x = layers.UpSampling2D(2)(x);
  x = layers.Conv2D(4, 3, { activation: 'relu', padding: 'same' })(x);
  const decoderOutputs = layers.Conv2D(1, 3, { activation: 'sigmoid', padding: 'same' })(x);
  return Model(latentInputs, decoderOutputs, { name: 'decoder' });
}

class VAE extends Model {
  readonly totalLossTracker = metrics.Mean({ name: 'total_loss' });
  readonly reconstructionLossTracker = metrics.Mean({ name: 'reconstruction_loss' });
  readonly klLossTracker = metrics.Mean({ name: 'kl_loss' });

  constructor(
    readonly encoder: Encoder,
    readonly decoder: Model,
  ) {
    super();
  }

  override get metrics() {
    return [this.totalLossTracker, this.reconstructionLossTracker, this.klLossTracker];
  }

  override trainStep({ x }: StepData) {
    const data = x as tf.Tensor4D;
    const weights = this.trainableWeights;
    let reconstructionLoss!: tf.Tensor;
    let klLoss!: tf.Tensor;
    const { value: totalLoss, grads } = tf.variableGrads(
      () => {
        const [zMean, zLogVar, z] = this.encoder(data);
        const reconstruction = this.decoder(z);
        reconstructionLoss = tf.keep(tf.mean(tf.sum(losses.binaryCrossentropy(data, reconstruction), [1, 2])));
        klLoss = zLogVar.add(1).sub(tf.square(zMean)).sub(tf.exp(zLogVar)).mul(-0.5);
        klLoss = tf.keep(tf.mean(tf.sum(klLoss, 1)));
        return reconstructionLoss.add(klLoss).asScalar();
      },
      weights.map((weight) => weight.value),
    );
    this.optimizer!.apply(
      weights.map((weight) => grads[weight.value.name]!),
      weights,
    );
    this.totalLossTracker.updateState(totalLoss);
    this.reconstructionLossTracker.updateState(reconstructionLoss);
    this.klLossTracker.updateState(klLoss);
    tf.dispose([reconstructionLoss, klLoss]);
    return {
      loss: this.totalLossTracker.result(),
      reconstruction_loss: this.reconstructionLossTracker.result(),
      kl_loss: this.klLossTracker.result(),
    };
  }
}

/** What the decoder makes of a grid of points. */
async function latentSpace(vae: VAE, n = 3): Promise<tf.Tensor[]> {
  const scale = 1.0;
  const gridX = tf.linspace(-scale, scale, n).arraySync();
  const gridY = tf.linspace(-scale, scale, n).arraySync().reverse();
  const rows: tf.Tensor[] = [];
  for (const yi of gridY) {
    for (const xi of gridX) {
      const zSample = [[xi, yi]];
      const xDecoded = await vae.decoder.predict(zSample, { verbose: 0 });
      rows.push(xDecoded.reshape([12, 12]).mean(0));
    }
  }
  return rows;
}

/** Where pictures of each class lie. */
async function labelClusters(vae: VAE, data: tf.Tensor, labels: number[]): Promise<tf.Tensor[]> {
  const [zMean] = await vae.encoder.predict(data, { verbose: 0 });
  const all = tf.unstack(zMean);
  return [0, 1, 2, 3].map((label) => tf.stack(all.filter((_, i) => labels[i] === label)).mean(0));
}

async function autoencoder({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const digits = pictures(40, 12, 4).expandDims(-1).div(255);
  const [encoder, decoder] = [makeEncoder(), makeDecoder()];
  const vae = new VAE(encoder, decoder);
  vae.compile({ optimizer: optimizers.Adam(), runEagerly });
  const history = await vae.fit(digits, { epochs: 4, batchSize: 8, shuffle: false, verbose: 0 });
  return {
    history: history.history,
    latent_space: await latentSpace(vae),
    label_clusters: await labelClusters(vae, digits, classes(40, 4)),
  };
}

export const parts: Parts = { 'a variational autoencoder': autoencoder };

void show(module, parts);
