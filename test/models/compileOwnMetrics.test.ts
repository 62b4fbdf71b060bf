/** Metrics that a model holds or lists itself, and steps with logs of their own, against real Keras. */
import * as tf from '@tensorflow/tfjs';
import { callbacks, Layer, layers, Model, metrics, optimizers } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Variable } from '../../src/backend/variable';
import type { Shape } from '../../src/base/errors';
import type { CompileOptions } from '../../src/models/compile/compilation';
import type { StepData } from '../../src/models/data/data';
import type { StepLogs } from '../../src/models/trainable';
import fixture from '../fixtures/scores.json';
import { noticesOf } from './compiledSupport';

type Numbers = number | Numbers[];
type Entries = [name: string, value: Numbers][];
type Tensors = [x: tf.Tensor, y: tf.Tensor];

const X = tf.tensor([
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 1],
]);
const Y = tf.tensor([[1], [2], [3], [4]]);

class Small extends Model {
  static override readonly className: string = 'Small';
  readonly dense = layers.Dense(1, { kernelInitializer: 'zeros' });

  override call(x: tf.Tensor): tf.Tensor {
    return this.dense(x);
  }
}

/** Counts batches. */
class Count extends metrics.Metric {
  static override readonly className: string = 'Count';
  readonly count: Variable = this.addVariable({ name: 'count' });

  constructor(name: string) {
    super({ name });
  }

  override updateState(): void {
    this.count.assign(this.count.value.add(1));
  }

  override result(): tf.Tensor {
    return this.count.value.clone();
  }
}

/** Gradients of a loss, applied; the loss. */
function descend(model: Small, loss: () => tf.Tensor): tf.Tensor {
  const weights = model.trainableWeights;
  const { value, grads } = tf.variableGrads(
    () => loss().asScalar(),
    weights.map((weight) => weight.value),
  );
  model.optimizer?.apply(
    weights.map((weight) => grads[weight.value.name] as tf.Tensor),
    weights,
  );
  return value;
}

/** As the guide to train_step has it. */
class Guide extends Small {
  static override readonly className = 'Guide';

  override trainStep({ x, y }: StepData): StepLogs {
    let yPred = x as tf.Tensor;
    const loss = descend(this, () => {
      yPred = tf.keep(this.__call__(x as tf.Tensor, { training: true }) as tf.Tensor);
      return this.computeLoss(x, y, yPred);
    });
    for (const metric of this.metrics) {
      if (metric.name === 'loss') metric.updateState(loss);
      else metric.updateState(y as tf.Tensor, yPred);
    }
    yPred.dispose();
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

/** With trackers of its own as its metrics. */
class OwnMetrics extends Small {
  static override readonly className = 'OwnMetrics';
  readonly tracker = metrics.Mean({ name: 'own_loss' });
  readonly counter = new Count('count');

  override get metrics(): metrics.Metric[] {
    return [this.tracker, this.counter];
  }

  #loss([x, y]: Tensors): tf.Tensor {
    return y
      .sub(this(x) as tf.Tensor)
      .square()
      .mean();
  }

  override trainStep({ x, y }: StepData): StepLogs {
    const loss = descend(this, () => this.#loss([x, y] as Tensors));
    this.tracker.updateState(loss);
    this.counter.updateState();
    return { own_loss: this.tracker.result(), count: this.counter.result() };
  }

  override testStep({ x, y }: StepData): StepLogs {
    this.tracker.updateState(this.#loss([x, y] as Tensors));
    this.counter.updateState();
    return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result()]));
  }
}

type ComputeMetrics = Parameters<Small['computeMetrics']>;

/** With metrics in fields, which computeMetrics updates. */
class Held extends Small {
  static override readonly className = 'Held';
  readonly counter = new Count('count');
  readonly listed = [new Count('a'), { deep: new Count('b') }] as const;

  override computeMetrics(...args: ComputeMetrics): StepLogs {
    this.counter.updateState();
    this.listed[0].updateState();
    return super.computeMetrics(...args);
  }
}

/** With a value added to the results of computeMetrics. */
class Added extends Small {
  static override readonly className = 'Added';
  readonly counter = new Count('count');

