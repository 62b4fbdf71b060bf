/** Models with steps of their own and no `call`, or one for other data, against real Keras: `scripts/fixtures/ownSteps.py`. */
import * as tf from '@tensorflow/tfjs-core';
import { Input, layers, losses, Model, metrics, optimizers, random, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Variable } from '../../src/backend/variable';
import type { Layer } from '../../src/layers/layer';
import type { Model as ModelType, Sequential as SequentialType } from '../../src/models';
import type { DataInput } from '../../src/models/data/data';
import fixture from '../fixtures/ownSteps.json';
import { onEachBackend } from '../ops/backends';
import { expectClose } from './closeToKeras';
import { noticesOf } from './compiledSupport';

type StepData = Parameters<ModelType['trainStep']>[0];

/** The script's data: numbers between -0.5 and 0.5 that look irregular. */
function grid(rows: number, columns: number, step: number): tf.Tensor2D {
  const values = Array.from({ length: rows * columns }, (_, i) => ((i * step) % 17) / 17 - 0.5);
  return tf.tensor2d(values, [rows, columns]);
}

/** Layers in a row, with their input or to be built by data. */
function stack(built: boolean, width: number, ...parts: Layer[]): SequentialType {
  return Sequential(built ? [Input({ shape: [width] }), ...parts] : parts);
}

/** One update as users write it. */
function descend(
  optimizer: InstanceType<typeof optimizers.Optimizer>,
  weights: Variable[],
  loss: () => tf.Tensor,
): tf.Tensor {
  const { value, grads } = tf.variableGrads(
    () => loss().asScalar(),
    weights.map((weight) => weight.value),
  );
  optimizer.apply(
    weights.map((weight) => grads[weight.value.name] as tf.Tensor),
    weights,
  );
  return value;
}

/** No call: an encoder, noise, and a decoder. */
class Autoencoder extends Model {
  static override readonly className: string = 'Autoencoder';
  readonly encoder: SequentialType;
  readonly decoder: SequentialType;
  readonly seedGenerator = random.SeedGenerator(3);
  readonly tracker = metrics.Mean({ name: 'reconstruction' });

  constructor(built: boolean) {
    super();
    this.encoder = stack(built, 4, layers.Dense(3, { activation: 'tanh' }), layers.Dense(2));
    this.decoder = stack(built, 2, layers.Dense(3, { activation: 'tanh' }), layers.Dense(4));
  }

  override get metrics() {
    return [this.tracker];
  }

  reconstruct(x: tf.Tensor, noisy: boolean): tf.Tensor {
    let z = this.encoder(x);
    if (noisy) z = z.add(random.normal(z.shape, { seed: this.seedGenerator }).mul(0.1));
    return this.decoder(z).sub(x).square().mean();
  }

  override trainStep({ x }: StepData) {
    const { optimizer } = this.compilation;
    this.tracker.updateState(descend(optimizer, this.trainableWeights, () => this.reconstruct(x as tf.Tensor, true)));
    return { reconstruction: this.tracker.result() };
  }

  override testStep({ x }: StepData) {
    this.tracker.updateState(this.reconstruct(x as tf.Tensor, false));
    return { reconstruction: this.tracker.result() };
  }

  override predictStep({ x }: StepData) {
    return this.encoder(x as tf.Tensor);
  }
}

/** No call, and two networks, each with an optimizer of its own. */
class Adversaries extends Model {
  static override readonly className: string = 'Adversaries';
  readonly generator: SequentialType;
  readonly discriminator: SequentialType;
  readonly seedGenerator = random.SeedGenerator(3);
  readonly dOptimizer = optimizers.Adam(0.01);
  readonly gOptimizer = optimizers.SGD(0.1, { momentum: 0.5 });
  readonly dTracker = metrics.Mean({ name: 'd' });
  readonly gTracker = metrics.Mean({ name: 'g' });
  readonly lossFn = losses.BinaryCrossentropy({ fromLogits: true });

  constructor(built: boolean) {
    super();
    this.generator = stack(built, 2, layers.Dense(3, { activation: 'tanh' }), layers.Dense(4));
    this.discriminator = stack(built, 4, layers.Dense(3, { activation: 'tanh' }), layers.Dense(1));
  }

  override get metrics() {
    return [this.dTracker, this.gTracker];
  }

  override trainStep({ x }: StepData) {
    const real = x as tf.Tensor2D;
    const [size] = real.shape;
    const noise = (): tf.Tensor => random.normal([size, 2], { seed: this.seedGenerator });
    const both = tf.concat([this.generator(noise()) as tf.Tensor2D, real], 0);
    const labels = tf.concat([tf.ones([size, 1]), tf.zeros([size, 1])], 0);
    const dLoss = descend(this.dOptimizer, this.discriminator.trainableWeights, () =>
      this.lossFn(labels, this.discriminator(both)),
    );
    const z = noise();
    const gLoss = descend(this.gOptimizer, this.generator.trainableWeights, () =>
      this.lossFn(tf.zeros([size, 1]), this.discriminator(this.generator(z))),
    );
    this.dTracker.updateState(dLoss);
    this.gTracker.updateState(gLoss);
    return { d: this.dTracker.result(), g: this.gTracker.result() };
  }
}

