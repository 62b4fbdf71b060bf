/** What a layer holds: found in fields, lists, records, Maps and Sets, never stale; what nobody holds is refused. */
import * as tf from '@tensorflow/tfjs';
import { Layer, layers, Model, metrics, random, Sequential, Variable } from '../../src';
import type { CallOptions } from '../../src/layers/layer';

const dense = (units = 2) => layers.Dense(units, { kernelInitializer: 'ones' });

class Parts extends Model {
  parts: Record<string, layers.Dense> = { a: dense(), b: dense() };
  list = [dense(), [dense(), [dense()]]] as const;
  map = new Map([['x', dense()]]);
  set = new Set([dense()]);
  scale = new Variable(2, { name: 'scale' });
  fixed = new Variable(3, { name: 'fixed', trainable: false });
  seeds = { one: random.SeedGenerator(1) };
  counts = { seen: metrics.Sum() };
  override call(x: tf.Tensor) {
    const all = [this.parts['a'], this.parts['b'], this.list[0], this.list[1][0], this.list[1][1][0]];
    const more = [this.map.get('x'), ...this.set];
    return [...all, ...more]
      .reduce((y, layer) => (layer as layers.Dense)(y as tf.Tensor) as tf.Tensor, x)
      .mul(this.scale.value);
  }
}

describe('what a model holds', () => {
  test('in records, nested lists, Maps, Sets and fields', () => {
    const model = new Parts();
    tf.tidy(() => void model(tf.ones([1, 2])));
    expect(model.weights.length).toBe(2 + 7 * 2);
    expect(model.weights.slice(0, 2)).toEqual([model.scale, model.fixed]);
    expect(model.trainableWeights.length).toBe(15);
    expect(model.children.map(({ path }) => path.join('/'))).toEqual([
      ...['parts/a', 'parts/b', 'list/0', 'list/1/0', 'list/1/1/0', 'map/x', 'set/0', 'scale', 'fixed', 'seeds/one'],
      'counts/seen',
    ]);
    model.trainable = false;
    expect([model.trainableWeights.length, model.parts['a']?.trainable]).toEqual([0, false]);
    model.trainable = true;
    expect(model.trainableWeights.length).toBe(15);
    model.dispose();
  });

  test('is trained, compiled, and freed', async () => {
    const before = tf.memory().numTensors;
    const model = new Parts();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const data = [tf.ones([32, 2]), tf.zeros([32, 2])] as const;
    await model.fit(data[0], data[1], { batchSize: 2, verbose: 0 });
    for (const weight of model.trainableWeights.filter(({ name }) => name !== 'bias')) {
      expect(weight.value.dataSync()[0]).not.toBe(weight.name === 'scale' ? 2 : 1);
    }
    model.dispose();
    tf.dispose([...data]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is never stale', () => {
    const built = (): layers.Dense => {
      const layer = dense();
      layer.build([null, 2]);
      return layer;
    };
    class Growing extends Layer {
      list = [built()];
      record: Record<string, Layer> = { a: built() };
      map = new Map<string, Layer>();
      set = new Set<Layer>();
      head: Layer = built();
      inner = Sequential([layers.Input({ shape: [2] }), dense()]);
      override call(x: tf.Tensor) {
        return x;
      }
    }
    const layer = new Growing();
    const grows = (change: () => void, by = 2): void => {
      const before = layer.weights.length;
      change();
      expect(layer.weights.length).toBe(before + by);
    };
    expect(layer.weights.length).toBe(8);
    grows(() => layer.list.push(built()));
    grows(() => Reflect.set(layer.record, 'b', built()));
    grows(() => layer.map.set('x', built()));
    grows(() => layer.set.add(built()));
    grows(() => Reflect.set(layer, 'late', built()));
    grows(() => layer.inner.add(dense()));
    grows(() => void layer.inner.layers[0]?.children, 0);
    const old = layer.head;
    grows(() => Reflect.set(layer, 'head', built()), 0);
    expect(layer.weights).not.toContain(old.weights[0]);
    grows(() => Reflect.set(layer.list, 0, built()), 0);
    grows(() => layer.map.delete('x'), -2);
    grows(() => void layer.list.pop(), -2);
    layer.dispose();
    old.dispose();
  });
});

describe('what nobody holds', () => {
  class Hidden extends Layer {
    #dense = dense();
    override call(x: tf.Tensor) {
      return this.#dense(x);
    }
  }
  class HiddenVariable extends Layer {
    #scale = new Variable(2, { name: 'scale' });
    override call(x: tf.Tensor) {
      return x.mul(this.#scale.value);
    }
  }
  class HiddenSeeds extends Layer {
    #seeds = random.SeedGenerator(1);
    override call(x: tf.Tensor) {
      return x.add(random.uniform([2], { seed: this.#seeds } as never));
    }
  }
  class Made extends Layer {
    override call(x: tf.Tensor, _options: CallOptions) {
      return dense()(x);
    }
  }
  class Stateless extends Layer {
    override call(x: tf.Tensor) {
      return layers.ReLU()(x);
    }
  }

  test.each([
    [
      'a layer in a private field',
      Hidden,
      /Hidden 'hidden\w*': call\(\) uses Dense '\w+', which nobody holds.*this.layer = /,
    ],
    ['a variable', HiddenVariable, /uses the variable 'scale'/],
    ['a seed generator', HiddenSeeds, /uses the variable 'seed_generator\w*\/seed_generator_state'/],
    ['a layer made in call', Made, /uses Dense '\w+', which nobody holds/],
  ])('%s is refused', (_, cls, message) => {
    const x = tf.ones([1, 2]);
    const layer = new cls();
    expect(() => layer(x)).toThrow(message);
    const outer = Sequential([new cls()]);
    expect(() => outer(x)).toThrow(message);
    x.dispose();
  });

  test('a layer without state may be made in call, and the global seeds may be used', () => {
    const y = tf.tidy(() => new Stateless()(tf.tensor([[-1, 2]])).dataSync());
    expect([...y]).toEqual([0, 2]);
  });

  test('a layer that another one of the model holds may be used', () => {
    class User extends Layer {
      readonly #shared: Layer;
      constructor(shared: Layer) {
        super();
        this.#shared = shared;
      }
      override call(x: tf.Tensor) {
        return this.#shared(x) as tf.Tensor;
      }
    }
    const shared = dense();
    const model = Sequential([shared, new User(shared)]);
    expect(tf.tidy(() => [...model(tf.ones([1, 2])).dataSync()])).toEqual([4, 4]);
    model.dispose();
  });
});
