/** What every layer is tested for, against what real Keras computed: see `scripts/fixtures/layers.py`. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../src/backend/engine';
import type { Shape } from '../src/base/errors';
import { resetNames } from '../src/base/names';
import type { SerializedObject } from '../src/base/registry';
import { deserialize, Input, type Layer, type SymbolicTensor, serialize } from '../src/layers';

/** A tensor in a fixture. */
export interface FixtureArray {
  shape: number[];
  dtype: string;
  values: number[];
}

/** A layer, its inputs and what came out. */
export interface LayerCase {
  title: string;
  training: boolean;
  /** Keras's JSON before and after building. */
  unbuilt: SerializedObject;
  serialized: SerializedObject;
  declared_input_shapes: Shape[];
  declared_output_shape: Shape;
  inputs: FixtureArray[];
  weights: (FixtureArray & { path: string; trainable: boolean })[];
  output: FixtureArray;
  /** Of the next call in training; differs where random numbers are drawn. */
  second_output: FixtureArray | null;
  cotangent: FixtureArray;
  /** Of sum(output * cotangent); null where there is none. */
  input_gradients: (FixtureArray | null)[];
  weight_gradients: FixtureArray[];
  weights_after: FixtureArray[] | null;
}

/** A fixture's array as a tensor. */
export function toTensor({ values, shape, dtype }: FixtureArray): tf.Tensor {
  return tf.tensor(values, shape, dtype === 'float32' ? 'float32' : 'int32');
}

/** Compares shapes, dtypes and values; `null` stands for zeros. */
export function expectArray(actual: tf.Tensor, expected: FixtureArray | null, tolerance = 1e-5): void {
  const values = Array.from(actual.dataSync());
  if (expected) {
    expect(actual.shape).toEqual(expected.shape);
    expect(actual.dtype).toBe(expected.dtype);
  }
  const wanted = expected?.values ?? values.map(() => 0);
  const worst = values.findIndex(
    (v, i) => !(Math.abs(v - (wanted[i] as number)) <= tolerance * Math.max(1, Math.abs(v))),
  );
  expect(worst < 0 ? 'equal' : `at ${worst}: ${values[worst]}, Keras ${wanted[worst]}`).toBe('equal');
}

type Inputs = tf.Tensor | tf.Tensor[];
const argument = <T>(values: T[]): T | T[] => (values.length === 1 ? (values[0] as T) : values);

/** The built layer of a case with the case's weights. */
function make({ serialized, weights }: LayerCase): Layer {
  const layer = deserialize(serialized);
  tf.tidy(() => layer.setWeights(weights.map(toTensor)));
  return layer;
}

/** sum(output * cotangent) */
function lossOf(layer: Layer, inputs: Inputs, { training, cotangent }: LayerCase): tf.Scalar {
  return layer(inputs, { training }).mul(toTensor(cotangent)).sum() as tf.Scalar;
}

/** Config, shapes, values, gradients, a training step, and memory. To be called in a test file, once for each case. */
export function layerTest(c: LayerCase): void {
  describe(c.title, () => {
    beforeAll(() => ready());
    beforeEach(() => {
      resetNames();
      tf.engine().startScope();
    });
    afterEach(() => tf.engine().endScope());

    test('config: the same JSON as Keras, before and after building, in and out', () => {
      expect(serialize(deserialize(c.unbuilt))).toEqual(c.unbuilt);
      expect(serialize(deserialize(c.serialized))).toEqual(c.serialized);
    });

    test('shapes: declared as in Keras, actual as declared', () => {
      const symbols = c.declared_input_shapes.map((batchShape, i) =>
        Input({ batchShape, dtype: c.inputs[i]?.dtype as 'float32' }),
      );
      const layer = deserialize(c.unbuilt);
      const symbolic = layer(argument(symbols)) as SymbolicTensor;
      expect(symbolic.shape).toEqual(c.declared_output_shape);
      const output = layer(argument(c.inputs.map(toTensor)));
      expect(symbolic.dtype).toBe(output.dtype);
      expect(output.shape).toEqual(layer.computeOutputShape(argument(c.inputs.map(({ shape }) => shape)) as never));
      expect(layer.weights.map(({ path, shape, trainable }) => ({ path, shape, trainable }))).toEqual(
        c.weights.map(({ path, shape, trainable }) => ({ path, shape, trainable })),
      );
    });

    test('values: as Keras, in a first and a second call', () => {
      const layer = make(c);
      const inputs = argument(c.inputs.map(toTensor));
      expectArray(layer(inputs, { training: c.training }), c.output);
      if (c.second_output) expectArray(layer(inputs, { training: c.training }), c.second_output);
    });

    test('gradients: as Keras', () => {
      const inputs = c.inputs.map(toTensor);
      if (inputs.every(({ dtype }) => dtype === 'float32')) {
        const layer = make(c);
        const gradients = tf.grads((...xs: tf.Tensor[]) => lossOf(layer, argument(xs), c))(inputs);
        for (const [i, gradient] of gradients.entries()) expectArray(gradient, c.input_gradients[i] ?? null);
      }
      const layer = make(c);
      const variables = layer.trainableWeights.map(({ value }) => value);
      expect(variables.length).toBe(c.weight_gradients.length);
      if (variables.length === 0) return;
      const { grads } = tf.variableGrads(() => lossOf(layer, argument(inputs), c), variables);
      for (const [i, { name }] of variables.entries()) {
        expectArray(grads[name] as tf.Tensor, c.weight_gradients[i] as FixtureArray);
      }
    });

    test('a training step lowers the loss', () => {
      const layer = make({ ...c, training: false });
      const weights = layer.trainableWeights;
      if (weights.length === 0) return;
      const inputs = argument(c.inputs.map(toTensor));
      const loss = (): tf.Scalar => lossOf(layer, inputs, { ...c, training: false });
      const before = loss().dataSync()[0] as number;
      const { grads } = tf.variableGrads(
        loss,
        weights.map(({ value }) => value),
      );
      for (const weight of weights) {
        const gradient = grads[weight.value.name] as tf.Tensor;
        expect(gradient.abs().max().dataSync()[0]).toBeGreaterThan(0);
        weight.assign(weight.value.sub(gradient.mul(1e-3)));
      }
      expect(loss().dataSync()[0]).toBeLessThan(before);
    });

    test('memory: a call leaves its output and nothing else', () => {
      const layer = make(c);
      const inputs = argument(c.inputs.map(toTensor));
      tf.engine().startScope();
      layer(inputs, { training: true }).dispose(); // what is made once, such as the state of a random generator
      const before = tf.memory().numTensors;
      const output = layer(inputs, { training: true });
      expect(tf.memory().numTensors).toBe(before + 1);
      output.dispose();
      tf.engine().endScope();
    });
  });
}
