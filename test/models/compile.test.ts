/** CompileLoss and CompileMetrics against Keras's own: names, values, every form of the arguments. */
import * as tf from '@tensorflow/tfjs';
import { rememberLogits } from '../../src/backend/companions';
import { classNameOf } from '../../src/base/callable';
import { mapStructure, type Nested } from '../../src/base/nest';
import { isPlainObject } from '../../src/base/options';
import * as losses from '../../src/losses';
import type * as metrics from '../../src/metrics';
import { CompileLoss, type LossArgument, type LossWeights } from '../../src/models/compile/compileLoss';
import { CompileMetrics, type MetricsArgument } from '../../src/models/compile/compileMetrics';
import fixture from '../fixtures/compile.json';

interface Packed {
  shape: number[];
  values: number[];
}

/** Tensors in place of the fixture's shapes and values. */
function unpack(packed: unknown, rows?: [number, number]): Nested<tf.Tensor> {
  if (Array.isArray(packed)) return packed.map((item) => unpack(item, rows));
  const { shape, values } = packed as Packed;
  if (isPlainObject(packed) && Array.isArray(shape)) {
    const tensor = tf.tensor(values, shape, 'float32');
    return rows ? tensor.slice([rows[0]], [rows[1] - rows[0]]) : tensor;
  }
  return Object.fromEntries(Object.entries(packed as object).map(([key, item]) => [key, unpack(item, rows)]));
}

function optional(packed: unknown, rows?: [number, number]): Nested<tf.Tensor> | undefined {
  return packed === null ? undefined : unpack(packed, rows);
}

function numbers(results: Record<string, tf.Tensor>): Record<string, number> {
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, value.dataSync()[0] as number]));
}

function expectNumbers(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) expect(actual[name]).toBeCloseTo(value, 5);
}

interface MetricCase {
  metrics: MetricsArgument;
  weighted: MetricsArgument;
  names: string[] | null;
  y: unknown;
  p: unknown;
  sampleWeight: unknown;
  classes: string[];
  result: Record<string, number>;
}

describe('CompileMetrics', () => {
  const cases = fixture.metrics as unknown as MetricCase[];
  const shapes = (packed: unknown): string =>
    JSON.stringify(mapStructure(unpack(packed), ({ shape }) => String(shape)));

  it.each(cases.map((item) => [`${JSON.stringify(item.metrics)} ${shapes(item.y)} ${shapes(item.p)}`, item] as const))(
    '%s',
    (_, { metrics: given, weighted, names, y, p, sampleWeight, classes, result }) => {
      const compiled = new CompileMetrics(given, weighted, names);
      expect(compiled.metrics).toEqual([]);
      const update = (rows: [number, number]): void => {
        tf.tidy(() => {
          compiled.updateState(unpack(y, rows), unpack(p, rows), optional(sampleWeight, rows));
        });
      };
      update([0, 4]);
      const before = tf.memory().numTensors;
      update([4, 6]);
      expect(tf.memory().numTensors).toBe(before);
      expect(compiled.metrics.map((metric) => classNameOf(metric.constructor as typeof metrics.Metric))).toEqual(
        classes,
      );
      tf.tidy(() => expectNumbers(numbers(compiled.result() as Record<string, tf.Tensor>), result));
      compiled.resetState();
      expect(compiled.variables.every(({ value }) => value.dataSync().every((entry) => entry === 0))).toBe(true);
      for (const metric of compiled.metrics) metric.dispose();
    },
  );
});

/** Losses with a reduction, and arrays, in place of how JSON has them. */
function decode(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(decode);
  if (!isPlainObject(spec)) return spec;
  if ('$reduction' in spec) return losses.MeanSquaredError({ reduction: spec['$reduction'] as losses.Reduction });
  if ('$array' in spec) return Float32Array.from(spec['$array'] as number[]);
  return Object.fromEntries(Object.entries(spec).map(([key, item]) => [key, decode(item)]));
}

interface LossCase {
  loss: unknown;
  weights: unknown;
  names: string[] | null;
  y: unknown;
  p: unknown;
  sampleWeight: unknown;
  total: tf.TensorLike;
  metrics: Record<string, number>;
}

