/** Code of a user that remembers something in JavaScript: every step counts once, compiled or not. */
import * as tf from '@tensorflow/tfjs';
import { Layer, layers, losses, Model, metrics, optimizers, Sequential } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Variable } from '../../src/backend/variable';
import type { Shape } from '../../src/base/errors';
import type { Model as ModelType } from '../../src/models';
import type { CompileOptions } from '../../src/models/compile/compilation';
import type { StepData } from '../../src/models/data/data';
import type { StepLogs } from '../../src/models/trainable';
import fixture from '../fixtures/scores.json';
import { filled } from '../ops/backends';
import { expectEqual, noticesOf } from './compiledSupport';

/** Counts calls; made anew for each model. */
interface Counter {
  next(): number;
  reset(): void;
}

/** Where a counter can be kept. */
const PLACES = {
  'a private field': (): Counter => {
    class Private {
      #count = 0;
      next(): number {
        return ++this.#count;
      }
      reset(): void {
        this.#count = 0;
      }
    }
    return new Private();
  },
  'a variable outside': (): Counter => {
    let count = 0;
    return {
      next: () => ++count,
      reset: () => {
        count = 0;
      },
    };
  },
  'a Map outside': (): Counter => {
    const counts = new Map([['n', 0]]);
    return {
      next: () => counts.set('n', (counts.get('n') as number) + 1).get('n') as number,
      reset: () => void counts.set('n', 0),
    };
  },
};

/** A metric that counts batches, its state in public fields. */
class InField extends metrics.Metric {
  static override readonly className: string = 'InField';
  count = 0;

  constructor() {
    super({ name: 'count' });
  }

  override updateState(): void {
    this.count++;
  }

  override result(): metrics.MetricResult {
    return tf.scalar(this.count);
  }

  override resetState(): void {
    this.count = 0;
  }
}

class InMap extends InField {
  static override readonly className: string = 'InMap';
  counts = new Map([['n', 0]]);

  override updateState(): void {
    this.counts.set('n', (this.counts.get('n') as number) + 1);
  }

  override result(): metrics.MetricResult {
    return tf.scalar(this.counts.get('n') as number);
  }

  override resetState(): void {
    this.counts.set('n', 0);
  }
}

class InRecord extends InField {
  static override readonly className: string = 'InRecord';
  state = { deep: [{ count: 0 }] };

  override updateState(): void {
    (this.state.deep[0] as { count: number }).count++;
  }

  override result(): metrics.MetricResult {
    return tf.scalar((this.state.deep[0] as { count: number }).count);
  }

  override resetState(): void {
    this.state = { deep: [{ count: 0 }] };
  }
}

/** A metric that counts batches somewhere else. */
class Elsewhere extends InField {
  static override readonly className: string = 'Elsewhere';
  #last = 0;

  constructor(
    readonly next: () => number,
    readonly reset: () => void,
  ) {
    super();
  }

  override updateState(): void {
    this.#last = this.next();
  }

  override result(): metrics.MetricResult {
    return tf.scalar(this.#last);
  }

  override resetState(): void {
    this.reset();
    this.#last = 0;
  }
}

/** A metric whose result is a plain number. */
class AsNumber extends Elsewhere {
  static override readonly className: string = 'AsNumber';

  override result(): metrics.MetricResult {
    return (super.result() as tf.Tensor).dataSync()[0] as number;
  }
}

class AsPlainNumber extends InField {
  static override readonly className: string = 'AsPlainNumber';
  #count = 0;

  override updateState(): void {
    this.#count++;
  }

  override result(): metrics.MetricResult {
    return this.#count;
  }

  override resetState(): void {
    this.#count = 0;
  }
}

/** A metric that reads what it is given. */
class Reading extends InField {
  static override readonly className: string = 'Reading';
  #sum = 0;
  #count = 0;

  override updateState(...inputs: metrics.MetricInput[]): void {
    this.#count++;
    this.#sum += (inputs[1] as tf.Tensor).sum().dataSync()[0] as number;
  }

