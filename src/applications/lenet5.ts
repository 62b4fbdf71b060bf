import type { ActivationIdentifier } from '../activations';
import { checkKeys } from '../base/options';
import { AveragePooling2D, Conv2D, Dense, Flatten } from '../layers';
import type { Layer } from '../layers/layer';
import type { Model } from '../models';
import { chain, checkClasses, checkInputShape } from './chain';

/** Options of `LeNet5`. */
export interface LeNet5Options {
  /** `[height, width, channels]` of one picture, from 28 x 28 pixels. Default: `[32, 32, 1]`. */
  inputShape?: readonly [height: number, width: number, channels: number];
  /** Default: 10. */
  classes?: number;
  /** Of the last layer; `null`: logits. Default: `'softmax'`. */
  classifierActivation?: ActivationIdentifier;
  /** Whether the last layers, which tell the classes, are there. Default: true. */
  includeTop?: boolean;
  /** Default: `'lenet5'`. */
  name?: string;
}

/** Pictures below this are padded to it by the first convolution, as MNIST's are in the paper. */
const FULL_SIZE = 32;
const LEAST_SIZE = 28;

/**
 * LeNet-5: two convolutions of 5 x 5, each with an average pooling, then a convolution over all that is left and two
 * dense layers; tanh. 61,706 parameters for 32 x 32 x 1 and ten classes. Layers have the paper's names, C1 to F6.
 *
 * A picture of 28 x 28 gets a border of two zeros in C1 (`padding: 'same'`), as MNIST's in the paper, and the same number
 * of parameters. Two things are as usual today rather than as in the paper: S2 and S4 have no weights, and C3 sees all
 * maps of S2; the output is a softmax in place of radial basis functions.
 *
 * @throws ValueError for pictures smaller than 28 x 28
 * @example
 * const model = LeNet5({ inputShape: [28, 28, 1] });
 * console.log(model.countParams(), model.outputShape); // 61706 [ null, 10 ]
 * @see LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998
 */
export function LeNet5(options: LeNet5Options = {}): Model {
  checkKeys('LeNet5', options, ['inputShape', 'classes', 'classifierActivation', 'includeTop', 'name']);
  const { classes = 10, classifierActivation = 'softmax', includeTop = true, name = 'lenet5' } = options;
  const shape = checkInputShape('LeNet5', options.inputShape ?? [FULL_SIZE, FULL_SIZE, 1], LEAST_SIZE);
  const padding = Math.min(shape[0], shape[1]) < FULL_SIZE ? 'same' : 'valid';
  const layers: Layer[] = [
    Conv2D(6, 5, { activation: 'tanh', padding, name: 'C1' }),
    AveragePooling2D(2, { name: 'S2' }),
    Conv2D(16, 5, { activation: 'tanh', name: 'C3' }),
    AveragePooling2D(2, { name: 'S4' }),
    Conv2D(120, 5, { activation: 'tanh', name: 'C5' }),
  ];
  if (includeTop) {
    const units = checkClasses('LeNet5', classes);
    layers.push(
      Flatten({ name: 'flatten' }),
      Dense(84, { activation: 'tanh', name: 'F6' }),
      Dense(units, { activation: classifierActivation, name: 'predictions' }),
    );
  }
  return chain(name, shape, layers);
}