/** Data are two views, of which `call` takes one. */
class Contrastive extends Model {
  static override readonly className: string = 'Contrastive';
  readonly encoder: SequentialType;
  readonly tracker = metrics.Mean({ name: 'loss' });

  constructor(built: boolean) {
    super();
    this.encoder = stack(built, 4, layers.Dense(3, { activation: 'tanh' }), layers.Dense(2));
  }

  override get metrics() {
    return [this.tracker];
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.encoder(x);
  }

  contrast(views: StepData['x']): tf.Tensor {
    const [first, second] = views as [tf.Tensor2D, tf.Tensor2D];
    const [a, b] = [this(first) as tf.Tensor2D, this(second) as tf.Tensor2D];
    const labels = tf.range(0, a.shape[0], 1, 'int32');
    return losses.sparseCategoricalCrossentropy(labels, tf.matMul(a, b, false, true), { fromLogits: true }).mean();
  }

  override trainStep({ x }: StepData) {
    this.tracker.updateState(descend(this.compilation.optimizer, this.trainableWeights, () => this.contrast(x)));
    return { loss: this.tracker.result() };
  }

  override testStep({ x }: StepData) {
    this.tracker.updateState(this.contrast(x));
    return { loss: this.tracker.result() };
  }
}

/** `call` takes what data do not have: the code of a sample, which is given as y. */
class Decoder extends Model {
  static override readonly className: string = 'Decoder';
  readonly decoder: SequentialType;

  constructor(built: boolean) {
    super();
    this.decoder = stack(built, 2, layers.Dense(3, { activation: 'tanh' }), layers.Dense(4));
  }

  override call(z: tf.Tensor): tf.Tensor {
    return this.decoder(z);
  }

  override trainStep({ x, y }: StepData) {
    const distance = descend(this.compilation.optimizer, this.trainableWeights, () =>
      this.computeLoss(y as tf.Tensor, x, this(y as tf.Tensor)),
    );
    return { distance };
  }

  override testStep({ x, y }: StepData) {
    return { distance: this.computeLoss(y as tf.Tensor, x, this(y as tf.Tensor), undefined, false) };
  }
}

interface Case {
  make(built: boolean): ModelType;
  compile(): object;
  data(): [x: tf.Tensor | tf.Tensor[], y?: tf.Tensor];
  /** What to predict for. */
  input?(): tf.Tensor;
}

const CASES: Record<keyof typeof fixture, Case> = {
  autoencoder: {
    make: (built) => new Autoencoder(built),
    compile: () => ({ optimizer: optimizers.Adam(0.05) }),
    data: () => [grid(40, 4, 7)],
    input: () => grid(40, 4, 7),
  },
  adversaries: {
    make: (built) => new Adversaries(built),
    compile: () => ({}),
    data: () => [grid(40, 4, 7)],
  },
  contrastive: {
    make: (built) => new Contrastive(built),
    compile: () => ({}),
    data: () => [[grid(40, 4, 7), grid(40, 4, 3)]],
    input: () => grid(40, 4, 3),
  },
  decoder: {
    make: (built) => new Decoder(built),
    compile: () => ({ optimizer: optimizers.SGD(0.1), loss: 'mse' }),
    data: () => [grid(40, 4, 7), grid(40, 2, 5)],
    input: () => grid(40, 2, 5),
  },
};
const names = Object.keys(CASES) as (keyof typeof fixture)[];

const quiet = { verbose: 0 } as const;
const options = { ...quiet, batchSize: 8, epochs: 3, shuffle: false } as const;

function make(name: keyof typeof fixture, built: boolean, runEagerly: boolean): ModelType {
  utils.setRandomSeed(11);
  const model = CASES[name].make(built);
  const given = CASES[name].compile();
  if (runEagerly) model.compile({ ...given, runEagerly });
  else if (Object.keys(given).length > 0) model.compile(given);
  else model.compile();
  return model;
}

type Expected = { history: Record<string, number[]>; weights: { shape: number[]; values: number[] }[] } & {
  evaluated?: Record<string, number>;
  predicted?: { shape: number[]; values: number[] };
};

async function expectKeras(name: keyof typeof fixture, model: ModelType): Promise<void> {
  const expected = fixture[name] as Expected;
  const [x, y] = CASES[name].data();
  const { history } = await model.fit(x, y, options);
  expect(Object.keys(history).sort()).toEqual(Object.keys(expected.history).sort());
  for (const [key, values] of Object.entries(expected.history)) expectClose(history[key] as number[], values, key);
  expect(model.weights.map(({ shape }) => shape)).toEqual(expected.weights.map(({ shape }) => shape));
  model.weights.forEach(({ value, path }, i) => {
    expectClose(value.dataSync(), expected.weights[i]?.values as number[], path);
  });
  if (expected.evaluated) {
    const evaluated = await model.evaluate(x, y, { ...quiet, batchSize: 8, returnDict: true });
    for (const [key, value] of Object.entries(expected.evaluated))
      expectClose([evaluated[key] as number], [value], key);
  }
  if (expected.predicted) {
    const predicted = (await model.predict((CASES[name].input as () => tf.Tensor)(), quiet)) as tf.Tensor;
    expect(predicted.shape).toEqual(expected.predicted.shape);
    expectClose(predicted.dataSync(), expected.predicted.values, 'predicted');
  }
}

