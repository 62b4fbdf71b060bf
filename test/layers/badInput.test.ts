import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { resetNames } from '../../src/base/names';
import * as layers from '../../src/layers';

const { Input } = layers;

beforeAll(() => ready());
beforeEach(() => {
  resetNames();
  tf.engine().startScope();
});
afterEach(() => tf.engine().endScope());

const zeros = (...shape: number[]): tf.Tensor => tf.zeros(shape);

/** [what is done, the error] */
const CASES: [() => unknown, string][] = [
  [
    () => Input({} as never),
    'ValueError: Input: expected a shape, as in Input({ shape: [28, 28, 1] }). Received: shape=null, batchSize=null, batchShape=null.',
  ],
  [
    () => Input({ shape: 28 as never }),
    'ValueError: Input: shape must be a list of sizes, as in Input({ shape: [28] }). Received: shape=28.',
  ],
  [
    () => Input({ batchShape: 28 as never }),
    'ValueError: Input: batchShape must be a list of sizes, as in Input({ batchShape: [null, 28] }). Received: batchShape=28.',
  ],
  [
    () => Input({ shape: [28, -1] }),
    'ValueError: Input: expected sizes that are whole numbers of at least 0, or null. Received: shape=[28, -1], batchSize=null, batchShape=null.',
  ],
  [
    () => Input({ shape: [1], batchShape: [2, 1] }),
    'ValueError: Input: expected batchShape alone, or shape and batchSize. Received: shape=[1], batchSize=null, batchShape=[2, 1].',
  ],
  [
    () => Input({ shape: [1], sparse: true }),
    'ValueError: Input: sparse tensors do not exist in TensorFlow.js. Received: sparse=true. Use a dense input.',
  ],
  [
    () => Input({ shape: [1], dtype: 'string' as never }),
    "ValueError: InputLayer: dtype must be one of float32, float16, bfloat16, float64, int32, int64, int16, int8, uint8, uint16, uint32, bool, mixed_float16, mixed_bfloat16. Received: 'string'.",
  ],
  [
    () => Input({ shap: [1] } as never),
    "TypeError: Input: unknown argument 'shap'. Received: shap=[1]. Did you mean 'shape'?",
  ],
  [
    () => layers.Flatten({ dataFormat: 'last' as never }),
    "ValueError: Flatten: dataFormat must be 'channels_last' or 'channels_first'. Received: dataFormat='last'.",
  ],
  [
    () => layers.Flatten()(tf.scalar(1)),
    "ValueError: Flatten 'flatten': expected ndim of at least 1, found 0. Received: an input of shape (). If the batch axis is missing, add it: expandDims(0).",
  ],
  [
    () => layers.Reshape([-1, -1]),
    'ValueError: Reshape: targetShape must be a list of whole numbers of at least 0, at most one of them -1. Received: targetShape=[-1, -1].',
  ],
  [
    () => layers.Reshape([1.5]),
    'ValueError: Reshape: targetShape must be a list of whole numbers of at least 0, at most one of them -1. Received: targetShape=[1.5].',
  ],
  [
    () => layers.Reshape(3 as never),
    'ValueError: Reshape: targetShape must be a list of whole numbers of at least 0, at most one of them -1. Received: targetShape=3.',
  ],
  [
    () => layers.Reshape([5])(zeros(2, 3, 4)),
    "ValueError: Reshape 'reshape': the number of values must stay the same. Received: an input of shape (2, 3, 4) (12 values in each example), targetShape=(5,).",
  ],
  [
    () => layers.Reshape([5, -1])(Input([3, 4])),
    "ValueError: Reshape 'reshape': the number of values must stay the same. Received: an input of shape (None, 3, 4) (12 values in each example), targetShape=(5, -1).",
  ],
  [
    () => layers.Reshape({} as never),
    "TypeError: Reshape: missing required argument 'targetShape'. Give it, as in Reshape({ targetShape: ... }).",
  ],
  [
    () => layers.Permute([0, 1]),
    'ValueError: Permute: dims must hold each of 1, 2, ... once, as in Permute([2, 1]). Received: dims=[0, 1].',
  ],
  [
    () => layers.Permute([1, 1]),
    'ValueError: Permute: dims must hold each of 1, 2, ... once, as in Permute([2, 1]). Received: dims=[1, 1].',
  ],
  [
    () => layers.Permute([2, 1])(zeros(2, 3)),
    "ValueError: Permute 'permute': expected ndim=3, found ndim=2. Received: an input of shape (2, 3). If the batch axis is missing, add it: expandDims(0).",
  ],
  [() => layers.RepeatVector(1.5), 'TypeError: RepeatVector: n must be a positive integer. Received: n=1.5.'],
  [() => layers.RepeatVector(0), 'ValueError: RepeatVector: n must be a positive integer. Received: n=0.'],
  [
    () => layers.RepeatVector(2)(zeros(2, 3, 4)),
    "ValueError: RepeatVector 'repeat_vector': expected ndim=2, found ndim=3. Received: an input of shape (2, 3, 4).",
  ],
  [
    () => layers.ZeroPadding2D(-1),
    'ValueError: ZeroPadding2D: padding must be a whole number of at least 0, a pair of them, or a pair of pairs. Received: padding=-1.',
  ],
  [
    () => layers.ZeroPadding2D([1, 2, 3] as never),
    'ValueError: ZeroPadding2D: padding must be a whole number of at least 0, a pair of them, or a pair of pairs. Received: padding=[1, 2, 3].',
  ],
  [
    () => layers.Cropping2D([[1, 0.5], 0]),
    'ValueError: Cropping2D: cropping must be a whole number of at least 0, a pair of them, or a pair of pairs. Received: cropping=[[1, 0.5], 0].',
  ],
  [
    () => layers.Cropping2D(2)(zeros(1, 4, 8, 1)),
    "ValueError: Cropping2D 'cropping2d': cropping must be smaller than the image. Received: cropping=[[2, 2], [2, 2]], an input of shape (1, 4, 8, 1).",
  ],
  [
    () => layers.UpSampling2D(0),
    'ValueError: UpSampling2D: size must be a positive integer or a pair of them. Received: size=0.',
  ],
  [
    () => layers.UpSampling2D({ interpolation: 'bilinear' as never }),
    "ValueError: UpSampling2D: interpolation must be 'nearest'. Received: interpolation='bilinear'.",
  ],
  [
    () => layers.Add()(zeros(2, 3)),
    "ValueError: Add 'add': expected a list of inputs, as in Add()([a, b]). Received: inputs of shape [2, 3].",
  ],
  [
    () => layers.Add()([zeros(2, 3), zeros(2, 4)]),
    "ValueError: Add 'add': expected inputs of matching shapes. Received: (2, 3) and (2, 4).",
  ],
  [
    () => layers.Add()([zeros(2, 3), zeros(1, 3)]),
    "ValueError: Add 'add': expected inputs of one batch size. Received: (2, 3) and (1, 3).",
  ],
  [
    () => layers.Add()([Input([3]), Input([4])]),
    "ValueError: Add 'add': expected inputs of matching shapes. Received: (None, 3) and (None, 4).",
  ],
  [
    () => layers.Subtract()([zeros(2, 3), zeros(2, 3), zeros(2, 3)]),
    "ValueError: Subtract 'subtract': expected exactly 2 inputs. Received: 3.",
  ],
  [() => layers.Concatenate(0.5), 'ValueError: Concatenate: axis must be a whole number. Received: axis=0.5.'],
  [
    () => layers.Concatenate()(zeros(2, 3)),
    "ValueError: Concatenate 'concatenate': expected a list of inputs, as in Concatenate()([a, b]). Received: inputs of shape [2, 3].",
  ],
  [
    () => layers.Concatenate()([zeros(2, 3), zeros(3, 3)]),
    "ValueError: Concatenate 'concatenate': expected inputs of the same shape except on axis -1. Received: inputs of shape (2, 3) and (3, 3).",
  ],
  [
    () => layers.Concatenate()([zeros(2, 3), zeros(2, 3, 1)]),
    "ValueError: Concatenate 'concatenate': expected inputs of the same shape except on axis -1. Received: inputs of shape (2, 3) and (2, 3, 1).",
  ],
  [
    () => layers.Concatenate(2)([zeros(2, 3), zeros(2, 3)]),
    "ValueError: Concatenate 'concatenate': expected inputs that have an axis 2. Received: inputs of shape (2, 3) and (2, 3).",
  ],
  [() => layers.Dropout(1.5), 'ValueError: Dropout: rate must be a number from 0 to 1. Received: rate=1.5.'],
  [
    () => layers.Dropout('0.5' as never),
    "ValueError: Dropout: rate must be a number from 0 to 1. Received: rate='0.5'.",
  ],
  [
    () => layers.Dropout(0.5, { noiseShape: [null, 0] }),
    'ValueError: Dropout: noiseShape must be a list of sizes above 0, null for those of the input, or null. Received: noiseShape=[null, 0].',
  ],
  [
    () => layers.Dropout(0.5, { noiseShape: [null, 1, 1] })(zeros(2, 3), { training: true }),
    "ValueError: Dropout 'dropout': noiseShape must have an axis for each of the input's. Received: noiseShape=[null, 1, 1], a tensor of shape (2, 3) and dtype float32.",
  ],
  [
    () => layers.Dropout(0.5, { seed: 1.5 }),
    'ValueError: Dropout: seed must be a whole number or null. Received: seed=1.5.',
  ],
  [
    () => layers.SpatialDropout2D(0.5)(zeros(2, 3)),
    "ValueError: SpatialDropout2D 'spatial_dropout2d': expected ndim=4, found ndim=2. Received: an input of shape (2, 3).",
  ],
  [
    () => layers.GaussianNoise(-1),
    'ValueError: GaussianNoise: stddev must be a number from 0 to 1. Received: stddev=-1.',
  ],
  [
    () => layers.Activation('rellu' as never),
    "ValueError: activations.get: unknown activation. Received: 'rellu'. Did you mean 'relu'?",
  ],
  [
    () => layers.ReLU({ maxValue: -1 }),
    'ValueError: ReLU: maxValue must be a number of at least 0 or null. Received: maxValue=-1.',
  ],
  [
    () => layers.ReLU({ negativeSlope: null as never }),
    'ValueError: ReLU: negativeSlope must be a number of at least 0. Received: negativeSlope=null.',
  ],
  [
    () => layers.LeakyReLU(-0.1),
    'ValueError: LeakyReLU: negativeSlope must be a number of at least 0. Received: negativeSlope=-0.1.',
  ],
  [() => layers.ELU(Number.NaN), 'ValueError: ELU: alpha must be a finite number. Received: alpha=NaN.'],
  [
    () => layers.Softmax(0.5),
    'ValueError: Softmax: axis must be a whole number or a list of them or null. Received: axis=0.5.',
  ],
  [
    () => layers.PReLU({ sharedAxes: [0] }),
    'ValueError: PReLU: sharedAxes must be axes counted from 1. Received: sharedAxes=[0].',
  ],
  [
    () => layers.PReLU({ sharedAxes: [3] })(zeros(2, 3, 4)),
    "ValueError: PReLU 'p_re_lu': there is no axis 3. Received: input (2, 3, 4).",
  ],
  [
    () => layers.PReLU()(Input([null, 3])),
    "ValueError: PReLU 'p_re_lu': the shape of weight 'alpha' must be known. Received: (None, 3).",
  ],
  [
    () => layers.Rescaling(Number.NaN),
    'ValueError: Rescaling: scale must be a finite number or a list of them. Received: scale=NaN.',
  ],
  [
    () => layers.Rescaling('1' as never),
    "ValueError: Rescaling: scale must be a finite number or a list of them. Received: scale='1'.",
  ],
  [
    () => layers.Rescaling({ scal: 1 } as never),
    "TypeError: Rescaling: unknown argument 'scal'. Received: scal=1. Did you mean 'scale'?",
  ],
  [
    () => layers.Identity({ nam: 'x' } as never),
    "TypeError: Identity: unknown argument 'nam'. Received: nam='x'. Did you mean 'name'?",
  ],
  [
    () => layers.Add({ nam: 'x' } as never),
    "TypeError: Add: unknown argument 'nam'. Received: nam='x'. Did you mean 'name'?",
  ],
  [
    () => layers.deserialize({ class_name: 'Flaten', config: {} }),
    "ValueError: deserialize: unknown class of keras.layers. Received: 'Flaten'. Did you mean 'Flatten'?",
  ],
  [
    () => layers.deserialize('Flatten'),
    "ValueError: deserialize: expected an object { module, class_name, config, registered_name }. Received: 'Flatten'.",
  ],
  [
    () => layers.deserialize({ module: 'keras.initializers', class_name: 'Zeros', config: {} }),
    "ValueError: layers.deserialize: expected the JSON of a layer. Received: {module: 'keras.initializers', class_name: 'Zeros', config: {}}.",
  ],
  [() => layers.serialize({} as never), 'TypeError: layers.serialize: expected a layer. Received: {}.'],
];

test.each(CASES.map(([act, message]) => [message, act] as const))('%s', (message, act) => {
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  expect(String(error)).toBe(message);
});

test('a layer refused at its first call is as it was, and serves the next', () => {
  const layer = layers.Add();
  const [a, b, c] = [zeros(2, 3), zeros(2, 4), tf.ones([2, 3])];
  const before = tf.memory().numTensors;
  expect(() => layer([a, b])).toThrow('expected inputs of matching shapes');
  expect(() => layer([Input([3]), Input([4])])).toThrow('expected inputs of matching shapes');
  expect([layer.built, layer.builtShape, layer.inboundNodes.length]).toEqual([false, undefined, 0]);
  expect(tf.memory().numTensors).toBe(before);
  expect(layer([a, c]).arraySync()).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  expect(() => layer([a, b])).toThrow('expected inputs of matching shapes');
});
