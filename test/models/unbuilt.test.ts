/** Models that their first data builds, against real Keras: see `scripts/fixtures/unbuilt.py`. No step is lost. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Model, optimizers, random, Sequential, utils } from '../../src';
import type { Layer as LayerType } from '../../src/layers/layer';
import { Layer } from '../../src/layers/layer';
import type { Model as ModelType } from '../../src/models';
import fixture from '../fixtures/unbuilt.json';
import { onEachBackend } from '../ops/backends';
import { expectClose } from './closeToKeras';
import { expectSameScene } from './compiledSupport';

/** The script's data: numbers between -0.5 and 0.5 that look irregular. */
function grid(rows: number, columns: number, step: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: rows * columns }, (_, i) => ((i * step) % 17) / 17 - 0.5),
    [rows, columns],
  );
}

/** Two layers inside, and a shape rule that does not need them. */
class Pair extends Layer {
  static override readonly className: string = 'Pair';
  readonly first = layers.Dense(4, { activation: 'tanh' });
  readonly second: LayerType;

  constructor(
    readonly units: number,
    readonly penalty = 0,
  ) {
    super();
    this.second = layers.Dense(units);
  }

  override call(x: tf.Tensor): tf.Tensor {
    const y = this.second(this.first(x));
    if (this.penalty > 0) this.addLoss(y.square().mean().mul(this.penalty));
    return y;
  }

  override computeOutputShape(shape: readonly (number | null)[]): (number | null)[] {
    return [...shape.slice(0, -1), this.units];
  }
}

/** Layers one after the other, known to `call` alone. */
class Whole extends Model {
  static override readonly className: string = 'Whole';

  constructor(readonly parts: LayerType[]) {
    super();
  }

  override call(x: tf.Tensor): tf.Tensor {
    return this.parts.reduce((y, part) => part(y) as tf.Tensor, x);
  }
}

function functional(...parts: LayerType[]): ModelType {
  const x = Input({ shape: [3] });
  return Model({ inputs: x, outputs: parts.reduce((y, part) => part(y) as never, x) });
}

function sharedDropout(): ModelType {
  const drop = layers.Dropout(0.4);
  const norm = layers.BatchNormalization();
  return new Whole([norm, drop, norm, drop, layers.Dense(2)]);
}

const MODELS: Record<string, () => ModelType> = {
  sequential: () => Sequential([layers.Dense(5, { activation: 'tanh' }), layers.Dense(2)]),
  'nested sequential': () => Sequential([Sequential([layers.Dense(4, { activation: 'relu' })]), layers.Dense(2)]),
  'sequential in a functional model': () =>
    functional(Sequential([layers.Dense(4, { activation: 'relu' }), layers.Dense(3)]), layers.Dense(2)),
  'custom layer in a functional model': () => functional(new Pair(3), layers.Dense(2)),
  'custom layer in a sequential': () => Sequential([new Pair(3), layers.Dense(2)]),
  subclass: () => new Whole([layers.Dense(4, { activation: 'tanh' }), layers.Dense(2)]),
  'sequential in a subclass': () =>
    new Whole([Sequential([layers.Dense(4), layers.BatchNormalization()]), layers.Dense(2)]),
  'norm and dropout': () => Sequential([layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(2)]),
  'shared norm and dropout': sharedDropout,
  'added loss': () => Sequential([new Pair(3, 0.3), layers.Dense(2)]),
  penalties: () =>
    Sequential([
      layers.Dense(5, { kernelRegularizer: 'l2', activityRegularizer: 'l1' }),
      layers.Dense(2, { kernelConstraint: 'unit_norm', biasRegularizer: 'l1' }),
    ]),
};

const OPTIMIZERS: Record<string, () => InstanceType<typeof optimizers.Optimizer>> = {
  sgd: () => optimizers.SGD(0.1),
  ema: () => optimizers.Adam(0.05, { useEma: true, emaMomentum: 0.9 }),
  momentum: () => optimizers.SGD(0.1, { momentum: 0.9, clipnorm: 0.5 }),
};

type Case = (typeof fixture)[number];

function compiled({ model, optimizer }: Case, runEagerly: boolean): ModelType {
  utils.setRandomSeed(11);
  const net = (MODELS[model] as () => ModelType)();
  const given = (OPTIMIZERS[optimizer] as (typeof OPTIMIZERS)[string])();
  net.compile({ optimizer: given, loss: 'mse', metrics: ['mae'], runEagerly });
  return net;
}

function expectWeights(net: ModelType, { weights }: Case): void {
  expect(net.weights.map(({ shape }) => shape)).toEqual(weights.map(({ shape }) => shape));
  net.weights.forEach(({ value, path }, i) => {
    expectClose(value.dataSync(), weights[i]?.values as number[], path);
  });
}

const options = { batchSize: 8, epochs: 3, shuffle: false, verbose: 0 } as const;

/** What may come before the training, and changes nothing. */
const BEFORE: Record<string, (net: ModelType, x: tf.Tensor, y: tf.Tensor) => unknown> = {
  nothing: () => undefined,
  evaluate: (net, x, y) => net.evaluate(x, y, { verbose: 0 }),
  testOnBatch: (net, x, y) => net.testOnBatch(x, y),
  predict: async (net, x) => tf.dispose(await net.predict(x, { verbose: 0 })),
  predictOnBatch: (net, x) => tf.dispose(net.predictOnBatch(x)),
  call: (net, x) => tf.dispose(net(x)),
};

