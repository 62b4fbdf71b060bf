/** What a user does with a `Variable`, as in Keras: `assign`, `assign_add`, `assign_sub`, `add_weight` without arguments. */
import * as tf from '@tensorflow/tfjs';
import { Layer, layers, Sequential, Variable } from '../../src';
import { ready } from '../../src/backend/engine';
import { resetNames } from '../../src/base/names';

beforeAll(() => ready());

test('assign, assignAdd and assignSub take tensors, numbers and arrays, and leave no tensor', () => {
  const variable = new Variable([1, 2]);
  const before = tf.memory().numTensors;
  const values = (): number[] => Array.from(variable.value.dataSync());
  variable.assign([3, 4]);
  expect(values()).toEqual([3, 4]);
  variable.assignAdd([1, 1]);
  expect(values()).toEqual([4, 5]);
  variable.assignAdd(0.5);
  expect(values()).toEqual([4.5, 5.5]);
  const two = tf.scalar(2);
  variable.assignSub(two);
  expect(values()).toEqual([2.5, 3.5]);
  two.dispose();
  expect(() => variable.assign([1, 2, 3])).toThrow(/expected a value of shape \(2,\). Received: shape \(3,\)/);
  expect(() => variable.assign('3' as never)).toThrow(/Variable 'variable.*': value must be/);
  expect(() => variable.assignAdd([[1], [2], [3]])).toThrow(
    /expected a value of shape \(2,\). Received: shape \(3, 2\)/,
  );
  expect(values()).toEqual([2.5, 3.5]);
  expect(tf.memory().numTensors).toBe(before);
  variable.dispose();
});

test('a whole number stays one', () => {
  const count = new Variable(1, { dtype: 'int32' });
  count.assignAdd(2);
  expect([count.dtype, count.value.dataSync()[0]]).toEqual(['int32', 3]);
  count.dispose();
});

test('addWeight needs no arguments', () => {
  resetNames();
  class Adds extends Layer {
    override build(): void {
      this.addWeight();
      this.addWeight({ shape: [2] });
    }
    override call(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  const layer = new Adds({ name: 'l' });
  layer.buildFor([1]);
  expect(layer.weights.map(({ path, shape }) => [path, shape])).toEqual([
    ['l/variable', []],
    ['l/variable_1', [2]],
  ]);
});

test('a layer that counts its calls with assignAdd does so in compiled steps, too', async () => {
  class Counts extends Layer {
    readonly calls = new Variable(0, { name: 'calls', trainable: false });
    override call(x: tf.Tensor): tf.Tensor {
      this.calls.assignAdd(1);
      return x;
    }
    override computeOutputShape(shape: never): never {
      return shape;
    }
  }
  const counts = new Counts();
  const model = Sequential([layers.Input({ shape: [1] }), counts, layers.Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(tf.ones([40, 1]), tf.ones([40, 1]), { batchSize: 2, epochs: 2, verbose: 0 });
  expect(counts.calls.value.dataSync()[0]).toBe(40);
});
