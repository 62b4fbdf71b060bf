import * as tf from '@tensorflow/tfjs';
import { losses, metrics } from '../../src';
import fixture from '../fixtures/broadcast.json';

type Nested = number | Nested[];
type Call = ((yTrue: Nested, yPred: Nested, sampleWeight?: Nested) => tf.Tensor) & { dispose?(): void };

const labels = fixture.labels as Record<string, Nested>;
const predictions = fixture.predictions as Record<string, Nested>;
const weights = fixture.weights as [string, Nested][];

/** Pairs that only one side takes, each for its reason. */
const DIFFERENT: Record<string, readonly string[]> = {
  // Keras compares places among 2 classes with places among 1 or 3, which means nothing
  CategoricalAccuracy: [
    ...['3,1 3,2', '3,2 3,1', '3 3,1', '3 3,2', '1 3,2', '1 3', '3 1', '2 3'],
    // Keras broadcasts labels, and not predictions
    ...['3,2 2', '2,3,2 3,2'],
  ],
  // Keras gets the mean right and then fails to shape it
  SparseCategoricalAccuracy: ['1,1 3,1'],
  // Keras adds or drops the last axis for the losses, not for these metrics
  BinaryCrossentropy: ['3 3,1', '3,1 3'],
  CategoricalCrossentropy: ['3 3,1', '3,1 3'],
  ...Object.fromEntries(
    ['KLDivergence', 'CategoricalHinge', 'Hinge', 'SquaredHinge', 'Poisson'].map((name) => [name, ['3 3,1', '3,1 3']]),
  ),
  // Keras asks for the rank of a prediction that has none
  ...Object.fromEntries(
    ['Precision', 'Recall', 'TruePositives', 'FalsePositives', 'TrueNegatives', 'FalseNegatives'].map((name) => [
      name,
      ['3,2 ()', '3 ()'],
    ]),
  ),
};

/** What a call gives, or `null` where it is refused in the form of the house. */
function attempt(call: Call, ...inputs: Parameters<Call>): Nested | null {
  try {
    return tf.tidy(() => call(...inputs).arraySync() as Nested);
  } catch (error) {
    // a label that is no class is found by the kernel
    expect((error as Error).message).toMatch(/^\w+: .* Received: |label value of 1 which is outside/);
    return null;
  } finally {
    call.dispose?.();
  }
}

function near(received: Nested | null, expected: Nested | null): boolean {
  if (typeof received === 'number' && typeof expected === 'number') {
    return Math.abs(received - expected) <= 2e-6 * Math.max(1, Math.abs(expected));
  }
  if (!Array.isArray(received) || !Array.isArray(expected)) return received === expected;
  return received.length === expected.length && received.every((item, i) => near(item, expected[i] as Nested));
}

const make = (space: object, name: string, options?: object): Call =>
  (Reflect.get(space, name) as (options?: object) => Call)(options);

let before: number;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe('labels and predictions of other shapes give what Keras gives, or are refused as there', () => {
  function compare(name: string, values: readonly (Nested | null)[], of: () => Call, apart: readonly string[]): void {
    const wrong = fixture.pairs.flatMap((pair, i) => {
      const [y, p] = pair.split(' ') as [string, string];
      const [received, expected] = [attempt(of(), labels[y] as Nested, predictions[p] as Nested), values[i] ?? null];
      if (apart.includes(pair)) return near(received, expected) ? [{ pair, received, expected }] : [];
      return near(received, expected) ? [] : [{ pair, received, expected }];
    });
    expect([name, wrong]).toEqual([name, []]);
  }

  test.each(Object.entries(fixture.losses))('losses.%s', (name, values) => {
    compare(name, values, () => make(losses, name, { reduction: 'none' }), []);
  });

  test.each(Object.entries(fixture.metrics))('metrics.%s', (name, values) => {
    compare(name, values, () => make(metrics, name), DIFFERENT[name] ?? []);
  });
});

describe('weights of other shapes', () => {
  const all = [
    ...fixture.weightedLosses.map((item) => ({
      ...item,
      of: () => make(losses, item.name, { reduction: item.reduction }),
    })),
    ...fixture.weightedMetrics.map((item) => ({ ...item, reduction: 'metric', of: () => make(metrics, item.name) })),
  ];
  test.each(all)('$name of $shape, $reduction', ({ shape, values, of }) => {
    const wrong = weights.flatMap(([key, weight], i) => {
      const received = attempt(of(), labels[shape] as Nested, predictions[shape] as Nested, weight);
      const expected = (values[i] ?? null) as Nested | null;
      return near(received, expected) ? [] : [{ weight: key, received, expected }];
    });
    expect(wrong).toEqual([]);
  });
});

test('the gradient of labels that broadcast', () => {
  // d/dp of the mean over 2 rows of 3 of (p - t)^2 is (p - t) / 3
  const loss = losses.MeanSquaredError();
  tf.tidy(() => {
    const gradient = tf.grad((p) => loss([[1], [2]], p));
    const values = Array.from(
      gradient(
        tf.tensor2d([
          [1, 4, -2],
          [2, 5, 8],
        ]),
      ).dataSync(),
    );
    expect(values.map((v) => Math.round(v * 1e5) / 1e5)).toEqual([0, 1, -1, 0, 1, 2]);
  });
});