describe('CompileLoss', () => {
  const cases = fixture.losses as unknown as LossCase[];

  it.each(cases.map((item, i) => [`${i} ${JSON.stringify([item.loss, item.weights])}`, item] as const))(
    '%s',
    (_, { loss, weights, names, y, p, sampleWeight, total, metrics: trackers }) => {
      const compiled = new CompileLoss(decode(loss) as LossArgument, decode(weights) as LossWeights | null, names);
      tf.tidy(() => {
        const value = compiled.call(unpack(y), unpack(p), optional(sampleWeight));
        const expected = tf.tensor(total);
        expect(value.shape).toEqual(expected.shape);
        expected.dataSync().forEach((number, i) => {
          expect(value.dataSync()[i]).toBeCloseTo(number, 5);
        });
        expectNumbers(
          numbers(Object.fromEntries(compiled.metrics.map((m) => [m.name, m.result() as tf.Tensor]))),
          trackers,
        );
      });
    },
  );

  it('tracks the outputs as Keras does in fit: each batch counts the same', () => {
    const { x, y, batchSize, history } = fixture.quirk;
    const compiled = new CompileLoss(['mse', 'mse'], [1, 0.5], ['a', 'b']);
    tf.tidy(() => {
      for (let start = 0; start < x.length; start += batchSize) {
        const a = tf.tensor(x.slice(start, start + batchSize));
        const target = tf.tensor(y.slice(start, start + batchSize));
        compiled.call([target, target], [a, a.mul(0)]);
      }
      const values = compiled.metrics.map((metric) => (metric.result() as tf.Tensor).dataSync()[0]);
      expect(values[0]).toBeCloseTo(history.a_loss, 5);
      expect(values[1]).toBeCloseTo(history.b_loss, 5);
    });
  });

  it('follows a softmax output back to its logits', () => {
    tf.tidy(() => {
      const logits = tf.tensor([[200, -200]]);
      const output = rememberLogits(logits.softmax(), logits, 'softmax');
      expect(new CompileLoss('ce').call(tf.tensor([1]), output).dataSync()[0]).toBeCloseTo(400, 3);
    });
  });
});

describe('errors of compile', () => {
  it.each<[string, unknown, LossWeights | null, string[], string]>([
    [
      'a misspelt loss',
      'categorical_crosentropy',
      null,
      ['a'],
      "losses.get: unknown loss. Received: 'categorical_crosentropy'. Did you mean",
    ],
    ['a misspelt loss in a record', { a: 'mse', b: 'maee' }, null, ['a', 'b'], "Received: 'maee'. Did you mean 'mae'?"],
    [
      'weights that are no numbers',
      'mse',
      'x' as never,
      ['a'],
      "compile: lossWeights must be a number, a list or a record of numbers. Received: 'x'.",
    ],
    [
      'two losses for one output',
      ['mse', 'mae'],
      null,
      ['a'],
      'compile: loss must have one entry for each output. Received: 2 for the 1 outputs a.',
    ],
    ['a wrong key for one output', { b: 'mse' }, null, ['alpha'], "compile: unknown output in loss. Received: 'b'."],
  ])('%s, at once', (_, loss, weights, names, message) => {
    expect(() => new CompileLoss(loss as LossArgument, weights, names)).toThrow(message);
  });

  const structure = ['x', 'x'];
  it.each<[string, LossArgument, LossWeights | null, string]>([
    [
      'a key that names no output',
      { output_a: 'mse', output_c: 'mse' },
      null,
      "compile: unknown output in loss. Received: 'output_c'. Did you mean 'output_a'?",
    ],
    [
      'a missing key',
      { output_a: 'mse' },
      null,
      "compile: loss must name every output. Received: no loss for ['output_b']. Write null for none.",
    ],
    [
      'too few losses',
      ['mse'],
      null,
      'compile: loss must have one entry for each output. Received: 1 for the 2 outputs output_a, output_b.',
    ],
    [
      'too many weights',
      'mse',
      [1, 2],
      'compile: lossWeights must match the number of losses. Received: 1 losses and 2 weights.',
    ],
    [
      'weights of other names',
      { output_a: 'mse', output_b: 'mse' },
      { output_a: 1, output_d: 2 },
      "compile: unknown output in lossWeights. Received: 'output_d'.",
    ],
  ])('%s, where the structure of the outputs is known', (_, loss, weights, message) => {
    const names = ['output_a', 'output_b'];
    expect(() => new CompileLoss(loss as LossArgument, weights, names, structure)).toThrow(message);
    const two = [tf.zeros([2, 1]), tf.zeros([2, 1])];
    expect(() => new CompileLoss(loss as LossArgument, weights, names).call(two, two)).toThrow(message);
  });

  it.each<[string, unknown, string]>([
    ['a misspelt metric', ['acuracy'], "metrics.get: unknown metric. Received: 'acuracy'. Did you mean 'accuracy'?"],
    [
      'a metric without a list',
      'accuracy' as never,
      "compile: metrics must be a list or a record. Received: metrics='accuracy'. Write ['accuracy'].",
    ],
    [
      'a key that names no output',
      { output_c: ['mse'] },
      "compile: unknown output in metrics. Received: 'output_c'. Did you mean",
    ],
    [
      'one list for two outputs',
      ['accuracy'],
      'compile: metrics must have one entry for each output. Received: 1 for the 2 outputs output_a, output_b.',
    ],
  ])('%s', (_, given, message) => {
    expect(() => new CompileMetrics(given as MetricsArgument, null, ['output_a', 'output_b'], structure)).toThrow(
      message,
    );
    expect(() => new CompileMetrics(null, given as MetricsArgument, ['output_a', 'output_b'], structure)).toThrow(
      message
        .replace('metrics=', 'weightedMetrics=')
        .replace(': metrics', ': weightedMetrics')
        .replace('in metrics', 'in weightedMetrics'),
    );
  });

  it('labels that fit no output', () => {
    const [y, p] = [tf.zeros([2, 1]), tf.zeros([2, 1])];
    const compiled = new CompileLoss(['mse', 'mse'], null, ['a', 'b']);
    expect(() => compiled.call([y, y, y], [p, p])).toThrow(
      "y and the model's outputs have different structures. Received: 3 for 2 outputs ['a', 'b'].",
    );
    expect(() => compiled.call({ a: y, c: y }, [p, p])).toThrow("fit: unknown output in y. Received: 'c'.");
    expect(() => compiled.call({ a: y }, [p, p])).toThrow("y: no labels for the output 'b', which has a loss.");
    expect(compiled.built).toBe(false);
    expect(compiled.metrics).toEqual([]);
  });
});

