/** Layers: `keras.layers`. */
import { provide } from '../base/registry';
import { ELU } from './activation/elu';
import { LeakyReLU } from './activation/leakyRelu';
import { PReLU } from './activation/prelu';
import { ReLU } from './activation/relu';
import { Softmax } from './activation/softmax';
import { Conv1D } from './convolutional/conv1d';
import { Conv2D } from './convolutional/conv2d';
import { DepthwiseConv2D } from './convolutional/depthwiseConv2d';
import { Activation } from './core/activation';
import { Dense } from './core/dense';
import { Identity } from './core/identity';
import { InputLayer } from './core/input';
import { Add } from './merging/add';
import { Average } from './merging/average';
import { Concatenate } from './merging/concatenate';
import { Maximum } from './merging/maximum';
import { Minimum } from './merging/minimum';
import { Multiply } from './merging/multiply';
import { Subtract } from './merging/subtract';
import { BatchNormalization } from './normalization/batchNormalization';
import { AveragePooling2D } from './pooling/averagePooling2d';
import { GlobalAveragePooling2D } from './pooling/globalAveragePooling2d';
import { MaxPooling2D } from './pooling/maxPooling2d';
import { Rescaling } from './preprocessing/rescaling';
import { Dropout } from './regularization/dropout';
import { GaussianNoise } from './regularization/gaussianNoise';
import { SpatialDropout2D } from './regularization/spatialDropout2d';
import { Cropping2D } from './reshaping/cropping2d';
import { Flatten } from './reshaping/flatten';
import { Permute } from './reshaping/permute';
import { RepeatVector } from './reshaping/repeatVector';
import { Reshape } from './reshaping/reshape';
import { UpSampling2D } from './reshaping/upSampling2d';
import { ZeroPadding2D } from './reshaping/zeroPadding2d';

/** All layers by Keras's class names. */
const CLASSES = {
  Activation,
  Add,
  Average,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Conv1D,
  Conv2D,
  Cropping2D,
  Dense,
  DepthwiseConv2D,
  Dropout,
  ELU,
  Flatten,
  GaussianNoise,
  GlobalAveragePooling2D,
  Identity,
  InputLayer,
  LeakyReLU,
  MaxPooling2D,
  Maximum,
  Minimum,
  Multiply,
  PReLU,
  Permute,
  ReLU,
  RepeatVector,
  Rescaling,
  Reshape,
  Softmax,
  SpatialDropout2D,
  Subtract,
  UpSampling2D,
  ZeroPadding2D,
} as const;
provide('keras.layers', CLASSES);

export { ELU, type ELUOptions } from './activation/elu';
export { LeakyReLU, type LeakyReLUOptions } from './activation/leakyRelu';
export { PReLU, type PReLUOptions } from './activation/prelu';
export { ReLU, type ReLUOptions } from './activation/relu';
export { Softmax, type SoftmaxOptions } from './activation/softmax';
export { Conv1D, type Conv1DOptions } from './convolutional/conv1d';
export { Conv2D, type Conv2DOptions } from './convolutional/conv2d';
export { DepthwiseConv2D, type DepthwiseConv2DOptions } from './convolutional/depthwiseConv2d';
export { Activation, type ActivationOptions } from './core/activation';
export { Dense, type DenseOptions } from './core/dense';
export { Identity } from './core/identity';
export { Input, InputLayer, type InputOptions } from './core/input';
export type { InputSpec } from './inputSpec';
export { type CallOptions, Layer, type LayerOptions, type TensorOrArray, type WeightOptions } from './layer';
export { Add } from './merging/add';
export { Average } from './merging/average';
export { Concatenate, type ConcatenateOptions } from './merging/concatenate';
export {
  add,
  average,
  concatenate,
  type MergeFunction,
  maximum,
  minimum,
  multiply,
  subtract,
} from './merging/functions';
export { Maximum } from './merging/maximum';
export { Minimum } from './merging/minimum';
export { Multiply } from './merging/multiply';
export { Subtract } from './merging/subtract';
export {
  BatchNormalization,
  type BatchNormalizationOptions,
} from './normalization/batchNormalization';
export { type Gives, type Symbolic, SymbolicTensor } from './operation';
export { AveragePooling2D, type AveragePooling2DOptions } from './pooling/averagePooling2d';
export {
  GlobalAveragePooling2D,
  type GlobalAveragePooling2DOptions,
} from './pooling/globalAveragePooling2d';
export { MaxPooling2D, type MaxPooling2DOptions } from './pooling/maxPooling2d';
export { Rescaling, type RescalingOptions } from './preprocessing/rescaling';
export { Dropout, type DropoutOptions } from './regularization/dropout';
export { GaussianNoise, type GaussianNoiseOptions } from './regularization/gaussianNoise';
export {
  SpatialDropout2D,
  type SpatialDropout2DOptions,
} from './regularization/spatialDropout2d';
export { Cropping2D, type Cropping2DOptions } from './reshaping/cropping2d';
export { Flatten, type FlattenOptions } from './reshaping/flatten';
export { Permute, type PermuteOptions } from './reshaping/permute';
export { RepeatVector, type RepeatVectorOptions } from './reshaping/repeatVector';
export { Reshape, type ReshapeOptions } from './reshaping/reshape';
export { UpSampling2D, type UpSampling2DOptions } from './reshaping/upSampling2d';
export { ZeroPadding2D, type ZeroPadding2DOptions } from './reshaping/zeroPadding2d';
export { type DeserializeOptions, deserialize, serialize } from './serialization';

// Keras's other names of the same classes.
export {
  AveragePooling2D as AvgPool2D,
  Conv1D as Convolution1D,
  Conv2D as Convolution2D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  MaxPooling2D as MaxPool2D,
};
