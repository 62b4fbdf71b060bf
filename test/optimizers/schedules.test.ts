/** Learning rate schedules against Keras's: values, JSON, and training, eager and compiled. */
import * as tf from '@tensorflow/tfjs';
import { layers, optimizers, Sequential } from '../../src';
import { resetNames } from '../../src/base/names';
import { toCamelCase } from '../../src/base/options';
import type { SerializedObject } from '../../src/base/registry';
import fixture from '../fixtures/schedules.json';
import { expectClose, onEachBackend } from '../ops/backends';

const { schedules } = optimizers;

interface Trained {
  name: string;
  config: object;
  optimizer: { name: string; config: object };
  x: number[];
  y: number[];
  kernel: number[];
  losses: number[];
  weights: number[][];
  rate: number;
  json: SerializedObject;
  variables: { name: string; shape: number[] }[];
}

function camel(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [toCamelCase(key), value]));
}

function make(name: string, config: object): optimizers.LearningRateSchedule {
  return Reflect.construct(Reflect.get(schedules, name) as new () => optimizers.LearningRateSchedule, [camel(config)]);
}

onEachBackend(() => {
  it.each(fixture.cases.map((item) => [`${item.name} ${JSON.stringify(item.config)}`, item] as const))(
    '%s',
    (_, item) => {
      const schedule = make(item.name, item.config) as InstanceType<typeof schedules.LearningRateSchedule>;
      const before = tf.memory().numTensors;
      fixture.steps.forEach((step, i) => {
        const rate = schedule(step);
        expect(rate.shape).toEqual([]);
        tf.tidy(() => expectClose(rate, item.rates[i] as number, 2e-7));
        rate.dispose();
      });
      expect(tf.memory().numTensors).toBe(before);
      expect(schedules.serialize(schedule)).toEqual(item.json);
      expect(schedules.deserialize(item.json as SerializedObject).getConfig()).toEqual(item.json.config);
    },
  );
});

describe.each([true, false])('training, runEagerly: %s', (runEagerly) => {
  beforeEach(resetNames);

  const cases = fixture.trained as unknown as Trained[];
  it.each(cases.map((item) => [`${item.optimizer.name} with ${item.name}`, item] as const))('%s', async (_, item) => {
    const Class = Reflect.get(optimizers, item.optimizer.name) as new (...args: unknown[]) => optimizers.Optimizer;
    const optimizer = new Class(make(item.name, item.config), camel(item.optimizer.config));
    const model = Sequential([layers.Input({ shape: [3] }), layers.Dense(2)]);
    model.setWeights([tf.tensor(item.kernel, [3, 2]), [0, 0]]);
    model.compile({ optimizer, loss: 'mse', runEagerly });
    const [x, y] = [tf.tensor(item.x, [40, 3]), tf.tensor(item.y, [40, 2])];
    const options = { batchSize: 8, epochs: 4, shuffle: false, verbose: 0 } as const;
    const { history } = await model.fit(x, y, options);
    history.loss.forEach((loss, i) => {
      expect(Math.abs(loss / (item.losses[i] as number) - 1)).toBeLessThan(1e-5);
    });
    model.weights.forEach(({ value }, i) => {
      expectClose(value.flatten(), item.weights[i] as number[], 1e-5);
    });
    expect(optimizer.learningRate).toBeCloseTo(item.rate, 7);
    expect(optimizer.variables.map(({ name, shape }) => ({ name, shape }))).toEqual(item.variables);
    const json = optimizers.serialize(optimizer);
    expect(json.config).toEqual({ ...item.json.config, name: optimizer.name });
    expect(optimizers.deserialize(item.json).getConfig()).toEqual(item.json.config);
    model.dispose();
  });
});

describe('schedules', () => {
  it('may be given by position', () => {
    expect(schedules.ExponentialDecay(0.1, 10, 0.5).getConfig()).toEqual(
      schedules.ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 }).getConfig(),
    );
    expect(schedules.PiecewiseConstantDecay([1], [1, 2]).values).toEqual([1, 2]);
  });

  it('may be of a class of your own', () => {
    class Halving extends schedules.LearningRateSchedule {
      override call(step: tf.Tensor): tf.Tensor {
        return tf.scalar(0.5).pow(step.toFloat());
      }
    }
    const sgd = optimizers.SGD(new Halving());
    expect(sgd.learningRate).toBe(1);
    sgd.iterations.assign(3);
    expect(sgd.learningRate).toBe(0.125);
  });

  it('refuse what cannot be', () => {
    expect(() => schedules.CosineDecay(0.1, 0)).toThrow(
      'CosineDecay: decaySteps must be a number above 0. Received: decaySteps=0.',
    );
    expect(() => schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])).toThrow(
      'PiecewiseConstantDecay: boundaries must be one less than values. Received: boundaries=[1, 2], values=[0.1, 0.2].',
    );
    expect(() => schedules.ExponentialDecay({ initialLearningRate: 1, decaySteps: 1 } as never)).toThrow(
      "ExponentialDecay: missing required argument 'decayRate'.",
    );
    expect(() =>
      schedules.deserialize({ module: null, class_name: 'CosineDecai', config: {}, registered_name: null }),
    ).toThrow("Did you mean 'CosineDecay'?");
    const sgd = optimizers.SGD(schedules.CosineDecay(0.1, 10));
    expect(() => {
      sgd.learningRate = 0.1;
    }).toThrow('SGD: the learning rate is a schedule and cannot be set to a number.');
  });
});