/** The shape of an output. */
class Spec {
  constructor(readonly shape: readonly (number | null)[]) {}
}

describe('checkLabels', () => {
  const check = (loss: LossArgument, y: tf.Tensor, shape: (number | null)[]): void =>
    new CompileLoss(loss).checkLabels('fit', y, new Spec(shape));

  it.each<[string, LossArgument, tf.Tensor, number[], string]>([
    [
      'a class out of range',
      'sparse_categorical_crossentropy',
      tf.tensor([0, 1, 3]),
      [3],
      'fit: labels must be numbers of classes, whole numbers from 0 to 2. Received: 3 at index 2.',
    ],
    [
      'a negative class',
      losses.SparseCategoricalCrossentropy(),
      tf.tensor([[0], [-1]], [2, 1], 'int32'),
      [3],
      'Received: -1 at index 1.',
    ],
    ['NaN as a class', 'ce', tf.tensor([0, Number.NaN]), [3], 'Received: NaN at index 1.'],
    ['half a class', 'ce', tf.tensor([0.5]), [3], 'Received: 0.5 at index 0.'],
    [
      'NaN in one-hot labels',
      'categorical_crossentropy',
      tf.tensor([
        [1, 0],
        [0, Number.NaN],
      ]),
      [2],
      'fit: labels must be numbers. Received: NaN at index 3.',
    ],
    [
      'one-hot labels of another width',
      'categorical_crossentropy',
      tf.zeros([4, 3]),
      [2],
      'fit: labels and the output must have the same shape. Received: labels of shape (4, 3), output of shape (None, 2).',
    ],
    [
      'numbers for one-hot labels',
      'categorical_crossentropy',
      tf.zeros([4]),
      [2],
      'For numbers of classes use sparse_categorical_crossentropy or toCategorical.',
    ],
    [
      'one-hot labels for numbers',
      'sparse_categorical_crossentropy',
      tf.zeros([4, 2]),
      [2],
      'For one-hot labels use categorical_crossentropy.',
    ],
    ['labels for two units of one', 'binary_crossentropy', tf.zeros([4, 2]), [1], 'must have the same shape'],
  ])('refuses %s', (_, loss, y, shape, message) => {
    expect(() => check(loss, y, [null, ...shape])).toThrow(message);
  });

  it('takes what fits', () => {
    check('sparse_categorical_crossentropy', tf.tensor([0, 1, 2]), [null, 3]);
    check('sparse_categorical_crossentropy', tf.tensor([[0], [2]]), [null, 3]);
    check(losses.SparseCategoricalCrossentropy({ ignoreClass: -1 }), tf.tensor([0, -1]), [null, 3]);
    check('binary_crossentropy', tf.tensor([0, 1]), [null, 1]);
    check('mse', tf.tensor([Number.NaN]), [null, 1]);
    check('categorical_crossentropy', tf.zeros([2, 4, 4, 3]), [null, null, null, 3]);
  });

  it('names the output', () => {
    const compiled = new CompileLoss(['mse', 'ce'], null, ['a', 'b']);
    expect(() =>
      compiled.checkLabels('fit', [tf.zeros([1, 1]), tf.tensor([7])], [new Spec([null, 1]), new Spec([null, 3])]),
    ).toThrow("fit: output 'b': labels must be numbers of classes");
  });
});
