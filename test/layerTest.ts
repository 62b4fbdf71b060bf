/** What every layer is tested for, against what real Keras computed: `scripts/fixtures/_layer_cases.py` writes the cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { layers, Model, optimizers } from '../src';
import { ready } from '../src/backend/engine';
import type { Shape } from '../src/base/errors';
import { resetNames } from '../src/base/names';
import { toCamelCase } from '../src/base/options';
import type { SerializedObject } from '../src/base/registry';
import { deserialize, Input, type Layer, type SymbolicTensor, serialize } from '../src/layers';
import { onEachBackend } from './ops/backends';

/** A tensor in a fixture. */
interface FixtureArray {
  shape: number[];
  dtype: string;
  values: number[];
}

/** A layer, its inputs and what came out. */
export interface LayerCase {
  title: string;
  /** Class and options, in Keras's names. */
  layer: string;
  options: Record<string, unknown>;
  training: boolean;
  /** Keras's JSON of the built layer. */
  serialized: SerializedObject;
  declared_input_shapes: Shape[];
  declared_output_shape: Shape;
  inputs: FixtureArray[];
  weights: (FixtureArray & { path: string; trainable: boolean })[];
  output: FixtureArray;
  /** Of the next call in training; differs where random numbers are drawn. */
  second_output: FixtureArray | null;
  /** After the two calls in training. */
  weights_after: FixtureArray[] | null;
  cotangent: FixtureArray;
  /** Of sum(output * cotangent); null where there is none, empty for integers. */
  input_gradients: (FixtureArray | null)[];
  weight_gradients: FixtureArray[];
}

interface ShapeCase {
  layer: string;
  options: Record<string, unknown>;
  input: Shape;
  output: Shape;
}