onEachBackend((backend) => {
  const ways = backend === 'tensorflow' ? [false, true] : [true];
  const cases = names.flatMap((name) =>
    ways.flatMap((eager) => [true, false].map((built) => [name, eager, built] as const)),
  );

  test.each(cases)('%s; eagerly: %s; built: %s', async (name, runEagerly, built) => {
    const run = jest.spyOn(GraphSession.prototype, 'run');
    const model = make(name, built, runEagerly);
    expect(await noticesOf(() => expectKeras(name, model))).toEqual([]);
    // 15 steps; with code of a user the first ones may be eager, to compare.
    const compiledSteps = run.mock.calls.length;
    expect(compiledSteps >= 11).toBe(!runEagerly);
    model.dispose();
  });
});

beforeAll(() => ready());
afterEach(() => jest.restoreAllMocks());

test.each(names)('%s: evaluate or predict may come first', async (name) => {
  const { input, data } = CASES[name];
  const model = make(name, false, false);
  const [x, y] = data();
  if (input) tf.dispose(await model.predict(input(), quiet));
  if ('evaluated' in fixture[name]) await model.evaluate(x, y, quiet);
  await expectKeras(name, model);
  model.dispose();
});

test.each(names)('%s: batch by batch', (name) => {
  const model = make(name, false, false);
  const [x, y] = CASES[name].data();
  const slice = (tensor: tf.Tensor, i: number): tf.Tensor => tensor.slice([(i % 5) * 8, 0], [8, -1]);
  for (let i = 0; i < 15; i++) {
    const batch = Array.isArray(x) ? x.map((tensor) => slice(tensor, i)) : slice(x, i);
    model.trainOnBatch(batch, y && slice(y, i));
  }
  model.weights.forEach(({ value, path }, i) => {
    expectClose(value.dataSync(), fixture[name].weights[i]?.values as number[], path);
  });
  model.dispose();
});

test.each(names)('%s: validation, generators and no leaks', async (name) => {
  const model = make(name, false, false);
  const [x, y] = CASES[name].data();
  const batches = function* (): Generator<DataInput[]> {
    for (let i = 0; i < 20; i++) yield y ? [x, y] : [x];
  };
  const canTest = 'evaluated' in fixture[name];
  const fit = () =>
    model.fit(batches(), { ...quiet, ...(canTest && { validationData: batches(), validationSteps: 3 }) });
  await fit();
  const before = tf.memory().numTensors;
  const { history } = await fit();
  expect(tf.memory().numTensors).toBe(before);
  const keys = Object.keys(fixture[name].history);
  expect(Object.keys(history).sort()).toEqual([...keys, ...(canTest ? keys.map((key) => `val_${key}`) : [])].sort());
  model.dispose();
});

test('parts that are built and others that are not', async () => {
  const model = make('autoencoder', false, false) as Autoencoder;
  model.encoder.build([null, 4]);
  await expectKeras('autoencoder', model);
  model.dispose();
});

test('what a step counts in fields, it counts once for each batch', async () => {
  class Counting extends Autoencoder {
    static override readonly className: string = 'Counting';
    steps = 0;
    override trainStep(data: StepData) {
      this.steps++;
      return super.trainStep(data);
    }
  }
  for (const built of [true, false]) {
    const model = new Counting(built);
    model.compile({ runEagerly: true });
    await model.fit(grid(40, 4, 7), { ...quiet, batchSize: 8 });
    expect(model.steps).toBe(5);
    model.dispose();
  }
});

test('a step that fails says so, and leaves nothing', async () => {
  class Failing extends Autoencoder {
    static override readonly className: string = 'Failing';
    override trainStep({ x }: StepData): never {
      descend(this.compilation.optimizer, this.trainableWeights, () => this.reconstruct(x as tf.Tensor, true));
      throw new Error('not today');
    }
  }
  const before = tf.memory().numTensors;
  for (const built of [true, false]) {
    const model = new Failing(built);
    model.compile();
    await expect(model.fit(grid(40, 4, 7), quiet)).rejects.toThrow('not today');
    model.dispose();
    model.tracker.dispose();
  }
  // The data of the two runs.
  expect(tf.memory().numTensors - before).toBe(2);
});

test('what no step of its own does needs a call', async () => {
  const model = make('adversaries', true, false);
  const [x] = CASES['adversaries'].data();
  await expect(model.predict(x, quiet)).rejects.toThrow("Adversaries 'adversaries");
  await expect(model.evaluate(x, quiet)).rejects.toThrow('no call(). Override call(inputs, options)');
  await expect(model.fit(x, { ...quiet, validationSplit: 0.2 })).rejects.toThrow('no call()');
  model.dispose();
});
