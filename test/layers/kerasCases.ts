/** Compares layers with what Keras's computed: `scripts/fixtures/_layer_cases.py` writes the cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Shape } from '../../src/base/errors';
import { toCamelCase } from '../../src/base/options';
import type { Layer } from '../../src/layers/layer';
import { expectClose, onEachBackend } from '../ops/backends';

interface Numbers {
  shape: number[];
  values: number[];
}

interface Case {
  layer: string;
  options: Record<string, unknown>;
  training: boolean | null;
  dtype: 'float32' | 'int32';
  config: Record<string, unknown>;
  /** Names of all weights, and of those that train. */
  names: string[];
  trainable: string[];
  weights: Numbers[];
  /** The weights after a call in training. */
  after: Numbers[] | null;
  x: Numbers;
  y: Numbers;
  /** The gradients are those of `sum(z * y)`. */
  z: Numbers;
  dx: Numbers | null;
  dw: Numbers[];
}

interface Fixture {
  cases: Case[];
  shapes: { layer: string; options: Record<string, unknown>; input: Shape; output: Shape }[];
}

/** A layer class as these tests use it. */
// biome-ignore lint/suspicious/noExplicitAny: options of every layer
type LayerClass = ((options: any) => Layer) & { fromConfig(config: Record<string, unknown>): Layer };

const tensor = ({ shape, values }: Numbers, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor =>
  tf.tensor(values, shape, dtype);

const camelCase = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));

/** Declares tests of layers against `test/fixtures/<area>.json`. */
export function testAgainstKeras(area: string, classes: Record<string, LayerClass>): void {
  const { cases, shapes } = JSON.parse(
    readFileSync(join(__dirname, '..', 'fixtures', `${area}.json`), 'utf8'),
  ) as Fixture;
  const make = (name: string, options: Record<string, unknown>): Layer =>
    (classes[name] as LayerClass)(camelCase(options));
  const titled = cases.map((c) => {
    const training = c.training === null ? '' : `, training=${c.training}`;
    return [`${c.layer}(${JSON.stringify(c.options)}) of ${JSON.stringify(c.x.shape)}${training}`, c] as const;
  });

  describe('configs are those of Keras', () => {
    test.each(titled)('%s', (_, { layer, options, config }) => {
      expect(make(layer, { name: 'layer', ...options }).getConfig()).toEqual(config);
      expect((classes[layer] as LayerClass).fromConfig(config).getConfig()).toEqual(config);
    });
  });

  test.each(shapes)('output shape of $layer, $options of $input is $output', ({ layer, options, input, output }) => {
    expect(make(layer, options).computeOutputShape(input as never)).toEqual(output);
  });

  onEachBackend(() => {
    test.each(titled)('%s has the values and gradients of Keras', (_, c) => {
      const before = tf.memory().numTensors;
      const layer = make(c.layer, c.options);
      tf.tidy(() => expectKeras(layer, c));
      layer.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

function expectKeras(layer: Layer, c: Case): void {
  const x = tensor(c.x, c.dtype);
  const options = c.training === null ? {} : { training: c.training };
  layer.buildFor(x.shape);
  expect(layer.weights.map(({ name }) => name)).toEqual(c.names);
  expect(layer.trainableWeights.map(({ name }) => name)).toEqual(c.trainable);
  layer.setWeights(c.weights.map((w) => tensor(w)));

  const count = tf.memory().numTensors;
  const y = layer(x, options);
  expect(tf.memory().numTensors).toBe(count + (layer.activityRegularizer ? 2 : 1));
  expectClose(y, tensor(c.y));
  expect(y.dtype).toBe('float32');
  expect(layer.computeOutputShape(x.shape as never)).toEqual(y.shape);
  for (const [i, after] of (c.after ?? []).entries()) {
    expectClose(layer.weights[i]?.value as tf.Tensor, tensor(after));
  }

  const z = tensor(c.z);
  const f = (x: tf.Tensor): tf.Tensor => layer(x, options).mul(z).sum();
  if (c.dx) expectClose(tf.grad(f)(x), tensor(c.dx), 2e-5);
  layer.trainableWeights.forEach((weight, i) => {
    const { grads } = tf.variableGrads(() => f(x) as tf.Scalar, [weight.value]);
    expectClose(Object.values(grads)[0] as tf.Tensor, tensor(c.dw[i] as Numbers), 2e-5);
  });
}
