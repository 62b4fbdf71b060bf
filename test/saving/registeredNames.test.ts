import * as tf from '@tensorflow/tfjs';
import {
  activations,
  constraints,
  initializers,
  Layer,
  layers,
  losses,
  metrics,
  optimizers,
  regularizers,
  saving,
} from '../../src';
import type { LossFunction } from '../../src/losses';

const wave = (x: tf.Tensor): tf.Tensor => x.sin();
const gap = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yPred.sub(yTrue).mean(-1);
class Sevens extends initializers.Initializer {
  override call(shape: readonly number[]): tf.Tensor {
    return tf.fill([...shape], 7);
  }
}
class Firm extends regularizers.Regularizer {
  override call(x: tf.Tensor): tf.Scalar {
    return x.sum();
  }
}
class Sure extends constraints.Constraint {
  override call(x: tf.Tensor): tf.Tensor {
    return x.relu();
  }
}
class Gap extends losses.Loss {
  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return gap(yTrue, yPred);
  }
}
class Slow extends optimizers.SGD {
  static override readonly className: string = 'Slow';
}
class Seen extends metrics.Sum {
  static override readonly className: string = 'Seen';
}
class Nothing extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x;
  }
}

beforeAll(() => {
  saving.registerKerasSerializable(wave, { package: 'mine', name: 'wave' });
  saving.registerKerasSerializable(gap, { package: 'mine', name: 'gap' });
  for (const cls of [Sevens, Firm, Sure, Gap, Slow, Seen, Nothing]) {
    saving.registerKerasSerializable(cls as never, { package: 'mine' });
  }
});

/** What a name gives, by the module that is asked. */
const GET: Readonly<Record<string, [get: (name: never) => unknown, name: string, is: (found: unknown) => boolean]>> = {
  activations: [activations.get, 'wave', (found) => found === wave],
  losses: [losses.get, 'Gap', (found) => found instanceof Gap],
  'functions as losses': [losses.get, 'gap', (found) => found === gap],
  metrics: [metrics.get, 'Seen', (found) => found instanceof Seen],
  'functions as metrics': [metrics.get, 'gap', (found) => found === gap],
  optimizers: [optimizers.get, 'Slow', (found) => found instanceof Slow],
  initializers: [initializers.get, 'Sevens', (found) => found instanceof Sevens],
  regularizers: [regularizers.get, 'Firm', (found) => found instanceof Firm],
  constraints: [constraints.get, 'Sure', (found) => found instanceof Sure],
};

test.each(Object.entries(GET))('%s: a registered name, with its package and without', (_, [get, name, is]) => {
  expect(is(get(`mine>${name}` as never))).toBe(true);
  expect(is(get(name as never))).toBe(true);
  expect(() => get(`other>${name}` as never)).toThrow(/unknown/);
  // What was registered for another purpose is not taken for one.
  expect(() => get('mine>Nothing' as never)).toThrow(/unknown/);
});

test('a layer with a registered activation, to JSON and back, as Keras writes it', () => {
  const config = layers.Dense(2, { activation: 'mine>wave' }).getConfig();
  // keras.saving.register_keras_serializable('mine') on a function wave, Keras 3.15.1
  expect(config['activation']).toEqual({
    module: 'builtins',
    class_name: 'function',
    config: 'mine>wave',
    registered_name: 'function',
  });
  expect(Reflect.get(layers.Dense.fromConfig(config), 'activation')).toBe(wave);
  expect(losses.deserialize(losses.serialize(gap as LossFunction))).toBe(gap);
});
