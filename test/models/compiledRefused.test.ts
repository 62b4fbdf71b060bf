/** Steps that cannot be compiled run eagerly: right results, and one notice that names the cause and the layer. */
import * as tf from '@tensorflow/tfjs';
import { Layer, layers, Model, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Shape } from '../../src/base/errors';
import { resetNames } from '../../src/base/names';
import type { Model as ModelType } from '../../src/models';
import type { CompileOptions } from '../../src/models/compile/compilation';
import type { StepData } from '../../src/models/data/data';
import type { StepLogs } from '../../src/models/trainable';
import { filled } from '../ops/backends';
import { expectEqual, noticesOf } from './compiledSupport';

type Call = (this: OddLayer, x: tf.Tensor) => tf.Tensor;

/** A layer of a user, with state of its own. */
class OddLayer extends Layer {
  static override readonly className: string = 'Odd';
  count = 0;
  list: number[] = [];
  variable = tf.variable(tf.scalar(2));

  constructor(readonly formula: Call) {
    super({ name: 'odd' });
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.formula(x);
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

function network(formula: Call): ModelType {
  return Sequential([layers.Input({ shape: [4] }), layers.Dense(4), new OddLayer(formula), layers.Dense(2)]);
}

interface Outcome {
  notices: string[];
  numbers: number[];
  compiledSteps: number;
}

/** Trains with validation, evaluates and predicts, long enough for everything to be compiled. */
async function live(make: () => ModelType, options: CompileOptions, runEagerly: boolean): Promise<Outcome> {
  utils.setRandomSeed(3);
  resetNames();
  const run = jest.spyOn(GraphSession.prototype, 'run');
  const model = make();
  model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly, ...options });
  const [x, y] = [filled([16, 4]), filled([16, 2], 2)];
  const numbers: number[] = [];
  const notices = await noticesOf(async () => {
    for (let i = 0; i < 2; i++) {
      const { history } = await model.fit(x, y, { epochs: 4, batchSize: 4, validationSplit: 0.25, verbose: 0 });
      numbers.push(...(Object.values(history).flat() as number[]));
      const predicted = (await model.predict(x, { batchSize: 1, verbose: 0 })) as tf.Tensor;
      numbers.push(...predicted.dataSync(), await model.evaluate(x, y, { batchSize: 1, verbose: 0 }));
    }
  });
  numbers.push(...model.getWeights().flatMap((weight) => Array.from(weight.dataSync())));
  const compiledSteps = run.mock.calls.length;
  run.mockRestore();
  model.dispose();
  return { notices, numbers, compiledSteps };
}

async function expectRefused(
  make: () => ModelType,
  notice: string,
  {
    options = {},
    random = false,
    kinds = 'all',
  }: { options?: CompileOptions; random?: boolean; kinds?: 'all' | 'train' } = {},
): Promise<void> {
  const eager = await live(make, options, true);
  const compiled = await live(make, options, false);
  expect(compiled.notices.length).toBe(1);
  expect(compiled.notices[0]).toContain(`fit runs uncompiled, because ${notice}`);
  if (kinds === 'all') expect(compiled.compiledSteps).toBe(0);
  if (random) expect(compiled.numbers.every(Number.isFinite)).toBe(true);
  else expectEqual(compiled.numbers, eager.numbers, 'everything', kinds === 'all' ? 0 : 10);
}

async function expectCompiled(make: () => ModelType, options: CompileOptions = {}): Promise<void> {
  const eager = await live(make, options, true);
  const compiled = await live(make, options, false);
  expect(compiled.notices).toEqual([]);
  expect(compiled.compiledSteps).toBeGreaterThan(60);
  expectEqual(compiled.numbers, eager.numbers, 'everything', 10);
}

beforeAll(() => ready());

const READS = "the value of a tensor is read (data(), dataSync(), array() or print()) in layer 'sequential/odd'";
const VARIABLE = "a tf.Variable is used that is not a weight made by addWeight in layer 'sequential/odd'";
const RANDOM = "Math.random() is called in layer 'sequential/odd'";