/** The cases in `test/fixtures/<area>.json`. */
export function layerCases(area: string): { cases: LayerCase[]; shapes: ShapeCase[] } {
  const file = join(__dirname, 'fixtures', `${area}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as { cases: LayerCase[]; shapes: ShapeCase[] };
}

/** A layer made as users make it, from its class and options. */
export function construct(name: string, options: Record<string, unknown>): Layer {
  const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
  return (layers[name as 'Dense'] as unknown as (options: object) => Layer)(own);
}

function toTensor({ values, shape, dtype }: FixtureArray): tf.Tensor {
  return tf.tensor(values, shape, dtype === 'float32' ? 'float32' : 'int32');
}

/** Compares shapes, dtypes and values; `null` stands for zeros. */
function expectArray(actual: tf.Tensor, expected: FixtureArray | null, tolerance = 1e-5): void {
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
const GRADIENT_TOLERANCE = 2e-5;

/** The built layer of a case with the case's weights. */
function make({ serialized, weights }: LayerCase): Layer {
  const layer = deserialize(serialized);
  tf.tidy(() => layer.setWeights(weights.map(toTensor)));
  return layer;
}

function testConfig({ layer, options, serialized }: LayerCase): void {
  const { build_config, ...unbuilt } = serialized as SerializedObject & { build_config?: unknown };
  expect(serialize(construct(layer, options))).toEqual(unbuilt);
  expect(serialize(deserialize(unbuilt))).toEqual(unbuilt);
  expect(serialize(deserialize(serialized))).toEqual(serialized);
}

function testShapes(c: LayerCase): void {
  const symbols = c.declared_input_shapes.map((batchShape, i) =>
    Input({ batchShape, dtype: c.inputs[i]?.dtype as 'float32' }),
  );
  const layer = construct(c.layer, c.options);
  const symbolic = layer(argument(symbols)) as SymbolicTensor;
  expect(symbolic.shape).toEqual(c.declared_output_shape);
  const output = layer(argument(c.inputs.map(toTensor)));
  expect(symbolic.dtype).toBe(output.dtype);
  expect(output.shape).toEqual(layer.computeOutputShape(argument(c.inputs.map(({ shape }) => shape)) as never));
  expect(layer.weights.map(({ path, shape, trainable }) => ({ path, shape, trainable }))).toEqual(
    c.weights.map(({ path, shape, trainable }) => ({ path, shape, trainable })),
  );
}

/** Values of a first and a second call, and the weights after them. */
function testValues(c: LayerCase, layer: Layer): void {
  const inputs = argument(c.inputs.map(toTensor));
  expectArray(layer(inputs, { training: c.training }), c.output);
  if (c.second_output) expectArray(layer(inputs, { training: c.training }), c.second_output);
  for (const [i, after] of (c.weights_after ?? []).entries()) {
    expectArray(layer.weights[i]?.value as tf.Tensor, after);
  }
}

function testGradients(c: LayerCase, makeAnew: () => Layer): void {
  const inputs = c.inputs.map(toTensor);
  const loss = (layer: Layer, given: Inputs): tf.Scalar =>
    layer(given, { training: c.training }).mul(toTensor(c.cotangent)).sum() as tf.Scalar;
  if (c.input_gradients.length > 0) {
    const layer = makeAnew();
    const gradients = tf.grads((...xs: tf.Tensor[]) => loss(layer, argument(xs)))(inputs);
    expect(gradients.length).toBe(c.input_gradients.length);
    for (const [i, gradient] of gradients.entries()) {
      expectArray(gradient, c.input_gradients[i] ?? null, GRADIENT_TOLERANCE);
    }
  }
  const layer = makeAnew();
  const variables = layer.trainableWeights.map(({ value }) => value);
  expect(variables.length).toBe(c.weight_gradients.length);
  if (variables.length === 0) return;
  const { grads } = tf.variableGrads(() => loss(layer, argument(inputs)), variables);
  for (const [i, { name }] of variables.entries()) {
    expectArray(grads[name] as tf.Tensor, c.weight_gradients[i] as FixtureArray, GRADIENT_TOLERANCE);
  }
}

/** A call leaves its output and nothing else; a penalty on it takes the place of the last one. */
function testMemory(c: LayerCase, layer: Layer): void {
  const inputs = argument(c.inputs.map(toTensor));
  tf.dispose(layer(inputs, { training: true })); // what is made once, such as the state of a random generator
  const before = tf.memory().numTensors;
  const output = layer(inputs, { training: true });
  expect(tf.memory().numTensors).toBe(before + 1);
  output.dispose();
}

/** The layer alone as a model, trained towards less of the case's cotangent. */
function testTraining(c: LayerCase): void {
  const symbols = c.declared_input_shapes.map((batchShape, i) =>
    Input({ shape: batchShape.slice(1), dtype: c.inputs[i]?.dtype as 'float32' }),
  );
  const layer = make(c);
  const model = Model({ inputs: argument(symbols), outputs: layer(argument(symbols)) as SymbolicTensor });
  model.compile({ optimizer: optimizers.SGD(0.01), loss: 'mse' });
  const inputs = argument(c.inputs.map(toTensor));
  const target = layer(inputs, { training: true }).sub(toTensor(c.cotangent));
  const losses = Array.from({ length: 6 }, () => model.trainOnBatch(inputs, target) as number);
  // The first step may move the weights to where a constraint wants them.
  expect(losses.slice(1)).toEqual([...losses.slice(1)].sort((a, b) => b - a));
  expect(losses.at(-1)).toBeLessThan(losses[1] as number);
}

/** JSON, shapes, values, gradients, memory on each backend, and training. To be called in a test file, once for an area. */
export function layerTest(area: string): void {
  const { cases, shapes } = layerCases(area);
  const titled = (all: readonly LayerCase[]) => all.map((c) => [c.title, c] as const);
  beforeAll(() => ready());
  beforeEach(() => {
    resetNames();
    tf.engine().startScope();
  });
  afterEach(() => tf.engine().endScope());

  test.each(titled(cases))('%s: the same JSON as Keras, in and out', (_, c) => testConfig(c));
  test.each(titled(cases))('%s: shapes declared as in Keras, actual as declared', (_, c) => testShapes(c));
  if (shapes.length > 0) {
    test.each(shapes)('$layer, $options of $input gives $output', ({ layer, options, input, output }) => {
      expect(construct(layer, options).computeOutputShape(input as never)).toEqual(output);
    });
  }

  onEachBackend(() => {
    test.each(titled(cases))('%s: values and gradients as in Keras, and nothing is left', (_, c) => {
      const before = tf.memory().numTensors;
      const made: Layer[] = [];
      const makeAnew = (): Layer => {
        const layer = make(c);
        made.push(layer);
        return layer;
      };
      tf.tidy(() => {
        testValues(c, makeAnew());
        testGradients(c, makeAnew);
        testMemory(c, makeAnew());
      });
      for (const layer of made) layer.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  const trained = titled(cases.filter(({ weight_gradients }) => weight_gradients.length > 0));
  if (trained.length > 0) test.each(trained)('%s: training lowers the loss', (_, c) => testTraining(c));
}
