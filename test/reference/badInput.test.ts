import * as reference from 'keras-ts/reference';
import { images } from './support';

const {
  averagePool2d,
  conv1d,
  conv2d,
  conv2dGradInput,
  conv2dGradKernel,
  conv2dTranspose,
  convolve1d,
  convolve2d,
  coverage,
  depthwiseConv2d,
  dilateKernel,
  maxPool2d,
  outputSize,
  parameterCount,
  receptiveField,
} = reference;

// biome-ignore lint/suspicious/noExplicitAny: what a JavaScript caller may pass
const any = (value: unknown): any => value;

const x = images(1, [1, 5, 5, 4]);
const kernel = images(2, [3, 3, 4, 6]);
const dy = images(3, [1, 3, 3, 6]);
const step = [1, 2, 3];
const picture = [
  [1, 2, 3],
  [4, 5, 6],
];

const refused: Record<string, [() => unknown, string]> = {
  'a vector for an image': [
    () => convolve2d(any(step), picture),
    'convolve2d: x must be a nested array of numbers of shape (height, width). Received: x of shape (3,). ' +
      'Add a level of brackets.',
  ],
  'an image for a batch': [
    () => conv2d(any(picture), kernel),
    'conv2d: x must be a nested array of numbers of shape (batch, height, width, channels). ' +
      'Received: x of shape (2, 3). Add a level of brackets.',
  ],
  'a batch for an image': [
    () => convolve2d(any(x), picture),
    'convolve2d: x must be a nested array of numbers of shape (height, width). ' +
      'Received: x of shape (1, 5, 5, 4). Take a level of brackets away.',
  ],
  'no array': [
    () => convolve1d(any('0011'), step),
    "convolve1d: x must be a nested array of numbers of shape (length). Received: x='0011'.",
  ],
  nothing: [
    () => conv1d(any(undefined), any(undefined)),
    'conv1d: x must be a nested array of numbers of shape (batch, steps, channels). Received: x=undefined.',
  ],
  'an empty array': [() => convolve1d([], step), 'convolve1d: x must not be empty. Received: x of shape (0,).'],
  'empty rows': [() => convolve2d([[]], picture), 'convolve2d: x must not be empty. Received: x of shape (1, 0).'],
  'a ragged image': [
    () => convolve2d([[1, 2], [3]], [[1]]),
    'convolve2d: x[1] must be an array of length 2, as its neighbours are. Received: x[1] of length 1.',
  ],
  'a row that is none': [
    () => maxPool2d(any([[1, 2], 3])),
    'maxPool2d: x[1] must be an array of length 2, as its neighbours are. Received: x[1]=3.',
  ],
  'too deep in one place': [
    () => convolve2d(any([[1, [2]]]), [[1]]),
    'convolve2d: x[0][1] must be a number. Received: x[0][1]=[2].',
  ],
  'text among numbers': [
    () => convolve2d(any([[1, '2']]), [[1]]),
    "convolve2d: x[0][1] must be a number. Received: x[0][1]='2'.",
  ],
  'a missing number': [
    () => convolve1d(any([1, null]), [1]),
    'convolve1d: x[1] must be a number. Received: x[1]=null.',
  ],
  'a hole': [
    // biome-ignore lint/suspicious/noSparseArray: on purpose
    () => convolve1d(any([1, , 3]), [1]),
    'convolve1d: x[1] must be a number. Received: x[1]=undefined.',
  ],
  'a kernel larger than the signal': [
    () => convolve1d([1, 2], step),
    'convolve1d: the kernel must not be larger than the padded input. ' +
      "Received: kernel size 3, padded input size 2. Use a smaller kernel or dilation, or padding: 'same'.",
  ],
  'a dilated kernel larger than the image': [
    () =>
      conv2d(x, kernel, {
        dilationRate: 3,
        padding: [
          [0, 1],
          [9, 9],
        ],
      }),
    'conv2d: the kernel must not be larger than the padded input. Received: kernel size 3 (reaching over 7 at dilation 3), ' +
      "padded input size 6. Use a smaller kernel or dilation, or padding: 'same'.",
  ],
  'windows larger than the image': [
    () => averagePool2d(picture, { poolSize: 3 }),
    'averagePool2d: the kernel must not be larger than the padded input. ' +
      "Received: kernel size 3, padded input size 2. Use a smaller kernel or dilation, or padding: 'same'.",
  ],
  'no size left': [
    () => outputSize({ input: 2, kernel: 3 }),
    'outputSize: the kernel must not be larger than the padded input. ' +
      "Received: kernel size 3, padded input size 2. Use a smaller kernel or dilation, or padding: 'same'.",
  ],
  'stride 0': [
    () => conv2d(x, kernel, { strides: [0, 1] }),
    'conv2d: strides must be a positive integer or a pair of them. Received: strides=[0, 1].',
  ],
  'half a stride': [
    () => conv1d([[[1]]], [[[1]]], { strides: 0.5 }),
    'conv1d: strides must be a positive integer. Received: strides=0.5.',
  ],
  'three dilations': [
    () => depthwiseConv2d(x, kernel, { dilationRate: any([1, 1, 1]) }),
    'depthwiseConv2d: dilationRate must be a positive integer or a pair of them. Received: dilationRate=[1, 1, 1].',
  ],
  'a dilation that is no number': [
    () => convolve2d(picture, [[1]], { dilationRate: Number.NaN }),
    'convolve2d: dilationRate must be a positive integer or a pair of them. Received: dilationRate=NaN.',
  ],
  'negative padding': [
    () => conv2d(x, kernel, { padding: -1 }),
    "conv2d: padding must be 'valid', 'same', an integer >= 0, [rows, columns] or [[top, bottom], [left, right]]. " +
      'Received: padding=-1.',
  ],
  'padding of half a pair': [
    () => convolve2d(picture, [[1]], { padding: any([[1], 1]) }),
    "convolve2d: padding must be 'valid', 'same', an integer >= 0, [rows, columns] or [[top, bottom], [left, right]]. " +
      'Received: padding=[[1], 1].',
  ],
  'padding in capitals': [
    () => conv1d([[[1]]], [[[1]]], { padding: any('SAME') }),
    "conv1d: padding must be 'valid', 'same', 'causal', an integer >= 0 or [before, after]. Received: padding='SAME'.",
  ],
  'causal in two dimensions': [
    () => conv2d(x, kernel, { padding: any('causal') }),
    "conv2d: padding must be 'valid', 'same', an integer >= 0, [rows, columns] or [[top, bottom], [left, right]]. " +
      "Received: padding='causal'.",
  ],
  'padding as large as the window': [
    () => maxPool2d(picture, { poolSize: 2, padding: [0, 2] }),
    'maxPool2d: padding must be smaller than poolSize, or a window would see no pixel. ' +
      'Received: padding=[0, 2], poolSize=[2, 2].',
  ],
  'padding as large as the window before it only': [
    () =>
      averagePool2d(picture, {
        poolSize: 2,
        padding: [
          [2, 0],
          [0, 0],
        ],
      }),
    'averagePool2d: padding must be smaller than poolSize, or a window would see no pixel. ' +
      'Received: padding=[[2, 0], [0, 0]], poolSize=[2, 2].',
  ],
  'padding as large as the window after it only': [
    () =>
      averagePool2d(picture, {
        poolSize: 2,
        padding: [
          [0, 2],
          [0, 0],
        ],
      }),
    'averagePool2d: padding must be smaller than poolSize, or a window would see no pixel. ' +
      'Received: padding=[[0, 2], [0, 0]], poolSize=[2, 2].',
  ],
  'groups that do not divide the channels': [
    () => conv2d(x, kernel, { groups: 3 }),
    'conv2d: groups must divide both the channels and the filters. Received: groups=3, channels=4, filters=6.',
  ],
  'groups that do not divide the filters': [
    () => conv2d(x, images(2, [3, 3, 1, 6]), { groups: 4 }),
    'conv2d: groups must divide both the channels and the filters. Received: groups=4, channels=4, filters=6.',
  ],
  'wrong channels': [
    () => conv2d(x, kernel, { groups: 2 }),
    'conv2d: kernel must have channels / groups = 2 input channels. Received: a kernel of 4, channels=4, groups=2.',
  ],
  'wrong channels in one dimension': [
    () => conv1d([[[1, 2]]], [[[1]]]),
    'conv1d: kernel must have channels / groups = 2 input channels. Received: a kernel of 1, channels=2, groups=1.',
  ],
  'wrong depthwise channels': [
    () => depthwiseConv2d(x, images(2, [3, 3, 1, 1])),
    'depthwiseConv2d: kernel must have 4 channels, as x has. Received: a kernel of 1 channels.',
  ],
  'wrong transposed channels': [
    () => conv2dTranspose(x, kernel),
    'conv2dTranspose: kernel must have 4 channels, as x has, in its last axis. Received: a kernel of 6.',
  ],
  'transposed groups': [
    () => conv2dTranspose(x, images(2, [1, 1, 1, 4]), { groups: 3 }),
    'conv2dTranspose: groups must divide the channels. Received: groups=3, channels=4.',
  ],
  'output padding too large': [
    () => conv2dTranspose(x, images(2, [1, 1, 1, 4]), { strides: 2, outputPadding: [1, 2] }),
    'conv2dTranspose: outputPadding must be smaller than the strides. Received: outputPadding=[1, 2], strides=[2, 2].',
  ],
  'output padding that loses a row': [
    () => conv2dTranspose(x, images(2, [2, 2, 1, 4]), { strides: 2, padding: 'same', outputPadding: 0 }),
    'conv2dTranspose: conv2d must bring the output (8, 8) back to the input (5, 5). Received: outputPadding=0. ' +
      'Change outputPadding.',
  ],
  'padding that leaves nothing': [
    () => conv2dTranspose([[[[1]]]], [[[[1]]]], { padding: 1 }),
    'conv2dTranspose: padding must leave some output. Received: padding=[1, 1] where the output has 1 without it.',
  ],
  'a short bias': [
    () => conv2d(x, kernel, { bias: [1] }),
    'conv2d: bias must be an array of 6 numbers, one per filter. Received: bias=[1].',
  ],
  'a gradient of the wrong shape': [
    () => conv2dGradInput(dy, kernel, [1, 6, 5, 4]),
    "conv2dGradInput: dy must have the shape of conv2d's output, (1, 4, 3, 6). Received: dy of shape (1, 3, 3, 6).",
  ],
  'a gradient for another stride': [
    () => conv2dGradKernel(x, dy, [3, 3, 4, 6], { strides: 2 }),
    "conv2dGradKernel: dy must have the shape of conv2d's output, (1, 2, 2, 6). Received: dy of shape (1, 3, 3, 6).",
  ],
  'a kernel shape that is none': [
    () => conv2dGradKernel(x, dy, any([3, 3, 4])),
    'conv2dGradKernel: kernelShape must be 4 positive integers ' +
      '(kernel height, kernel width, channels / groups, filters). Received: kernelShape=[3, 3, 4].',
  ],
  'an input shape with a 0': [
    () => conv2dGradInput(dy, kernel, [1, 0, 5, 4]),
    'conv2dGradInput: inputShape must be 4 positive integers (batch, height, width, channels). ' +
      'Received: inputShape=[1, 0, 5, 4].',
  ],
  "a layer's option in a gradient": [
    () => conv2dGradInput(dy, kernel, [1, 5, 5, 4], any({ group: 2 })),
    'conv2dGradInput: the keys of options are strides, padding, dilationRate, groups. Received: group=2. ' +
      "Did you mean 'groups'?",
  ],
  'a misspelled option': [
    () => conv2d(x, kernel, any({ stride: 2 })),
    'conv2d: the keys of options are strides, padding, dilationRate, groups, bias. Received: stride=2. ' +
      "Did you mean 'strides'?",
  ],
  "Python's name of an option": [
    () => conv1d([[[1]]], [[[1]]], any({ dilation_rate: 2 })),
    'conv1d: the keys of options are strides, padding, dilationRate, groups, bias. Received: dilation_rate=2. ' +
      "Did you mean 'dilationRate'?",
  ],
  'an option in capitals': [
    () => maxPool2d(picture, any({ POOL: 2 })),
    "maxPool2d: the keys of options are poolSize, strides, padding. Received: POOL=2. Did you mean 'poolSize'?",
  ],
  'the wrong name of a size': [
    () => outputSize(any({ input: 3, kernel: 1, strides: 1 })),
    'outputSize: the keys of options are input, kernel, stride, padding, dilation. Received: strides=1. ' +
      "Did you mean 'stride'?",
  ],
  'options that are none': [
    () => averagePool2d(picture, any(2)),
    'averagePool2d: options must be an object with keys among poolSize, strides, padding. Received: options=2.',
  ],
  'a flip that is none': [
    () => convolve1d(step, [1], { flip: any('yes') }),
    "convolve1d: flip must be true or false. Received: flip='yes'.",
  ],
  'a missing size': [
    () => coverage(any({ input: 5 })),
    'coverage: kernel must be a positive integer or a pair of them. Received: kernel=undefined.',
  ],
  'a rate of 0': [() => dilateKernel([1, 2], 0), 'dilateKernel: rate must be a positive integer. Received: rate=0.'],
  'a ragged kernel': [
    () => dilateKernel([[1, 2], [3]], 2),
    'dilateKernel: kernel[1] must be an array of length 2, as its neighbours are. Received: kernel[1] of length 1.',
  ],
  'a stack that is none': [
    () => receptiveField(any({ kernel: 3 })),
    'receptiveField: stack must be a list of layers. Received: stack={kernel}.',
  ],
  'a misspelled layer': [
    () => receptiveField([{ kernel: 3 }, any({ kernel: 3, strides: 2 })]),
    'receptiveField: the keys of stack[1] are kernel, stride, dilation, inputChannels, outputChannels, groups, bias. ' +
      "Received: strides=2. Did you mean 'stride'?",
  ],
  'channels that do not follow': [
    () =>
      parameterCount([
        { kernel: 3, outputChannels: 8 },
        { kernel: 3, inputChannels: 4 },
      ]),
    'parameterCount: inputChannels must be 8, the outputChannels of the layer before. Received: inputChannels=4.',
  ],
  'groups of a layer': [
    () => parameterCount([{ kernel: 3, inputChannels: 4, outputChannels: 3, groups: 2 }]),
    'parameterCount: groups must divide inputChannels and outputChannels. ' +
      'Received: groups=2, inputChannels=4, outputChannels=3.',
  ],
};