/** Layers that read, draw or remember in JavaScript, with what the notice says. */
const LAYERS: Record<string, [formula: Call, notice: string, options?: { random: true }]> = {
  'reads a value': [(x) => x.mul(1 + (x.mean().dataSync()[0] as number)), READS],
  'chooses by a value': [(x) => ((x.sum().arraySync() as number) > 0 ? x.square() : x.neg()), READS],
  'looks at values later': [
    (x) => {
      void x.data().then((values) => values.length);
      return x.mul(2);
    },
    READS,
  ],
  'reads a value and catches the error': [
    (x) => {
      try {
        return x.mul(x.max().dataSync()[0] as number);
      } catch {
        return x;
      }
    },
    READS,
  ],
  'reads a tf.Variable': [
    function (x) {
      return x.mul(this.variable);
    },
    VARIABLE,
  ],
  'reads the number in a tf.Variable': [
    function (x) {
      return x.mul(this.variable.dataSync()[0] as number);
    },
    VARIABLE,
  ],
  'changes a tf.Variable': [
    function (x) {
      this.variable.assign(x.mean().asScalar());
      return x.square();
    },
    'a tf.Variable is used that is not a weight made by addWeight',
  ],
  'counts in a field': [
    function (x) {
      this.count++;
      return x.div(this.count);
    },
    "the step itself changes 'count' of Odd 'odd'",
  ],
  'counts, to do something now and then': [
    function (x) {
      this.count++;
      return this.count % 10 === 0 ? x.square() : x;
    },
    "the step itself changes 'count' of Odd 'odd'",
  ],
  'remembers in a list': [
    function (x) {
      this.list.push(x.shape[0] as number);
      return x.mul(this.list.length);
    },
    "the step itself changes 'length' of Odd 'odd'",
  ],
  'draws a mask': [(x) => x.mul(tf.tensor(Array.from({ length: 4 }, () => Math.random()))), RANDOM, { random: true }],
  'throws a coin': [(x) => (Math.random() < 0.5 ? x : x.neg()), RANDOM, { random: true }],
  'draws random numbers of TensorFlow.js': [(x) => x.add(tf.randomNormal([4])), RANDOM, { random: true }],
  'uses a mask of a fixed seed': [
    (x) => tf.dropout(x, 0.5, undefined, 7),
    "a number used in Add changes from call to call (it comes from JavaScript, and not from the data or a Variable) in layer 'sequential/odd'",
  ],
  'computes with the square of the batch size': [
    (x) =>
      x
        .matMul(x, false, true)
        .reshape([(x.shape[0] as number) ** 2])
        .sum()
        .mul(x),
    "a size or an index changes from call to call, and not with the batch size in layer 'sequential/odd'",
  ],
  'computes with half the batch size': [
    (x) =>
      x
        .slice([0, 0], [Math.ceil((x.shape[0] as number) / 2), 4])
        .mean(0)
        .mul(x),
    "a size or an index changes from call to call, and not with the batch size in layer 'sequential/odd'",
  ],
  'does other things with large batches': [
    (x) => ((x.shape[0] as number) > 5 ? x.square() : x.neg()),
    "it runs Square in one call and Neg in another in layer 'sequential/odd'",
  ],
};

test.each(Object.keys(LAYERS))('a layer that %s', async (name) => {
  const [formula, notice, options] = LAYERS[name] as (typeof LAYERS)[string];
  await expectRefused(() => network(formula), notice, options);
});

/** Layers that do at the batch size of the training what they do not do at those of the recordings. */
const SIZES: Record<string, [formula: Call, notice: string]> = {
  'does other things with large batches': [
    (x) => ((x.shape[0] as number) > 10 ? x.square() : x.neg()),
    "it runs Neg in one call and Square in another in layer 'sequential/odd'.",
  ],
  'does other things with a batch that is left over': [
    (x) => ((x.shape[0] as number) < 4 ? x.square() : x.neg()),
    "it runs Neg in one call and Square in another in layer 'sequential/odd'.",
  ],
  'takes up to seven samples': [
    (x) => x.mul(x.slice([0, 0], [Math.min(7, x.shape[0] as number), 4]).mean()),
    'it computes otherwise for a batch of 13.',
  ],
};

test.each(Object.keys(SIZES))('a layer that %s', async (name) => {
  const [formula, notice] = SIZES[name] as (typeof SIZES)[string];
  const [x, y] = [filled([29, 4]), filled([29, 2], 2)];
  const fit = async (runEagerly: boolean): Promise<[tf.Tensor[], string[]]> => {
    utils.setRandomSeed(3);
    resetNames();
    const model = network(formula);
    model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly });
    const notices = await noticesOf(() => model.fit(x, y, { epochs: 5, batchSize: 13, verbose: 0 }));
    return [model.getWeights(), notices];
  };
  const [[expected], [actual, notices]] = [await fit(true), await fit(false)];
  expect(notices).toEqual([`keras-ts: Sequential 'sequential': fit runs uncompiled, because ${notice}`]);
  actual.forEach((weight, i) => {
    expectEqual(weight.dataSync(), (expected[i] as tf.Tensor).dataSync(), 'weight', 10);
  });
});