  override result(): metrics.MetricResult {
    return { count: tf.scalar(this.#count), sum: tf.scalar(this.#sum) };
  }

  override resetState(): void {
    this.#count = 0;
    this.#sum = 0;
  }
}

const elsewhere = (Class: typeof Elsewhere, make: () => Counter) => (): metrics.Metric => {
  const counter = make();
  return new Class(counter.next.bind(counter), counter.reset.bind(counter));
};

const METRICS: Record<string, () => metrics.Metric> = {
  'a field': () => new InField(),
  'a Map in a field': () => new InMap(),
  'a record in a list in a record': () => new InRecord(),
  ...Object.fromEntries(Object.entries(PLACES).map(([name, make]) => [name, elsewhere(Elsewhere, make)])),
  'a variable outside, read as a number': elsewhere(AsNumber, PLACES['a variable outside']),
  'a private field, returned as a number': () => new AsPlainNumber(),
  'private fields, and reads values': () => new Reading(),
};

const network = (...more: Layer[]): ModelType =>
  Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(3, { kernelInitializer: 'ones' }),
    ...more,
    layers.Dense(1, { kernelInitializer: 'ones' }),
  ]);

interface Outcome {
  history: Record<string, unknown>;
  evaluated: unknown;
  predicted: number[];
  notices: string[];
}

const [x, y] = [() => filled([16, 4]), () => filled([16, 1], 3)];

/** Trains 4 epochs of 4 batches with validation, evaluates and predicts. */
async function live(make: () => [ModelType, CompileOptions], runEagerly: boolean): Promise<Outcome> {
  const [model, options] = make();
  model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse', ...options, runEagerly });
  const outcome = { history: {}, evaluated: 0 as unknown, predicted: [] as number[], notices: [] as string[] };
  outcome.notices = await noticesOf(async () => {
    const fit = {
      epochs: 4,
      batchSize: 4,
      shuffle: false,
      validationData: [x(), y()] as never,
      validationBatchSize: 1,
    };
    outcome.history = (await model.fit(x(), y(), { ...fit, verbose: 0 })).history;
    outcome.evaluated = await model.evaluate(x(), y(), { batchSize: 1, verbose: 0 });
    outcome.predicted = Array.from(((await model.predict(x(), { batchSize: 1, verbose: 0 })) as tf.Tensor).dataSync());
  });
  model.dispose();
  return outcome;
}

/** Expects what is reported to be the same as without compiling, to the bit, since steps that count are not compiled. */
async function expectSame(make: () => [ModelType, CompileOptions]): Promise<Outcome> {
  const { notices: none, predicted: expected, ...eager } = await live(make, true);
  const { notices, predicted, ...compiled } = await live(make, false);
  expect(none).toEqual([]);
  expect(notices.length).toBeGreaterThan(0);
  expect(notices[0]).toContain('fit runs uncompiled, because ');
  expect(compiled).toEqual(eager);
  expectEqual(predicted, expected, 'predicted');
  return { notices, predicted, ...compiled };
}

beforeAll(() => ready());

// As in Keras with run_eagerly=True.
const { history: counts, evaluated: evaluations } = fixture.counted;

test.each(Object.entries(METRICS))('a metric that counts batches in %s', async (_, make) => {
  const { history, evaluated } = await expectSame(() => [network(), { metrics: [make()] }]);
  expect(history['count']).toEqual(counts);
  expect(history['val_count']).toEqual(counts.map(() => evaluations));
  expect((evaluated as number[])[1]).toBe(evaluations);
});

test.each(Object.entries(METRICS))('a metric in a field of the model that counts batches in %s', async (_, make) => {
  class Holding extends Model {
    static override readonly className = 'Holding';
    readonly dense = layers.Dense(1, { kernelInitializer: 'ones' });
    readonly counting = make();

    override call(inputs: tf.Tensor): tf.Tensor {
      return this.dense(inputs);
    }

    override computeMetrics(...args: Parameters<ModelType['computeMetrics']>): StepLogs {
      this.counting.updateState(args[1] as tf.Tensor, args[2] as tf.Tensor);
      return super.computeMetrics(...args);
    }
  }
  const { history } = await expectSame(() => [new Holding(), { metrics: ['mae'] }]);
  expect(history['count']).toEqual(counts);
  expect(history['val_count']).toEqual(counts.map(() => evaluations));
});

/** A layer whose scale goes down with each call. */
class Fading extends Layer {
  static override readonly className = 'Fading';
  count = 0;
  readonly counts = new Map([['n', 0]]);

