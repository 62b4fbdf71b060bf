/** Convolution by hand: plain loops over nested arrays, no TensorFlow. README.md beside this file has the mathematics. */
export {
  coverage,
  dilateKernel,
  outputSize,
  type SlidingWindow,
} from './arithmetic';
export { type Conv1dOptions, conv1d } from './conv1d';
export {
  type Conv2dOptions,
  conv2d,
  type DepthwiseConv2dOptions,
  depthwiseConv2d,
  type GradientOptions,
  type WindowOptions,
} from './conv2d';
export { type Convolve1dOptions, type Convolve2dOptions, convolve1d, convolve2d } from './convolve';
export { conv2dGradInput, conv2dGradKernel } from './gradients';
export { kernels } from './kernels';
export type { Padding1d, Padding2d, PerAxis } from './options';
export { averagePool2d, maxPool2d, type Pool2dOptions } from './pooling';
export type { Rank1, Rank2, Rank3, Rank4, Shape4 } from './shapes';
export { parameterCount, receptiveField, type StackLayer } from './stack';
export { type Conv2dTransposeOptions, conv2dTranspose } from './transpose';