test('a counter outside of the model', async () => {
  const make = (): ModelType => {
    let count = 0;
    return network((x) => x.div(++count));
  };
  await expectRefused(
    make,
    "a number used in RealDiv changes from call to call (it comes from JavaScript, and not from the data or a Variable) in layer 'sequential/odd'",
  );
});

test('a loss that reads values, and one that does not', async () => {
  const reads = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor =>
    yPred
      .sub(yTrue)
      .square()
      .mul((yTrue.max().dataSync()[0] as number) + 1);
  const READS_ONLY = 'the value of a tensor is read (data(), dataSync(), array() or print())';
  await expectRefused(() => network((x) => x), `${READS_ONLY}.`, { options: { loss: reads }, kinds: 'train' });
  await expectCompiled(() => network((x) => x.mul(2)), {
    loss: (yTrue: tf.Tensor, yPred: tf.Tensor) => yPred.sub(yTrue).pow(4).mean(-1),
  });
});

/** A model whose steps are written by hand. */
class Handmade extends Model {
  static override readonly className: string = 'Handmade';
  readonly inner = layers.Dense(2, { kernelInitializer: 'ones' });
  steps = 0;

  constructor(readonly own: (model: Handmade, data: StepData) => StepLogs) {
    super();
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.inner(x);
  }

  override trainStep(data: StepData): StepLogs {
    return this.own(this, data);
  }
}

/** The mean squared error. */
function lossOf({ inner }: Handmade, { x, y }: StepData): tf.Scalar {
  const error = (inner(x as tf.Tensor) as tf.Tensor).sub(y as tf.Tensor);
  return error.square().mean().asScalar();
}

/** One update of the kernel by hand; the loss. */
function descend(model: Handmade, data: StepData): tf.Scalar {
  const kernel = model.inner.trainableWeights[0];
  const loss = (): tf.Scalar => lossOf(model, data);
  if (!kernel) return loss();
  const { value, grads } = tf.variableGrads(loss, [kernel.value]);
  kernel.assign(kernel.value.sub((grads[kernel.value.name] as tf.Tensor).mul(0.1)));
  return value;
}

test('a train step of tensors is compiled', () =>
  expectCompiled(
    () =>
      new Handmade((model, data) => ({
        zLoss: descend(model, data),
        aNorm: model.weights[0]?.value.norm() as tf.Tensor,
      })),
  ));

test('a train step that uses an optimizer of TensorFlow.js is compiled, if that has no state', () => {
  const sgd = tf.train.sgd(0.1);
  return expectCompiled(
    () =>
      new Handmade((model, data) => {
        const loss = (): tf.Scalar => lossOf(model, data);
        const { inner } = model;
        if (!inner.built) return { loss: loss() };
        const { value, grads } = tf.variableGrads(
          loss,
          inner.trainableWeights.map((weight) => weight.value),
        );
        sgd.applyGradients(grads);
        sgd.applyGradients(grads); // the second time on what the first has made
        return { loss: value };
      }),
  );
});

test('a train step that returns numbers is not', () =>
  expectRefused(
    () =>
      new Handmade((model, data) => {
        descend(model, data);
        return { loss: 1 };
      }),
    "the step returns 'loss' as a number; return a tensor.",
    { kinds: 'train' },
  ));

test('a train step that counts is not', () =>
  expectRefused(
    () =>
      new Handmade((model, data) => {
        model.steps++;
        return { loss: descend(model, data), steps: tf.scalar(model.steps) };
      }),
    "the step itself changes 'steps' of Handmade 'handmade'.",
    { kinds: 'train' },
  ));

test('options that change at every step end compilation', async () => {
  const model = Sequential([layers.Input({ shape: [4] }), layers.Dropout(0.5, { name: 'dropout' }), layers.Dense(2)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const dropout = model.getLayer('dropout');
  const callbacks = [{ onTrainBatchEnd: (batch: number) => void Reflect.set(dropout, 'rate', batch / 100) }];
  const fit = (): unknown =>
    model.fit(filled([40, 4]), filled([40, 2]), { batchSize: 1, epochs: 1, verbose: 0, callbacks });
  expect(await noticesOf(fit)).toEqual([
    `keras-ts: Sequential '${model.name}': fit runs uncompiled, because an option of a layer changes at almost every step.`,
  ]);
  expect(await noticesOf(fit)).toEqual([]);
});