  override computeMetrics(...args: ComputeMetrics): StepLogs {
    const results = super.computeMetrics(...args) as Record<string, tf.Tensor>;
    this.counter.updateState();
    const count = this.counter.result();
    results['count'] = count;
    results['both'] = tf.stack([results['loss'] as tf.Tensor, count]);
    return results;
  }
}

class Counting extends Layer {
  static override readonly className = 'Counting';
  readonly counter = new Count('inner');

  override call(x: tf.Tensor): tf.Tensor {
    this.counter.updateState();
    return x;
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

/** With a metric in a layer. */
class InLayer extends Small {
  static override readonly className = 'InLayer';
  readonly counting = new Counting();

  override call(x: tf.Tensor): tf.Tensor {
    return this.counting(this.dense(x) as tf.Tensor);
  }
}

class Inner extends Model {
  static override readonly className = 'Inner';
  readonly counter = new Count('of_the_model');
  readonly counting = new Counting();

  override call(x: tf.Tensor): tf.Tensor {
    this.counter.updateState();
    return this.counting(x);
  }
}

/** With a metric in a model in it, which is not listed, and one in a layer of that model, which is. */
class InModel extends Small {
  static override readonly className = 'InModel';
  readonly inner = new Inner();

  override call(x: tf.Tensor): tf.Tensor {
    return this.inner(this.dense(x) as tf.Tensor);
  }
}

/** With one more metric in the list. */
class Longer extends Small {
  static override readonly className = 'Longer';
  readonly #counter = new Count('count');

  override get metrics(): metrics.Metric[] {
    return [...super.metrics, this.#counter];
  }

  override computeMetrics(...args: ComputeMetrics): StepLogs {
    this.#counter.updateState();
    return super.computeMetrics(...args);
  }
}

/** With values added to what trainStep returns. */
class Extra extends Small {
  static override readonly className = 'Extra';

  override trainStep(data: StepData): StepLogs {
    return { ...super.trainStep(data), vector: tf.ones([2]), record: { one: tf.scalar(1) } };
  }
}

const MODELS: Record<string, [make: () => Small, compile: CompileOptions]> = {
  Guide: [() => new Guide(), { loss: 'mse', metrics: ['mae', 'mse'] }],
  OwnMetrics: [() => new OwnMetrics(), {}],
  Held: [() => new Held(), { loss: 'mse', metrics: ['mae'] }],
  Added: [() => new Added(), { loss: 'mse', metrics: ['mae'] }],
  InLayer: [() => new InLayer(), { loss: 'mse' }],
  InModel: [() => new InModel(), { loss: 'mse' }],
  Longer: [() => new Longer(), { loss: 'mse', metrics: ['mae'] }],
  Extra: [() => new Extra(), { loss: 'mse', metrics: ['mae'] }],
};

interface Case {
  title: string;
  names: string[];
  batches: Entries[];
  history: Entries;
  evaluated: Numbers;
  trained: Numbers;
  trainedRecord: Entries;
  tested: Numbers;
}

/** Expects equal numbers, nested in the same way. */
function expectNumbers(actual: unknown, expected: unknown): void {
  if (!Array.isArray(expected)) expect(actual).toBeCloseTo(expected as number, 4);
  else {
    expect(Array.isArray(actual) && actual.length).toBe(expected.length);
    for (const [i, item] of expected.entries()) expectNumbers((actual as unknown[])[i], item);
  }
}

/** Expects the same names with the same values, in the same order unless `isSorted` says that they have one of their own. */
function expectEntries(actual: object, expected: Entries, isSorted = false): void {
  const names = expected.map(([name]) => name);
  expect(Object.keys(actual)).toEqual(isSorted ? names.sort() : names);
  for (const [name, value] of expected) expectNumbers(Reflect.get(actual, name), value);
}

beforeAll(() => ready());
afterAll(() => tf.dispose([X, Y]));

describe.each(fixture.models as unknown as Case[])('$title', (given) => {
  test.each([true, false])('runEagerly: %s', async (runEagerly) => {
    const [make, options] = MODELS[given.title] as (typeof MODELS)[string];
    const model = make();
    model.compile({ optimizer: optimizers.SGD(0.01), ...options, runEagerly });
    expect(model.metricsNames).toEqual(given.names);
    const batches: object[] = [];
    const onTrainBatchEnd = (_: number, logs: object): void => void batches.push({ ...logs });
    const quiet = { batchSize: 1, verbose: 0 as const };
    const notices = await noticesOf(async () => {
      const fit = {
        ...quiet,
        epochs: 3,
        shuffle: false,
        validationData: [X, Y] as never,
        callbacks: [{ onTrainBatchEnd }],
      };
      expectEntries((await model.fit(X, Y, fit)).history, given.history, true);
      for (const [i, logs] of batches.entries()) expectEntries(logs, given.batches[i] as Entries, true);
      expect(batches.length).toBe(given.batches.length);
      expectNumbers(await model.evaluate(X, Y, quiet), given.evaluated);
      expectNumbers(model.trainOnBatch(X, Y), given.trained);
      expectEntries(model.trainOnBatch(X, Y, { returnDict: true }), given.trainedRecord);
      expectNumbers(model.testOnBatch(X, Y), given.tested);
    });
    expect(notices).toEqual([]);
    model.dispose();
  });
});

test('metrics of a model are freed with it, and steps leave nothing behind', async () => {
  const live = async (make: () => Small, options: CompileOptions): Promise<number> => {
    const before = tf.memory().numTensors;
    const model = make();
    model.compile({ optimizer: 'sgd', ...options });
    await model.fit(X, Y, { batchSize: 1, epochs: 3, verbose: 0 });
    const trained = tf.memory().numTensors;
    await model.fit(X, Y, { batchSize: 1, epochs: 3, verbose: 0 });
    await model.evaluate(X, Y, { batchSize: 1, verbose: 0 });
    expect(tf.memory().numTensors).toBe(trained);
    model.dispose();
    return tf.memory().numTensors - before;
  };
  for (const name of ['Guide', 'Held', 'Added', 'InLayer', 'Extra']) {
    const [make, options] = MODELS[name] as (typeof MODELS)[string];
    expect({ [name]: await live(make, options) }).toEqual({ [name]: 0 });
  }
});

test('a callback knows the direction of a metric of compile', async () => {
  const model = new Small();
  model.compile({ optimizer: optimizers.SGD(0), loss: 'mse', metrics: [metrics.MeanAbsoluteError({ name: 'own' })] });
  const stopping = callbacks.EarlyStopping({ monitor: 'own', patience: 1 });
  const { epoch } = await model.fit(X, Y, { epochs: 9, verbose: 0, callbacks: [stopping] });
  expect(epoch).toEqual([0, 1]);
  model.dispose();
});

test('compile_metrics has no result before the first batch', async () => {
  const model = new Small();
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
  expect(Object.keys(model.getMetricsResult())).toEqual(['loss']);
  const [, together] = model.metrics as [metrics.Metric, metrics.Metric];
  expect(() => together.result()).toThrow(
    'compile_metrics: result() is there after the first batch. Call updateState first.',
  );
  expect(() => together.getConfig()).toThrow('compile_metrics: belongs to a compiled model and has no config.');
  model.resetMetrics();
  await model.fit(X, Y, { verbose: 0 });
  expect(Object.keys(together.result())).toEqual(['mae']);
  model.dispose();
});

test('losses of samples and what layers add do not go together, as in Keras', async () => {
  class Penalized extends Small {
    static override readonly className = 'Penalized';
    override call(x: tf.Tensor): tf.Tensor {
      this.addLoss(tf.scalar(1));
      return super.call(x);
    }
  }
  const model = new Penalized({ name: 'penalized' });
  model.compile({ optimizer: 'sgd', loss: { class_name: 'MeanSquaredError', config: { reduction: 'none' } } as never });
  await expect(model.fit(X, Y, { verbose: 0 })).rejects.toThrow(
    "Penalized 'penalized': a loss for each sample cannot be added to penalties of weights and to what layers add by " +
      "addLoss. Received: a loss of shape (4,). Give the loss another reduction than 'none'.",
  );
  model.dispose();
});
