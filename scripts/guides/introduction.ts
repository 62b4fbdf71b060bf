/**
 * Introductions to Keras: https://keras.io/getting_started/intro_to_keras_for_engineers/ and
 * https://keras.io/guides/intro_to_keras_for_researchers/.
 */
import * as tf from '@tensorflow/tfjs';
import {
  activations,
  Input,
  initializers,
  Layer,
  layers,
  losses,
  Model,
  metrics,
  optimizers,
  random,
  Sequential,
  type Shape,
  utils,
  Variable,
} from 'keras-ts';
import { classes, numbers, type Parts, pictures, type RunOptions, type Shown, show } from './common';

class MyDense extends Layer {
  readonly activation: (x: tf.Tensor) => tf.Tensor;
  w!: Variable;
  b!: Variable;

  constructor(
    readonly units: number,
    options: { activation?: activations.ActivationIdentifier } = {},
  ) {
    super();
    this.activation = activations.get(options.activation);
  }

  override build(inputShape: Shape): void {
    const inputDim = inputShape.at(-1) as number;
    this.w = this.addWeight({
      shape: [inputDim, this.units],
      initializer: initializers.GlorotNormal(),
      name: 'kernel',
      trainable: true,
    });
    this.b = this.addWeight({
      shape: [this.units],
      initializer: initializers.Zeros(),
      name: 'bias',
      trainable: true,
    });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    const x = tf.add(tf.matMul(inputs, this.w.value), this.b.value);
    return this.activation(x);
  }
}

class MyDropout extends Layer {
  // Use a seed generator for managing RNG state. It is a state element and its seed variable is tracked by the layer.
  readonly seedGenerator = random.SeedGenerator(1337);

  constructor(readonly rate: number) {
    super();
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    // Use `random` for random ops.
    return random.dropout(inputs, this.rate, { seed: this.seedGenerator });
  }
}

class MyModel extends Model {
  readonly convBase = Sequential([
    layers.Conv2D(4, { kernelSize: [3, 3], activation: 'relu' }),
    layers.MaxPooling2D({ poolSize: [2, 2] }),
    layers.Conv2D(6, { kernelSize: [3, 3], activation: 'relu' }),
    layers.GlobalAveragePooling2D(),
  ]);
  readonly dp = new MyDropout(0.5);
  readonly dense: MyDense;

  constructor(numClasses: number) {
    super();
    this.dense = new MyDense(numClasses, { activation: 'softmax' });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    let x = this.convBase(inputs);
    x = this.dp(x);
    return this.dense(x);
  }
}

async function customComponents({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const [xTrain, yTrain] = [pictures(40, 10, 4).expandDims(-1).div(255), classes(40, 4)];
  const model = new MyModel(4);
  model.compile({
    loss: losses.SparseCategoricalCrossentropy(),
    optimizer: optimizers.Adam({ learningRate: 1e-3 }),
    metrics: [metrics.SparseCategoricalAccuracy({ name: 'acc' })],
    runEagerly,
  });
  const history = await model.fit(xTrain, yTrain, {
    batchSize: 8,
    epochs: 4,
    validationSplit: 0.15,
    shuffle: false,
    verbose: 0,
  });
  const samples = tf.unstack(xTrain).map((xs, i) => ({ xs, ys: yTrain[i]! }));
  const dataset = tf.data.array(samples).batch(10);
  const more = await model.fit(dataset, { epochs: 1, validationData: dataset, verbose: 0 });
  return { history: history.history, dataset: more.history };
}

function variablesAndGradients(): Shown {
  const a = new Variable([
    [1.0, 2.0],
    [3.0, 4.0],
  ]);
  a.assign(
    tf.tensor([
      [2.0, 2.0],
      [3.0, 4.0],
    ]),
  );
  a.assign(
    a.value.add([
      [1.0, 0.0],
      [0.0, 0.0],
    ]),
  );
  a.assign(
    a.value.sub([
      [0.0, 0.5],
      [0.0, 0.0],
    ]),
  );
  const b = tf.tensor([
    [0.5, 1.0],
    [1.5, 2.0],
  ]);
  const dcDa = tf.grad((a) => tf.sqrt(tf.add(tf.square(a), tf.square(b))))(a.value);
  const x = tf.tensor([[1.0, 2.0]]);
  const dyDx = tf.grad((x) => tf.sqrt(tf.square(x).add(1)));
  const d2yDx2 = tf.grad((x) => dyDx(x))(x);
  return { a: a.value, dc_da: dcDa, d2y_dx2: d2yDx2 };
}

/** y = w.x + b */
class Linear extends Layer {
  readonly w: Variable;
  readonly b: Variable;
  readonly calls = new Variable(0.0, { trainable: false });

  constructor({ units = 32, inputDim = 32 } = {}) {
    super();
    const wInit = initializers.RandomNormal({ seed: 3 });
    this.w = new Variable(wInit([inputDim, units]), { trainable: true });
    this.b = new Variable(tf.zeros([units]), { trainable: true });
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    this.calls.assign(this.calls.value.add(1.0));
    return tf.add(tf.matMul(inputs, this.w.value), this.b.value);
  }
}

async function variablesInLayers({ runEagerly }: RunOptions): Promise<Shown> {
  utils.setRandomSeed(1);
  const linearLayer = new Linear({ units: 4, inputDim: 6 });
  const y = linearLayer(numbers([2, 6]));
  const model = Sequential([Input([6]), linearLayer]);
  model.compile({
    optimizer: optimizers.SGD(0.1),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    runEagerly,
  });
  const history = await model.fit(numbers([24, 6]), classes(24, 4), {
    batchSize: 6,
    epochs: 3,
    shuffle: false,
    verbose: 0,
  });
  const counts = [linearLayer.weights.length, linearLayer.trainableWeights.length];
  return { y, history: history.history, counts, calls: linearLayer.calls.value };
}

class Dropout extends Layer {
  readonly seedGenerator = random.SeedGenerator(1337);

  constructor(readonly rate: number) {
    super();
  }

  override call(inputs: tf.Tensor, { training }: layers.CallOptions = {}): tf.Tensor {
    if (training) return random.dropout(inputs, this.rate, { seed: this.seedGenerator });
    return inputs;
  }
}

class MLPWithDropout extends Layer {
  readonly linear1 = new MyDense(8);
  readonly dropout = new Dropout(0.5);
  readonly linear3 = new MyDense(4);

  override call(inputs: tf.Tensor, { training }: layers.CallOptions = {}): tf.Tensor {
    let x = this.linear1(inputs);
    x = tf.relu(x);
    x = this.dropout(x, { training });
    return this.linear3(x);
  }
}

function trainingAndInference(): Shown {
  utils.setRandomSeed(1);
  const mlp = new MLPWithDropout();
  const x = numbers([2, 5]);
  const yTrain = mlp(x, { training: true });
  const yTest = mlp(x, { training: false });
  // The layers once more, in the functional API.
  const inputs = Input({ shape: [5], dtype: 'float32' });
  const outputs = new MyDense(4)(new Dropout(0.5)(new MyDense(8)(inputs)));
  const model = Model(inputs, outputs);
  return { train: yTrain, test: yTest, functional: [model(x), model(x, { training: true })] };
}

export const parts: Parts = {
  "components of one's own": customComponents,
  'variables and gradients': variablesAndGradients,
  'variables in layers': variablesInLayers,
  'training and inference': trainingAndInference,
};

void show(module, parts);