const cases = fixture.map((each) => [`${each.model}, ${each.optimizer}`, each] as const);

onEachBackend((backend) => {
  const ways = backend === 'tensorflow' ? [false, true] : [false];

  describe.each(ways)('runEagerly: %s', (runEagerly) => {
    test.each(cases)('fit: %s', async (_, each) => {
      const [x, y] = [grid(40, 3, 7), grid(40, 2, 5)];
      const net = compiled(each, runEagerly);
      const { history } = await net.fit(x, y, options);
      for (const [name, values] of Object.entries(each.history)) expectClose(history[name] as number[], values, name);
      expectWeights(net, each);
      expectClose((await net.evaluate(x, y, { verbose: 0 })) as number[], each.evaluated, 'evaluate');
      net.dispose();
      tf.dispose([x, y]);
    });
  });

  test.each(cases)('batch by batch: %s', async (_, each) => {
    const [x, y] = [grid(40, 3, 7), grid(40, 2, 5)];
    const net = compiled(each, false);
    for (let step = 0; step < 15; step++) {
      const rows = [
        [(step % 5) * 8, 0],
        [8, -1],
      ] as const;
      const [bx, by] = [x.slice([...rows[0]], [...rows[1]]), y.slice([...rows[0]], [...rows[1]])];
      if (step % 2) net.trainOnBatch(bx, by);
      else await net.fit(bx, by, { verbose: 0, shuffle: false });
      tf.dispose([bx, by]);
    }
    // Each fit ends by taking the averages over, which is another training.
    if (each.optimizer !== 'ema') expectWeights(net, each);
    net.dispose();
    tf.dispose([x, y]);
  });
});

describe.each(Object.keys(BEFORE))('after %s', (before) => {
  test.each(cases)('%s', async (_, each) => {
    const [x, y] = [grid(40, 3, 7), grid(40, 2, 5)];
    const net = compiled(each, false);
    await BEFORE[before]?.(net, x, y);
    const { history } = await net.fit(x, y, options);
    for (const [name, values] of Object.entries(each.history)) expectClose(history[name] as number[], values, name);
    expectWeights(net, each);
    net.dispose();
    tf.dispose([x, y]);
  });
});

test.each(cases)('compiled from the start: %s', (_, each) =>
  expectSameScene(11, async (scene) => {
    const net = compiled(each, scene.runEagerly);
    const { history } = await net.fit(grid(40, 3, 7), grid(40, 2, 5), options);
    for (const [name, values] of Object.entries(history)) scene.note(name, values as number[]);
    scene.note('weights', net.getWeights());
    net.dispose();
  }),
);

test('the step after which a model of ones is read is the first one', async () => {
  const [x, y] = [tf.ones([40, 3]), tf.zeros([40, 2])];
  const make = (): ModelType => {
    const net = Sequential([layers.Dense(2, { kernelInitializer: 'ones', useBias: false })]);
    net.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse' });
    return net;
  };
  const { history } = await make().fit(x, y, { batchSize: 40, epochs: 3, verbose: 0 });
  expectClose(history['loss'] as number[], [9, 4.41, 2.1609], 'loss');
  const net = make();
  expect(net.trainOnBatch(x, y)).toBe(9);
  expectClose(net.weights[0]?.value.dataSync() as Float32Array, Array(6).fill(0.7), 'weights');
});

test('building leaves no tensors but weights, and a failing first batch leaves nothing', async () => {
  const [x, y] = [grid(8, 3, 7), grid(8, 2, 5)];
  const net = new Whole([layers.BatchNormalization(), layers.Dropout(0.5), new Pair(3), layers.Dense(2)]);
  const before = tf.memory().numTensors;
  tf.dispose(net.predictOnBatch(x));
  expect(tf.memory().numTensors - before).toBe(net.weights.length);
  net.dispose();
  expect(tf.memory().numTensors).toBe(before);

  const bad = new Whole([layers.Dense(3), layers.Flatten(), layers.Conv2D(2, 3)]);
  bad.compile({ optimizer: 'sgd', loss: 'mse' });
  await expect(bad.fit(x, y, { verbose: 0 })).rejects.toThrow('Conv2D');
  bad.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('what is random in a weight goes on in what comes after it', () => {
  const seeds = (): number[][] => {
    const generator = random.SeedGenerator(5);
    const initializer = (shape: readonly number[]): tf.Tensor => random.normal([...shape], { seed: generator });
    const net = new Whole([
      layers.Dense(2, { kernelInitializer: initializer as never, useBias: false }),
      layers.Dense(2, { kernelInitializer: initializer as never, useBias: false }),
    ]);
    tf.dispose(net.predictOnBatch(tf.ones([1, 2])));
    return [...net.weights.map(({ value }) => [...value.dataSync()]), [...generator.state.value.dataSync()]];
  };
  const [first, second, state] = seeds();
  expect(first).not.toEqual(second);
  expect(state).toEqual([5, 2]);
});
