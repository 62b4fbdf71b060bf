/** The protocols that every layer stands on, against real Keras: see `scripts/fixtures/protocols.py`. */
import * as tf from '@tensorflow/tfjs';
import { Input, Layer, layers, Model, optimizers, type SymbolicTensor, Variable } from '../../src';
import { ready } from '../../src/backend/engine';
import { GraphSession } from '../../src/backend/graph';
import type { Shape } from '../../src/base/errors';
import fixture from '../fixtures/protocols.json';
import { noticesOf } from '../models/compiledSupport';

beforeAll(() => ready());

/** The script's numbers. */
function values(...shape: number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7) % 17) / 17 - 0.5),
    shape,
  );
}

/** Trains as the script does; expects the losses of Keras, compiled. */
async function expectTraining(
  model: Model,
  x: tf.Tensor,
  y: tf.Tensor,
  batchSize: number,
  losses: number[],
): Promise<void> {
  const initial = model.weights.map(({ shape }) => values(...shape));
  for (const runEagerly of [true, false]) {
    model.setWeights(initial);
    model.compile({ optimizer: optimizers.SGD(0.1), loss: 'mse', runEagerly });
    const run = jest.spyOn(GraphSession.prototype, 'run');
    const notices = await noticesOf(async () => {
      // Twelve steps at least, so that compiling pays.
      const { history } = await model.fit(x, y, { batchSize, epochs: 6, shuffle: false, verbose: 0 });
      const actual = history['loss'] as number[];
      losses.forEach((loss, epoch) => {
        expect(actual[epoch]).toBeCloseTo(loss, 5);
      });
    });
    expect(notices).toEqual([]);
    if (!runEagerly) expect(run.mock.calls.length).toBeGreaterThan(0);
    run.mockRestore();
  }
}

/** Holds layers in a record and in nested lists, and a variable in a field. */
class Holding extends Model {
  parts = { wide: layers.Dense(3, { name: 'wide' }), narrow: layers.Dense(2, { name: 'narrow' }) };
  nested = [
    [layers.Dense(2, { name: 'first' })],
    [layers.Dense(2, { name: 'second' }), layers.Dense(1, { name: 'last' })],
  ];
  scale = new Variable(tf.scalar(1.5), { name: 'scale' });

  override call(x: tf.Tensor): tf.Tensor {
    const narrow = this.parts.narrow(this.parts.wide(x)) as tf.Tensor;
    return this.nested
      .flat()
      .reduce((h, layer) => layer(h) as tf.Tensor, narrow)
      .mul(this.scale.value);
  }
}

test('a model that holds layers in a record and nested lists, and a variable', async () => {
  const { weights, losses } = fixture.holding;
  const model = new Holding();
  model(values(1, 4));
  expect(model.trainableWeights.map(({ name, shape }) => [name, shape])).toEqual(weights);
  await expectTraining(model, values(12, 4), values(12, 1), 4, losses);
});

interface AttentionConfig {
  num_heads: number;
  key_dim: number;
  [name: string]: unknown;
}

/** Stands in for Keras's layer of this name: tensors in two places and in a keyword, and nothing computed that matters. */
class MultiHeadAttention extends Layer {
  static override readonly className = 'MultiHeadAttention';
  readonly #config: AttentionConfig;

  constructor(config: AttentionConfig) {
    super({ name: config['name'] as string });
    this.#config = config;
  }

  override call(query: tf.Tensor, value: tf.Tensor, { key }: { key?: tf.Tensor } = {}): tf.Tensor {
    return query.add(value.mean(1, true)).add((key ?? value).max(1, true).mul(2));
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.#config };
  }

  static override fromConfig(config: object): Layer {
    return new MultiHeadAttention(config as AttentionConfig);
  }
}

describe('tensors in the second place and in a keyword of a call', () => {
  const { config } = fixture.attention;
  const load = (): Model => {
    const json = { module: 'keras', class_name: 'Functional', config, registered_name: 'Functional' };
    return layers.deserialize(json, { customObjects: { MultiHeadAttention } }) as Model;
  };

  test('Keras’s JSON is read and written', () => {
    const written = load().getConfig() as unknown as typeof config;
    const nodes = (layers_: typeof config): unknown => layers_.layers.map(({ inbound_nodes }) => inbound_nodes);
    expect(nodes(written)).toEqual(nodes(config));
    expect([written.input_layers, written.output_layers]).toEqual([config.input_layers, config.output_layers]);
  });

  test('each of them counts', async () => {
    const model = load();
    const [q, v, k] = [values(2, 3, 4), values(2, 5, 4), values(2, 5, 4).neg()];
    const expected = q.add(v.mean(1, true)).add(k.max(1, true).mul(2));
    const called = model([q, v, k]) as tf.Tensor;
    expect(Array.from(called.dataSync())).toEqual(Array.from(expected.dataSync()));
    const predicted = (await model.predict([q, v, k], { verbose: 0 })) as tf.Tensor;
    expect(Array.from(predicted.dataSync())).toEqual(Array.from(expected.dataSync()));
  });
});

/** Two outputs of different dtypes: the largest number and its place. */
class Largest extends Layer {
  override call(x: tf.Tensor): tf.Tensor[] {
    return [x.max(-1), x.argMax(-1)];
  }
}

test('a layer of two outputs of different dtypes', async () => {
  const { specs, largest, places } = fixture.twoOutputs;
  const inputs = Input({ shape: [5] });
  const outputs = new Largest()(inputs) as unknown as SymbolicTensor[];
  expect(outputs.map(({ shape, dtype }) => [shape, dtype])).toEqual(specs);
  const model = Model(inputs, outputs);
  const predicted = (await model.predict(values(4, 5), { verbose: 0 })) as tf.Tensor[];
  expect(predicted.map(({ dtype }) => dtype)).toEqual(['float32', 'int32']);
  expect(Array.from((predicted[1] as tf.Tensor).dataSync())).toEqual(places);
  Array.from((predicted[0] as tf.Tensor).dataSync()).forEach((value, i) => {
    expect(value).toBeCloseTo(largest[i] as number, 6);
  });
});

test('a fixed batch size', async () => {
  const { output_shape, losses } = fixture.fixedBatch;
  const inputs = Input({ batchShape: [16, 4] });
  const model = Model(inputs, layers.Dense(2)(inputs));
  expect(model.outputShape).toEqual(output_shape);
  await expectTraining(model, values(64, 4), values(64, 2), 16, losses);
});
