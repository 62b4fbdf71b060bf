/** Code of a user inside compiled steps: what counts as such, and what changes in it between two runs takes effect. */
import type * as tf from '@tensorflow/tfjs';
import { Layer, layers, metrics, optimizers, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Variable } from '../../src/backend/variable';
import type { Shape } from '../../src/base/errors';
import type { Model as ModelType } from '../../src/models';
import type { CompileOptions } from '../../src/models/compile/compilation';
import { runsCustomCode } from '../../src/models/steps/customCode';
import { Regularizer } from '../../src/regularizers';
import { filled } from '../ops/backends';
import { expectEqual, expectSameScene, noticesOf } from './compiledSupport';

/** What the code below computes with: a number outside of the model. */
let factor = 1;

class Scaled extends Regularizer {
  static override readonly className = 'Scaled';
  override call(w: tf.Tensor): tf.Scalar {
    return w
      .abs()
      .sum()
      .mul(0.1 * factor);
  }
}

class Descent extends optimizers.Optimizer {
  static override readonly className = 'Descent';
  override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
    variable.assign(variable.value.sub(gradient.mul(learningRate).mul(factor)));
  }
}

const network = (options: object = {}, units = 2): ModelType =>
  Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(6, { activation: 'tanh' }),
    layers.Dense(units, { kernelRegularizer: 'l2', ...options }),
  ]);

const loss = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yPred.sub(yTrue).square().mean(-1).mul(factor);
const scaled = (x: tf.Tensor): tf.Tensor => x.mul(factor);

/** Models and what they are compiled with, each with one piece that depends on `factor`. */
const CUSTOM: Record<string, () => [options: object, compile: CompileOptions]> = {
  'a named activation': () => [{ activation: scaled }, {}],
  'an activation without a name': () => [{ activation: (x: tf.Tensor) => scaled(x).neg() }, {}],
  'a regularizer': () => [{ kernelRegularizer: new Scaled() }, {}],
  'an optimizer': () => [{}, { optimizer: new Descent({ learningRate: 0.1 }) }],
  'a loss': () => [{}, { loss }],
  'a metric': () => [{}, { metrics: [loss] }],
};

const [x, y] = [() => filled([20, 4]), () => filled([20, 2], 3)];

beforeAll(() => ready());

test('only what the library does not provide is code of a user', () => {
  const plain = network({ activation: 'relu', kernelInitializer: 'he_normal', biasConstraint: 'non_neg' });
  expect(runsCustomCode(plain)).toBe(false);
  plain.compile({ optimizer: optimizers.Adam(0.1), loss: 'mse', metrics: ['accuracy', metrics.Mean()] });
  expect(runsCustomCode(plain)).toBe(false);
  for (const make of Object.values(CUSTOM)) {
    const [options, compile] = make();
    const model = network(options);
    model.compile({ optimizer: 'sgd', loss: 'mse', ...compile });
    expect(runsCustomCode(model)).toBe(true);
  }
});

test('the same tensor as input and target', () =>
  expectSameScene(40, async (scene) => {
    const model = network({ activation: scaled }, 4);
    scene.compile(model, { optimizer: 'sgd', loss });
    const images = x();
    const { history } = await model.fit(images, images, { batchSize: 8, epochs: 20, verbose: 0 });
    scene.note('loss', history['loss'] as number[]);
    for (let i = 0; i < 4; i++) scene.note('on a batch', model.trainOnBatch(images, images));
    scene.note('weights', model.getWeights());
    model.dispose();
  }));

/** A layer whose option nobody sees. */
class Hidden extends Layer {
  static override readonly className: string = 'Hidden';
  #scale = 1;

  rescale(scale: number): void {
    this.#scale = scale;
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(this.#scale);
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

test('an option in a private field that a callback changes', () =>
  expectSameScene(30, async (scene) => {
    const hidden = new Hidden();
    const model = Sequential([layers.Input({ shape: [4] }), layers.Dense(3), hidden, layers.Dense(2)]);
    scene.compile(model, { optimizer: 'sgd', loss: 'mse' });
    const onEpochEnd = (epoch: number): void => hidden.rescale(1 + (epoch % 3) / 10);
    const options = { batchSize: 2, epochs: 9, validationSplit: 0.2, verbose: 0 as const, callbacks: [{ onEpochEnd }] };
    const { history } = await model.fit(x(), y(), options);
    for (const [name, values] of Object.entries(history)) scene.note(name, values as number[]);
    scene.note('weights', model.getWeights());
    model.dispose();
  }));

/** A layer that does not do the same with some sizes of batches. */
class Choosy extends Hidden {
  static override readonly className = 'Choosy';

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.shape[0] === 3 ? inputs.square() : inputs;
  }
}

test('a batch size that was not there when the step was recorded', async () => {
  const run = async (runEagerly: boolean): Promise<[number[], string[]]> => {
    utils.setRandomSeed(1);
    const model = Sequential([layers.Input({ shape: [4] }), new Choosy(), layers.Dense(2)]);
    model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
    let losses: number[] = [];
    const notices = await noticesOf(async () => {
      for (const batchSize of [5, 3, 4]) {
        const { history } = await model.fit(x(), y(), { batchSize, epochs: 4, verbose: 0 });
        losses = [...losses, ...(history['loss'] as number[])];
      }
    });
    model.dispose();
    return [losses, notices];
  };
  const [[expected, none], [actual, notices]] = [await run(true), await run(false)];
  expect(none).toEqual([]);
  expect(notices.length).toBe(1);
  expectEqual(actual, expected, 'losses', 20);
});

test('a layer that returns another of the same tensors in the next run', () =>
  expectSameScene(10, async (scene) => {
    factor = 1;
    const chosen = (given: tf.Tensor): tf.Tensor => {
      const both = [given.square(), given.neg()] as const;
      return both[factor === 1 ? 0 : 1];
    };
    const model = network({ activation: chosen });
    scene.compile(model, { optimizer: 'sgd', loss: 'mse' });
    for (const next of [1, 2, 1]) {
      factor = next;
      scene.note('predicted', (await model.predict(x(), { batchSize: 1, verbose: 0 })) as tf.Tensor);
    }
    model.dispose();
  }));

test.each(Object.entries(CUSTOM))('%s that does something else in the next run', (_, make) =>
  expectSameScene(60, async (scene) => {
    factor = 1;
    const [options, compile] = make();
    const model = network(options);
    scene.compile(model, { optimizer: 'sgd', loss: 'mse', ...compile });
    for (const next of [1, 1, 2, 0.5, 1]) {
      factor = next;
      const { history } = await model.fit(x(), y(), { batchSize: 8, epochs: 5, validationSplit: 0.2, verbose: 0 });
      for (const [name, values] of Object.entries(history)) scene.note(name, values as number[]);
      scene.note('evaluated', await model.evaluate(x(), y(), { batchSize: 1, verbose: 0 }));
      scene.note('predicted', (await model.predict(x(), { batchSize: 1, verbose: 0 })) as tf.Tensor);
      scene.note('weights', model.getWeights());
    }
    model.dispose();
  }),
);
