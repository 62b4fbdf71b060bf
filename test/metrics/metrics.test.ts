/** Metrics against the states and results of Keras's own. */
import * as tf from '@tensorflow/tfjs';
import { resetNames } from '../../src/base/names';
import { toCamelCase } from '../../src/base/options';
import type { SerializedObject } from '../../src/base/registry';
import * as losses from '../../src/losses';
import * as metrics from '../../src/metrics';
import fixture from '../fixtures/metrics.json';
import { expectClose, onEachBackend } from '../ops/backends';

interface Case {
  name: string;
  config: Record<string, unknown>;
  updates: (tf.TensorLike | null)[][];
  results: tf.TensorLike[];
  state: { name: string; path: string; value: tf.TensorLike }[];
  json: SerializedObject;
}

function make(name: string, config: object = {}): metrics.Metric {
  const options = Object.fromEntries(Object.entries(config).map(([key, value]) => [toCamelCase(key), value]));
  return Reflect.construct(Reflect.get(metrics, name) as new () => metrics.Metric, [options]);
}

const cases = fixture.cases as unknown as Case[];

onEachBackend(() => {
  beforeEach(resetNames);

  it.each(cases.map((item, i) => [`${i} ${item.name} ${JSON.stringify(item.config)}`, item] as const))(
    '%s',
    (_, item) => {
      const metric = make(item.name, item.config);
      item.updates.forEach((update, i) => {
        const before = tf.memory().numTensors + (metric.variables.length === 0 ? item.state.length : 0);
        metric.updateState(...(update as never[]));
        expect(tf.memory().numTensors).toBe(before);
        tf.tidy(() => {
          expectClose(metric.result() as tf.Tensor, item.results[i] as tf.TensorLike);
        });
        expect(tf.memory().numTensors).toBe(before);
      });
      expect(metric.variables.map(({ name, path }) => ({ name, path }))).toEqual(
        item.state.map(({ name, path }) => ({ name, path })),
      );
      metric.variables.forEach(({ value }, i) => {
        expectClose(value, item.state[i]?.value as tf.TensorLike);
      });
      expect(metrics.serialize(metric)).toEqual(item.json);
      expect(metrics.deserialize(item.json).getConfig()).toEqual(item.json.config);
      metric.resetState();
      for (const { value } of metric.variables) expect(value.abs().max().dataSync()[0]).toBe(0);
      tf.tidy(() => {
        const first = metric(...(item.updates[0] as never[]));
        expectClose(first as tf.Tensor, item.results[0] as tf.TensorLike);
      });
      metric.dispose();
    },
  );
});

describe('metrics.get', () => {
  const missing = [
    ...['ConcordanceCorrelation', 'PearsonCorrelation', 'BinaryIoU', 'IoU', 'MeanIoU', 'OneHotIoU', 'OneHotMeanIoU'],
    ...['concordance_correlation', 'pearson_correlation', 'binary_io_u', 'io_u', 'mean_io_u', 'one_hot_io_u'],
    ...['one_hot_mean_io_u', 'PrecisionAtRecall', 'R2Score', 'RecallAtPrecision', 'SensitivityAtSpecificity'],
    ...['SpecificityAtSensitivity', 'precision_at_recall', 'r2_score', 'recall_at_precision'],
    ...['sensitivity_at_specificity', 'specificity_at_sensitivity'],
  ];

  it('knows every name that Keras knows', () => {
    const known = fixture.names.filter((name) => !missing.includes(name));
    for (const name of known) expect(metrics.get(name as never)).toBeInstanceOf(metrics.Metric);
    expect([...metrics.METRIC_NAMES].sort()).toEqual(known.sort());
  });

  it('has the configs of all defaults', () => {
    resetNames();
    for (const json of fixture.configs) expect(metrics.serialize(make(json.class_name))).toEqual(json);
  });

  it('takes objects, functions, classes and JSON', () => {
    const mean = metrics.Mean();
    const fn = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yPred.sub(yTrue);
    expect(metrics.get(mean)).toBe(mean);
    expect(metrics.get(fn)).toBe(fn);
    expect(metrics.get(null)).toBeNull();
    expect((metrics.get(metrics.AUC) as metrics.Metric).getConfig()).toMatchObject({ curve: 'ROC' });
    expect((metrics.get(metrics.serialize(mean)) as metrics.Metric).getConfig()).toEqual(mean.getConfig());
  });

  it('names the nearest', () => {
    expect(() => metrics.get('acuracy' as never)).toThrow(
      "metrics.get: unknown metric. Received: 'acuracy'. Did you mean 'accuracy'?",
    );
  });
});

