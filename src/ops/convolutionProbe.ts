import type { NativeTensor } from '../backend/binding';
import { addon } from '../backend/load-native';
import { attr } from '../backend/native';
import { TENSORFLOW_DTYPES } from '../base/dtypes';

let supported: { dilation: boolean; groups: boolean } | undefined;

/**
 * Whether the native `Conv2D` and both its gradients take dilations, and groups (a kernel of fewer input channels than
 * the images). True with oneDNN, false in builds without it. Asked of the library once.
 */
export function nativeConvolutionSupports(): { dilation: boolean; groups: boolean } {
  supported ??= { dilation: convolves(2, 1), groups: convolves(1, 2) };
  return supported;
}

/** Tries a convolution of two channels, forward and backward, and its sums: all values are 1. */
function convolves(dilation: number, groups: number): boolean {
  const binding = addon();
  if (binding === undefined) return false;
  const size = 2 * dilation + 1;
  const [inputShape, kernelShape] = [
    [1, size, size, 2],
    [3, 3, 2 / groups, 2],
  ]; // NHWC, HWCK
  const attrs = [
    attr.type('T', 'float32'),
    attr.int('strides', [1, 1, 1, 1]),
    attr.int('dilations', [1, dilation, dilation, 1]),
    attr.string('padding', 'VALID'),
    attr.string('data_format', 'NHWC'),
  ];
  const held: number[] = [];
  const ones = (shape: number[]): number => {
    const values = new Float32Array(shape.reduce((a, b) => a * b)).fill(1);
    return binding.createTensor(shape, TENSORFLOW_DTYPES.float32, values);
  };
  const vector = (shape: number[]): number =>
    binding.createTensor([shape.length], TENSORFLOW_DTYPES.int32, Int32Array.from(shape));
  const sum = (op: string, inputs: number[]): number => {
    const [output] = binding.executeOp(op, attrs, inputs, 1);
    held.push((output as NativeTensor).id);
    return Array.from(binding.tensorDataSync((output as NativeTensor).id)).reduce((a, b) => a + b, 0);
  };
  try {
    const [x, kernel, dy] = [ones(inputShape), ones(kernelShape), ones([1, 1, 1, 2])];
    const [xShape, kShape] = [vector(inputShape), vector(kernelShape)];
    held.push(x, kernel, dy, xShape, kShape);
    const macs = (9 * 2 * 2) / groups;
    return (
      sum('Conv2D', [x, kernel]) === macs &&
      sum('Conv2DBackpropInput', [xShape, kernel, dy]) === macs &&
      sum('Conv2DBackpropFilter', [x, kShape, dy]) === macs
    );
  } catch {
    return false;
  } finally {
    for (const id of held) binding.deleteTensor(id);
  }
}
