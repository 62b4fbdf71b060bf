import * as tf from '@tensorflow/tfjs';
import { utils } from '../../src';
import { AlexNet, type AlexNetOptions, LeNet5 } from '../../src/applications';
import type { SymbolicTensor } from '../../src/layers/operation';

beforeEach(() => {
  utils.clearSession();
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

/** Name, shape of the output without the batch, and number of parameters of each layer. */
const rowsOf = (model: ReturnType<typeof LeNet5>): [string, number[], number][] =>
  model.layers.map((layer) => [
    layer.name,
    ((layer.output as SymbolicTensor).shape as number[]).slice(1),
    layer.countParams(),
  ]);

/** Weights of a convolution: a kernel for each filter and input channel, a bias for each filter. */
const conv = (kernel: number, from: number, filters: number): number => (kernel * kernel * from + 1) * filters;
const dense = (from: number, units: number): number => (from + 1) * units;

describe('LeNet5', () => {
  test('32 x 32: sizes and parameters worked by hand', () => {
    const model = LeNet5();
    expect(rowsOf(model)).toEqual([
      ['input_layer', [32, 32, 1], 0],
      ['C1', [28, 28, 6], conv(5, 1, 6)], // 32 - 5 + 1
      ['S2', [14, 14, 6], 0],
      ['C3', [10, 10, 16], conv(5, 6, 16)],
      ['S4', [5, 5, 16], 0],
      ['C5', [1, 1, 120], conv(5, 16, 120)],
      ['flatten', [120], 0],
      ['F6', [84], dense(120, 84)],
      ['predictions', [10], dense(84, 10)],
    ]);
    expect(model.countParams()).toBe(156 + 2416 + 48120 + 10164 + 850);
    expect([model.name, model.countParams()]).toEqual(['lenet5', 61706]);
  });

  test('28 x 28: as many parameters, C1 padded; tanh, averages, softmax', () => {
    const model = LeNet5({ inputShape: [28, 28, 1] });
    expect(rowsOf(model)[1]).toEqual(['C1', [28, 28, 6], 156]);
    expect(model.countParams()).toBe(61706);
    const config = (name: string) => model.layers.find((layer) => layer.name === name)?.getConfig();
    expect(['C1', 'C3', 'C5', 'F6', 'predictions'].map((name) => config(name)?.['activation'])).toEqual([
      'tanh',
      'tanh',
      'tanh',
      'tanh',
      'softmax',
    ]);
    expect(model.layers[2]?.constructor.name).toContain('AveragePooling2D');
    const rows = model(tf.randomUniform([3, 28, 28, 1])) as tf.Tensor;
    expect(rows.shape).toEqual([3, 10]);
    for (const sum of rows.sum(1).dataSync()) expect(sum).toBeCloseTo(1, 5);
  });

  test('other options', () => {
    expect(LeNet5({ includeTop: false, inputShape: [40, 36, 3] }).outputShape).toEqual([null, 3, 2, 120]);
    const logits = LeNet5({ classes: 4, classifierActivation: null, name: 'mine' });
    expect([logits.name, logits.outputShape, logits.layers.at(-1)?.getConfig()['activation']]).toEqual([
      'mine',
      [null, 4],
      'linear',
    ]);
  });

  test('refuses', () => {
    expect(() => LeNet5({ inputShape: [27, 28, 1] })).toThrow(
      'LeNet5: inputShape must be [height, width, channels], from 28 x 28 pixels: smaller pictures shrink to nothing on the way. Received: inputShape=[27, 28, 1].',
    );
    expect(() => LeNet5({ inputShape: [28, 28] as never })).toThrow('Received: inputShape=[28, 28].');
    expect(() => LeNet5({ classes: 0 })).toThrow(
      'LeNet5: classes must be a whole number above 0. Received: classes=0.',
    );
    expect(() => LeNet5({ class: 3 } as never)).toThrow("LeNet5: unknown argument 'class'");
  });
});

describe('AlexNet', () => {
  const top = dense(6 * 6 * 256, 4096) + dense(4096, 4096) + dense(4096, 1000);
  const middle = conv(3, 256, 384);

  test('227 x 227: sizes and parameters worked by hand', () => {
    const model = AlexNet();
    expect(rowsOf(model)).toEqual([
      ['input_layer', [227, 227, 3], 0],
      ['conv1', [55, 55, 96], conv(11, 3, 96)], // (227 - 11) / 4 + 1
      ['pool1', [27, 27, 96], 0], // (55 - 3) / 2 + 1
      ['conv2', [27, 27, 256], conv(5, 96, 256)],
      ['pool2', [13, 13, 256], 0],
      ['conv3', [13, 13, 384], middle],
      ['conv4', [13, 13, 384], conv(3, 384, 384)],
      ['conv5', [13, 13, 256], conv(3, 384, 256)],
      ['pool5', [6, 6, 256], 0],
      ['flatten', [9216], 0],
      ['fc6', [4096], dense(9216, 4096)],
      ['drop6', [4096], 0],
      ['fc7', [4096], dense(4096, 4096)],
      ['drop7', [4096], 0],
      ['predictions', [1000], dense(4096, 1000)],
    ]);
    expect(model.countParams()).toBe(34944 + 614656 + 885120 + 1327488 + 884992 + 37752832 + 16781312 + 4097000);
    expect(model.countParams()).toBe(62378344);
  });

  test('224 x 224: padded to 227; in two groups as in the paper: 60,965,224 parameters', () => {
    const model = AlexNet({ inputShape: [224, 224, 3], groups: 2 });
    expect(rowsOf(model).slice(1, 3)).toEqual([
      ['pad', [227, 227, 3], 0],
      ['conv1', [55, 55, 96], 34944],
    ]);
    const grouped = conv(5, 48, 256) + conv(3, 192, 384) + conv(3, 192, 256);
    expect(model.countParams()).toBe(conv(11, 3, 96) + grouped + middle + top);
    expect(model.countParams()).toBe(60965224);
  });

  test('the smallest pictures, without the top', () => {
    const model = AlexNet({ inputShape: [67, 67, 3], includeTop: false, name: 'features' });
    expect((model(tf.ones([2, 67, 67, 3])) as tf.Tensor).shape).toEqual([2, 1, 1, 256]);
    expect(model.name).toBe('features');
  });

  test.each<[string, AlexNetOptions, string]>([
    [
      'small pictures',
      { inputShape: [66, 67, 3] },
      'AlexNet: inputShape must be [height, width, channels], from 67 x 67 pixels',
    ],
    ['three groups', { groups: 3 as never }, 'AlexNet: groups must be 1 or 2. Received: groups=3.'],
    [
      'half a class',
      { inputShape: [67, 67, 3], classes: 0.5 },
      'AlexNet: classes must be a whole number above 0. Received: classes=0.5.',
    ],
    ['unknown options', { weights: 'imagenet' } as never, "AlexNet: unknown argument 'weights'"],
  ])('refuses %s', (_, options, message) => {
    expect(() => AlexNet(options)).toThrow(message);
  });
});
