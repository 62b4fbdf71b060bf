import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import type { Variable } from '../../src/backend/variable';
import { registerKerasSerializable } from '../../src/base/customObjects';
import type { Shape } from '../../src/base/errors';
import { resetNames } from '../../src/base/names';
import * as layers from '../../src/layers';

const POLICY = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };

class Scale extends layers.Layer {
  static override readonly className = 'Scale';
  factor!: Variable;

  override build(shape: Shape): void {
    this.factor = this.addWeight({ name: 'factor', shape: [shape.at(-1) as number], initializer: 'ones' });
  }

  override call(x: tf.Tensor): tf.Tensor {
    return x.mul(this.factor.value);
  }
}

beforeAll(() => ready());
beforeEach(() => {
  resetNames();
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

test('a layer is made with its name, and with weights where it was built', () => {
  const json = {
    module: 'keras.layers',
    class_name: 'Dense',
    config: { name: 'head', trainable: false, dtype: POLICY, units: 3 },
    registered_name: null,
    build_config: { input_shape: [null, 5] },
  };
  const layer = layers.deserialize(json);
  expect([layer.name, layer.built, layer.trainable]).toEqual(['head', true, false]);
  expect(layer.weights.map(({ path, shape }) => [path, shape])).toEqual([
    ['head/kernel', [5, 3]],
    ['head/bias', [3]],
  ]);
  const { build_config: _, ...unbuilt } = json;
  expect(layers.deserialize(unbuilt).built).toBe(false);
  expect(layers.serialize(layers.deserialize(unbuilt)).build_config).toBeUndefined();
});

test('the short form { class_name, config }, and the dtype as a name', () => {
  const layer = layers.deserialize({ class_name: 'Flatten', config: { name: 'flat', dtype: 'float32' } });
  expect(layers.serialize(layer).config).toEqual({
    name: 'flat',
    trainable: true,
    dtype: POLICY,
    data_format: 'channels_last',
  });
});

test('classes of your own: given, or registered', () => {
  const layer = new Scale({ name: 'scale' });
  layer(tf.ones([1, 2]));
  const json = layers.serialize(layer);
  expect(json).toEqual({
    module: null,
    class_name: 'Scale',
    config: { name: 'scale', trainable: true, dtype: POLICY },
    registered_name: 'Scale',
    build_config: { input_shape: [1, 2] },
  });
  expect(() => layers.deserialize(json)).toThrow("unknown class of keras.layers. Received: 'Scale'");
  const again = layers.deserialize(json, { customObjects: { Scale } });
  expect(again).toBeInstanceOf(Scale);
  expect(again.weights.map(({ shape }) => shape)).toEqual([[2]]);
  registerKerasSerializable(Scale, { package: 'mine' });
  expect(layers.serialize(layer).registered_name).toBe('mine>Scale');
  expect(layers.deserialize(layers.serialize(layer))).toBeInstanceOf(Scale);
});

test('a NumPy array in a config, as Keras writes it', () => {
  const numpy = { class_name: '__numpy__', config: { value: [1, 2], dtype: 'float32' } };
  const layer = layers.deserialize({ class_name: 'Rescaling', config: { name: 'r', scale: numpy, offset: 0 } });
  expect(layer([[3, 4]]).arraySync()).toEqual([[3, 8]]);
});

test('the namespace holds all layers by name, and the other names of some', () => {
  const { AvgPool2D, AveragePooling2D, Convolution2D, Conv2D, MaxPool2D, MaxPooling2D } = layers;
  expect([AvgPool2D, Convolution2D, MaxPool2D]).toEqual([AveragePooling2D, Conv2D, MaxPooling2D]);
  for (const [name, value] of Object.entries(layers)) {
    if (/^[A-Z]/.test(name) && 'className' in value) {
      expect([
        value.className,
        'AvgPool2D',
        'GlobalAvgPool2D',
        'MaxPool2D',
        'Convolution1D',
        'Convolution2D',
      ]).toContain(name);
    }
  }
});

test('dropout draws anew at each call, the same from the same seed, and only in training', () => {
  const x = tf.ones([1000]);
  const [a, b] = [layers.Dropout(0.25, { seed: 3 }), layers.Dropout({ rate: 0.25, seed: 3 })];
  const draw = (layer: layers.Layer): number[] => Array.from((layer(x, { training: true }) as tf.Tensor).dataSync());
  const first = draw(a);
  expect(draw(b)).toEqual(first);
  expect(draw(a)).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  expect(Math.abs(first.filter((v) => v === 0).length - 250)).toBeLessThan(50);
  expect(Array.from((a(x) as tf.Tensor).dataSync())).toEqual(Array.from(x.dataSync()));
});

test('merging layers as functions', () => {
  const [a, b] = [tf.tensor2d([[1, 5]]), tf.tensor2d([[3, 2]])];
  const { add, subtract, multiply, average, maximum, minimum, concatenate } = layers;
  const results = [add, subtract, multiply, average, maximum, minimum].map((merge) => merge([a, b]).arraySync());
  expect(results).toEqual([[[4, 7]], [[-2, 3]], [[3, 10]], [[2, 3.5]], [[3, 5]], [[1, 2]]]);
  expect(concatenate([a, b], { axis: 0 }).arraySync()).toEqual([
    [1, 5],
    [3, 2],
  ]);
  const symbolic = add([layers.Input([3]), layers.Input([3])], { name: 'sum' });
  expect([symbolic.shape, symbolic.history?.layer.name]).toEqual([[null, 3], 'sum']);
});