describe('a metric', () => {
  it('may be made of a function or a loss', () => {
    resetNames();
    const metric = metrics.MeanMetricWrapper(losses.meanSquaredError);
    expect(metrics.serialize(metric)).toEqual(fixture.wrapped);
    tf.tidy(() => {
      expectClose(metric([[0, 1]], [[2, 1]]) as tf.Tensor, 2);
      expectClose(metrics.MeanMetricWrapper(losses.Huber(0.5))([[0], [1]], [[2], [1]]) as tf.Tensor, 0.4375);
    });
  });

  it("may be a class of one's own, with several results", () => {
    class Extremes extends metrics.Metric {
      static override readonly className = 'Extremes';
      readonly largest = this.addVariable({ name: 'largest' });
      readonly sizes = this.addVariable({ name: 'sizes', shape: [2] });
      override updateState(values: metrics.MetricInput): void {
        const x = values as tf.Tensor;
        this.largest.assign(this.largest.value.maximum(x.max()));
        this.sizes.assign(tf.tensor1d(x.shape as [number, number]));
      }
      override result(): Record<string, tf.Tensor> {
        return { largest: this.largest.value.clone(), rows: this.sizes.value.slice(0, 1) };
      }
    }
    const extremes = new Extremes();
    const x = tf.tensor([[1, 5, 2]]);
    const before = tf.memory().numTensors;
    const { largest, rows } = extremes(x) as Record<string, tf.Tensor>;
    expect([largest?.dataSync()[0], rows?.dataSync()[0]]).toEqual([5, 1]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([largest as tf.Tensor, rows as tf.Tensor]);
    expect(extremes.variables.map(({ path }) => path)).toEqual(['extremes/largest', 'extremes/sizes']);
  });

  it('among the k largest says no where predictions are not finite', () => {
    tf.tidy(() => {
      const y = metrics.sparseTopKCategoricalAccuracy(
        [0, 0, 9],
        [
          [Infinity, 0],
          [1, Number.NaN],
          [1, 2],
        ],
        { k: 2 },
      );
      expectClose(y, [0, 0, 0]); // as TensorFlow's InTopK
    });
  });

  it('refuses what does not fit', () => {
    expect(() => metrics.Precision({ thresholds: [0.5, 2] })).toThrow(
      'Precision: thresholds must be a number from 0 to 1 or a list of them. Received: thresholds=[0.5, 2].',
    );
    expect(() => metrics.AUC({ curve: 'RAC' as never })).toThrow(
      "AUC: curve must be one of 'ROC', 'PR', 'PRGAIN'. Received: curve='RAC'.",
    );
    expect(() => metrics.AUC({ numThresholds: 1 })).toThrow('AUC: numThresholds must be a whole number > 1.');
    expect(() => metrics.F1Score({ average: 'mean' as never })).toThrow(
      "average must be 'micro', 'macro', 'weighted' or null.",
    );
    expect(() => metrics.Mean({ nam: 'x' } as never)).toThrow("Did you mean 'name'?");
    expect(() => metrics.CategoricalAccuracy()([[1, 0]], [[1, 0, 0]])).toThrow(
      'categorical_accuracy: yTrue and yPred must have the same shape. Received: yTrue.shape=(1, 2), yPred.shape=(1, 3).',
    );
  });
});