  constructor(readonly next: (layer: Fading) => number) {
    super();
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs.mul(1 / (1 + this.next(this) / 100));
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

const inField = (layer: { count: number }): number => ++layer.count;
const inMap = ({ counts }: { counts: Map<string, number> }): number =>
  counts.set('n', (counts.get('n') as number) + 1).get('n') as number;

const COUNTERS: Record<string, () => (owner: Fading | Growing) => number> = {
  'a field': () => inField,
  'a Map in a field': () => inMap,
  ...Object.fromEntries(
    Object.entries(PLACES).map(([name, make]) => [
      name,
      () => {
        const counter = make();
        return () => counter.next();
      },
    ]),
  ),
};

test.each(Object.entries(COUNTERS))('a layer that counts its calls in %s', async (_, make) => {
  await expectSame(() => [network(new Fading(make())), {}]);
});

/** A loss that weighs each batch more than the last one. */
class Growing extends losses.Loss {
  static override readonly className = 'Growing';
  count = 0;
  readonly counts = new Map([['n', 0]]);

  constructor(readonly next: (loss: Growing) => number) {
    super({ name: 'growing' });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return yTrue.sub(yPred).square().mean(-1).mul(this.next(this));
  }
}

test.each(Object.entries(COUNTERS))('a loss that counts its calls in %s', async (_, make) => {
  await expectSame(() => [network(), { loss: new Growing(make()) }]);
});

test.each(Object.entries(COUNTERS))('an optimizer that counts its updates in %s', async (_, make) => {
  class Slower extends optimizers.Optimizer {
    static override readonly className = 'Slower';
    count = 0;
    readonly counts = new Map([['n', 0]]);
    readonly next = make() as unknown as (optimizer: Slower) => number;

    override updateStep(gradient: tf.Tensor, variable: Variable, learningRate: tf.Tensor): void {
      variable.assign(variable.value.sub(gradient.mul(learningRate).div(this.next(this))));
    }
  }
  await expectSame(() => [network(), { optimizer: new Slower({ learningRate: 0.01 }) }]);
});

test.each(Object.entries(COUNTERS))('a train step that counts in %s', async (_, make) => {
  class Handmade extends Model {
    static override readonly className = 'Handmade';
    readonly dense = layers.Dense(1, { kernelInitializer: 'ones' });
    count = 0;
    readonly counts = new Map([['n', 0]]);
    readonly next = make() as unknown as (model: Handmade) => number;

    constructor() {
      super();
      this.build([null, 4]);
    }

    override build(shape: Shape): void {
      this.dense.build(shape);
    }

    override call(inputs: tf.Tensor): tf.Tensor {
      return this.dense(inputs);
    }

    override trainStep(data: StepData): StepLogs {
      return { ...super.trainStep(data), steps: tf.scalar(this.next(this)) };
    }
  }
  const { history } = await expectSame(() => [new Handmade(), {}]);
  expect(history['steps']).toEqual([4, 8, 12, 16]);
});

/** Metrics whose state changes only when they are started anew, so that all steps of an epoch are the same. */
class Epochs extends InField {
  static override readonly className = 'Epochs';
  readonly #next: () => number;

  constructor(make: () => Counter) {
    super();
    const counter = make();
    this.#next = () => counter.next();
  }

  override updateState(): void {}

  override resetState(): void {
    this.count = 10 * this.#next();
  }
}

/** A metric that is the same at each step where an epoch has one batch. */
const oneBatch = elsewhere(Elsewhere, PLACES['a private field']);

test.each([
  ['epochs', () => new Epochs(PLACES['a private field']), 4],
  ['epochs, in a variable outside', () => new Epochs(PLACES['a variable outside']), 4],
  ['batches, of which an epoch has one', oneBatch, 16],
  ['batches in a field, of which an epoch has one', () => new InField(), 16],
])('a metric that counts %s', async (_, make, batchSize) => {
  const run = async (runEagerly: boolean): Promise<unknown> => {
    const model = network();
    model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse', metrics: [make()], runEagerly });
    const options = { epochs: 12, batchSize, shuffle: false, verbose: 0 as const };
    const { history } = await model.fit(x(), y(), options);
    const logged = [history['count'], (await model.evaluate(x(), y(), { batchSize: 1, verbose: 0 }))[1]];
    model.dispose();
    return logged;
  };
  const eager = await run(true);
  await noticesOf(async () => expect(await run(false)).toEqual(eager));
});
