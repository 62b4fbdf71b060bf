/** Classes of a user whose config does not make the same object again are refused when they are written, as in Keras. */
import * as tf from '@tensorflow/tfjs';
import { Layer, Loss, layers, losses, Sequential, saving, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import { autoName, resetNames } from '../../src/base/names';
import type { Config } from '../../src/base/registry';

beforeAll(() => ready());

class Same extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x;
  }
}

/** Takes its argument by position, and says nothing of it. */
class ByPosition extends Same {
  constructor(
    readonly factor: number,
    options: layers.LayerOptions = {},
  ) {
    super(options);
  }
}

/** Takes its argument in the options, and says nothing of it. */
class Silent extends Same {
  readonly factor: number;
  calls = 0;

  constructor({ factor = 1, ...options }: layers.LayerOptions & { factor?: number } = {}) {
    super(options);
    this.factor = factor;
  }

  override call(x: tf.Tensor): tf.Tensor {
    this.calls++;
    return x;
  }
}

/** Says what it takes. */
class Told extends Silent {
  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor };
  }
}

/** Says it, but is made otherwise. */
class Half extends ByPosition {
  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor };
  }
}

class Whole extends Half {
  static override fromConfig({ factor, ...options }: Config): Whole {
    return new Whole(factor as number, options as layers.LayerOptions);
  }
}

test.each([
  [
    'by position',
    () => new ByPosition(2),
    /ByPosition: the config does not make the same object again: 'factor' is 2 here, and \{/,
  ],
  ['in the options', () => new Silent({ factor: 2 }), /Silent: .*'factor' is 2 here, and 1 in what is made from it/],
  ['without fromConfig', () => new Half(2), /Half: .*'factor' is 2 here/],
] as const)('an argument that is lost: %s', (_, make, message) => {
  const layer = make();
  expect(() => layers.serialize(layer)).toThrow(message);
  expect(() => saving.serializeKerasObject(layer)).toThrow(message);
  expect(() => Sequential([layers.Input([2]), make()]).getConfig()).toThrow(message);
  expect(() => layers.serialize(layer)).toThrow('Override getConfig()');
});

test.each([
  ['the default', () => new Silent()],
  ['no arguments', () => new Same()],
  ['all said', () => new Told({ factor: 2 })],
  ['getConfig and fromConfig', () => new Whole(2)],
])('what is made again is written: %s', (_, make) => {
  const layer = make();
  layer.__call__(tf.zeros([1])); // state that changes is no argument
  const json = layers.serialize(layer);
  expect(json.class_name).toBe(layer.className);
  const again = layers.deserialize(json, { customObjects: { [layer.className]: layer.constructor as never } });
  expect(Reflect.get(again, 'factor')).toBe(Reflect.get(layer, 'factor'));
});

test('a loss', () => {
  class Scaled extends Loss {
    constructor(readonly scale: number) {
      super();
    }
    call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
      return yTrue.sub(yPred).abs().mean(-1).mul(this.scale);
    }
  }
  expect(() => losses.serialize(new Scaled(3))).toThrow(/Scaled: the config does not make the same object again/);
});

test('making one on trial leaves nothing: no name, no seed, no tensor', () => {
  class Drops extends Same {
    readonly dropout = layers.Dropout(0.5);
    readonly scale = 1;
    constructor(
      readonly rate = 0.5,
      options: layers.LayerOptions = {},
    ) {
      super(options);
    }
    static override fromConfig({ rate, ...options }: Config): Drops {
      return new Drops(rate as number, options as layers.LayerOptions);
    }
    override getConfig(): Config {
      return { ...super.getConfig(), rate: this.rate };
    }
  }
  const next = (serialized: boolean): unknown => {
    resetNames();
    utils.setRandomSeed(1);
    const layer = new Drops();
    const before = tf.memory().numTensors;
    if (serialized) layers.serialize(layer);
    expect(tf.memory().numTensors).toBe(before);
    return [autoName('dropout'), layers.Dropout(0.5).seedGenerator?.getConfig()];
  };
  expect(next(true)).toEqual(next(false));
});
