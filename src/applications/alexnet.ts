import type { ActivationIdentifier } from '../activations';
import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { Conv2D, Dense, Dropout, Flatten, MaxPooling2D, ZeroPadding2D } from '../layers';
import type { Layer } from '../layers/layer';
import type { Model } from '../models';
import { chain, checkClasses, checkInputShape } from './chain';

/** Options of `AlexNet`. */
export interface AlexNetOptions {
  /** `[height, width, channels]` of one picture, from 67 x 67 pixels. Default: `[227, 227, 3]`. */
  inputShape?: readonly [height: number, width: number, channels: number];
  /** Default: 1000. */
  classes?: number;
  /** Of the last layer; `null`: logits. Default: `'softmax'`. */
  classifierActivation?: ActivationIdentifier;
  /** Whether the last layers, which tell the classes, are there. Default: true. */
  includeTop?: boolean;
  /** In how many parts the second, fourth and fifth convolution are: 1 (default), or 2 as in the paper. */
  groups?: 1 | 2;
  /** Part of the values dropped in the dense layers while training. Default: 0.5. */
  dropout?: number;
  /** Default: `'alexnet'`. */
  name?: string;
}

const LEAST_SIZE = 67;
/** The paper says 224, and reckons with 227. */
const TOLD_SIZE = 224;

/**
 * AlexNet in one tower: five convolutions and three dense layers with relu, overlapping max pooling and dropout.
 * 62,378,344 parameters for 227 x 227 x 3 and 1000 classes.
 *
 * The paper divides three of the convolutions between two machines: `groups: 2`, 60,965,224 parameters. Pictures of
 * 224 x 224, as it says, get a border of zeros up to 227, with the same number of parameters; other sizes are taken as they
 * are. Its local response normalization is left out: it helps little. Weights begin as Keras's do.
 *
 * @throws ValueError for pictures smaller than 67 x 67
 * @example
 * const model = AlexNet({ inputShape: [67, 67, 3], classes: 10 });
 * console.log(model.outputShape); // [ null, 10 ]
 * @see Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural networks, 2012
 */
export function AlexNet(options: AlexNetOptions = {}): Model {
  const keys = ['inputShape', 'classes', 'classifierActivation', 'includeTop', 'groups', 'dropout', 'name'];
  checkKeys('AlexNet', options, keys);
  const { classes = 1000, includeTop = true, groups = 1, name = 'alexnet' } = options;
  const { classifierActivation = 'softmax', dropout = 0.5 } = options;
  const shape = checkInputShape('AlexNet', options.inputShape ?? [227, 227, 3], LEAST_SIZE);
  if (groups !== 1 && groups !== 2) {
    throw new ValueError(`AlexNet: groups must be 1 or 2. Received: groups=${formatValue(groups)}.`);
  }
  const layers = convolutions(groups);
  if (shape[0] === TOLD_SIZE && shape[1] === TOLD_SIZE) {
    const margin = [1, 2] as const;
    layers.unshift(ZeroPadding2D({ padding: [margin, margin], name: 'pad' }));
  }
  if (includeTop) {
    const units = checkClasses('AlexNet', classes);
    layers.push(
      Flatten({ name: 'flatten' }),
      Dense(4096, { activation: 'relu', name: 'fc6' }),
      Dropout(dropout, { name: 'drop6' }),
      Dense(4096, { activation: 'relu', name: 'fc7' }),
      Dropout(dropout, { name: 'drop7' }),
      Dense(units, { activation: classifierActivation, name: 'predictions' }),
    );
  }
  return chain(name, shape, layers);
}

function convolutions(groups: number): Layer[] {
  const same = { padding: 'same', activation: 'relu' } as const;
  return [
    Conv2D(96, 11, { strides: 4, activation: 'relu', name: 'conv1' }),
    MaxPooling2D(3, { strides: 2, name: 'pool1' }),
    Conv2D(256, 5, { ...same, groups, name: 'conv2' }),
    MaxPooling2D(3, { strides: 2, name: 'pool2' }),
    Conv2D(384, 3, { ...same, name: 'conv3' }),
    Conv2D(384, 3, { ...same, groups, name: 'conv4' }),
    Conv2D(256, 3, { ...same, groups, name: 'conv5' }),
    MaxPooling2D(3, { strides: 2, name: 'pool5' }),
  ];
}
