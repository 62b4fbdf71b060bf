/** A program as users write it; `npm run check` compiles it against the built package with TypeScript 5.0. */
import keras, {
  backend,
  type FitOptions,
  Input,
  Layer,
  layers,
  losses,
  Model,
  optimizers,
  reference,
  Sequential,
  type Shape,
  tf,
} from 'keras-ts';
import { Conv2D } from 'keras-ts/layers';
import { conv2d } from 'keras-ts/reference';

export const name: string = backend();
export const images: number[][][][] = conv2d([[[[1], [2]]]], [[[[10]]]], { padding: 'same' });
export const size: number = reference.outputSize({ input: 28, kernel: 3 });

declare module 'keras-ts' {
  interface CustomNames {
    activations: 'mine';
  }
}

/** A layer of one's own. */
class Double extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x.mul(2);
  }
  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

export async function train(): Promise<number[]> {
  const model = Sequential([
    layers.Input({ shape: [28, 28, 1] }),
    Conv2D(10, { kernelSize: 3, activation: 'relu' }),
    new layers.Flatten(),
    new Double(),
    layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: optimizers.Adam({ learningRate: 0.01 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  model.summary();
  const x = tf.zeros([4, 28, 28, 1]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 2, 3], 'int32'), 10);
  const history = await model.fit(x, y, { epochs: 1, verbose: 0 });
  return history.history['loss'] ?? [];
}

export function functional(): tf.Tensor {
  const input = Input({ shape: [4] });
  const hidden = layers.Dense(3, { activation: 'relu' })(input);
  const model = Model({ inputs: input, outputs: layers.Add()([hidden, layers.Dense(3)(input)]) });
  const error: tf.Tensor = losses.MeanSquaredError()(tf.zeros([2, 3]), tf.ones([2, 3]));
  return error.add(model(tf.zeros([2, 4])));
}

export async function twoOutputs(): Promise<[tf.Tensor, tf.Tensor]> {
  const input = Input({ shape: [4] });
  const model = Model({ inputs: input, outputs: [layers.Dense(3)(input), keras.layers.Dense(1)(input)] });
  const options: FitOptions = { verbose: 0 };
  await model.fit(tf.zeros([2, 4]), [tf.zeros([2, 3]), tf.zeros([2, 1])], options);
  const [first, second] = await model.predict(tf.zeros([2, 4]));
  return [first, second];
}

layers.Dense(3, { activation: 'mine' });
// @ts-expect-error: a misspelt name does not compile
layers.Dense(3, { activation: 'rellu' });
// @ts-expect-error: a misspelt option does not compile
layers.Dense(3, { activaton: 'relu' });
// @ts-expect-error: units is a number
layers.Dense('3');