describe('bad input is refused', () => {
  test.each(Object.entries(refused))('%s', (_, [call, message]) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'ValueError', message });
  });
});

test('NaN and infinity are numbers', () => {
  expect(convolve1d([1, Number.NaN, 3, Number.POSITIVE_INFINITY], [2])).toEqual([
    2,
    Number.NaN,
    6,
    Number.POSITIVE_INFINITY,
  ]);
});

test('nothing that is passed in is changed', () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  const options = freeze({
    strides: [1, 2],
    padding: [
      [1, 0],
      [0, 1],
    ],
    dilationRate: [1, 1],
  } as const);
  const frozen = { x: freeze(images(1, [1, 5, 5, 4])), kernel: freeze(images(2, [3, 3, 4, 6])) };
  const y = freeze(conv2d(frozen.x, frozen.kernel, options));
  conv2dGradInput(y, frozen.kernel, freeze([1, 5, 5, 4] as const), options);
  conv2dGradKernel(frozen.x, y, freeze([3, 3, 4, 6] as const), options);
  conv2dTranspose(freeze(images(1, [1, 2, 2, 6])), frozen.kernel, options);
  depthwiseConv2d(frozen.x, frozen.kernel, options);
  maxPool2d(frozen.x, freeze({ poolSize: [2, 2], padding: 'same' } as const));
  averagePool2d(frozen.x, freeze({ poolSize: [2, 2], padding: 'same' } as const));
  convolve2d(
    freeze([
      [1, 2],
      [3, 4],
    ]),
    freeze([[1]]),
    options,
  );
  convolve1d(freeze([1, 2]), freeze([1]), freeze({ padding: [1, 1] } as const));
  conv1d(freeze([[[1], [2]]]), freeze([[[1]]]), freeze({ padding: 'causal', bias: [1] } as const));
  receptiveField(freeze([{ kernel: [3, 3] as const }]));
  coverage(freeze({ input: [4, 4] as const, kernel: 2 }));
});
