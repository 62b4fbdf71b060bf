/** A call of every kernel that tfjs-node registers: inputs at a batch size, and the function. */
import * as tf from '@tensorflow/tfjs';
import { filled } from '../ops/backends';
import type { TensorFunction } from './recorded';

/** How a kernel is called. */
export interface KernelCase {
  inputs: (batch: number) => tf.Tensor[];
  call: TensorFunction;
}

type Inputs = KernelCase['inputs'];
type Call = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Float inputs with the batch in front. */
const floats =
  (...shapes: number[][]): Inputs =>
  (batch) =>
    shapes.map((shape, i) => filled([batch, ...shape], i + 1));
/** Whole numbers from 0 to `end - 1`. */
const integers =
  (shape: number[], end: number): Inputs =>
  (batch) => [
    tf.tidy(() =>
      filled([batch, ...shape])
        .add(1)
        .mul(end / 2)
        .floor()
        .toInt(),
    ),
  ];
const positive: Inputs = (batch) => [tf.tidy(() => filled([batch, 6]).add(1.25))];

const on = (inputs: Inputs, call: Call): KernelCase => ({ inputs, call });
const unary = (call: (x: tf.Tensor) => tf.Tensor): KernelCase => on(floats([6]), call);
const binary = (call: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCase => on(floats([6], [6]), call);
const logical = (call: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCase =>
  binary((a, b) => call(a.greater(0), b.greater(0)));
const image = (call: (x: tf.Tensor4D) => tf.Tensor): KernelCase => on(floats([4, 4, 2]), call as Call);
const volume = (call: (x: tf.Tensor5D) => tf.Tensor): KernelCase => on(floats([4, 4, 4, 2]), call as Call);
const nothing = (call: () => tf.Tensor): KernelCase => on(floats([1]), call);

/** Kernels of the filters; made anew for each call, as a weight of the graph they are constants. */
const kernel4 = (): tf.Tensor4D => filled([3, 3, 2, 3], 5) as tf.Tensor4D;
const kernel5 = (): tf.Tensor5D => filled([2, 2, 2, 2, 3], 5) as tf.Tensor5D;
const kernel3 = (): tf.Tensor3D => filled([2, 2, 2], 5) as tf.Tensor3D;
const boxes = (): tf.Tensor2D => tf.tensor2d([0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 2, 1, 3], [3, 4]);

/** The gradients of a function with respect to all its inputs, for changing cotangents. */
export function gradientsOf(fn: TensorFunction): TensorFunction {
  return (...inputs) =>
    tf.grads((...xs: tf.Tensor[]) => {
      const outputs = [fn(...xs)].flat();
      return outputs.map((y) => y.toFloat().add(0.5).square().sum()).reduce((a, b) => a.add(b));
    })(inputs);
}

const gradient = ({ inputs, call }: KernelCase): KernelCase => on(inputs, gradientsOf(call));

const avgPool = image((x) => tf.avgPool(x, 2, 2, 'same'));
const avgPool3d = volume((x) => tf.avgPool3d(x, 2, 2, 'same'));
const maxPool = image((x) => tf.maxPool(x, 2, 1, 'valid'));
const maxPool3d = volume((x) => tf.maxPool3d(x, 2, 2, 'valid'));
const conv2d = on(
  (batch) => [filled([batch, 4, 4, 2]), kernel4()],
  (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same'),
);
const conv3d = on(
  (batch) => [filled([batch, 3, 3, 3, 2]), kernel5()],
  (x, kernel) => tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'same'),
);
const depthwise = on(
  (batch) => [filled([batch, 4, 4, 2]), kernel4()],
  (x, kernel) => tf.depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid'),
);
const dilation2d = on(
  (batch) => [filled([batch, 4, 4, 2]), kernel3()],
  (x, filter) => tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, 'same'),
);
const lrn = image((x) => tf.localResponseNormalization(x, 1));
const bilinear = image((x) => tf.image.resizeBilinear(x, [7, 5]));
const nearest = image((x) => tf.image.resizeNearestNeighbor(x, [7, 5]));
const complex = (call: (z: tf.Tensor) => tf.Tensor): KernelCase => binary((a, b) => call(tf.complex(a, b)));

const elementwise: Record<string, KernelCase> = {
  Abs: unary(tf.abs),
  Acos: unary(tf.acos),
  Acosh: on(positive, (x) => tf.acosh(x.add(1))),
  Add: binary(tf.add),
  AddN: on(floats([6], [6], [6]), (...xs) => tf.addN(xs)),
  Asin: unary(tf.asin),
  Asinh: unary(tf.asinh),
  Atan: unary(tf.atan),
  Atan2: binary(tf.atan2),
  Atanh: unary(tf.atanh),
  Cast: unary((x) => x.mul(9).toInt()),
  Ceil: unary((x) => x.mul(9).ceil()),
  ClipByValue: unary((x) => tf.clipByValue(x, -0.5, 0.25)),
  Cos: unary(tf.cos),
  Cosh: unary(tf.cosh),
  Elu: unary(tf.elu),
  EluGrad: gradient(unary(tf.elu)),
  Equal: binary((a, b) => a.round().equal(b.round())),
  Erf: unary(tf.erf),
  Exp: unary(tf.exp),
  Expm1: unary(tf.expm1),
  Floor: unary((x) => x.mul(9).floor()),
  FloorDiv: on(integers([6], 9), (x) => x.floorDiv(tf.scalar(4, 'int32'))),
  Greater: binary(tf.greater),
  GreaterEqual: binary(tf.greaterEqual),
  Identity: unary((x) => x.clone()),
  IsFinite: unary((x) => x.div(0).isFinite()),
  IsInf: unary((x) => x.div(0).isInf()),
  IsNan: unary((x) => x.sqrt().isNaN()),
  LeakyRelu: unary((x) => tf.leakyRelu(x, 0.3)),
  Less: binary(tf.less),
  LessEqual: binary(tf.lessEqual),
  Log: on(positive, tf.log as Call),
  Log1p: on(positive, tf.log1p as Call),
  LogicalAnd: logical(tf.logicalAnd),
  LogicalNot: unary((x) => x.greater(0).logicalNot()),
  LogicalOr: logical(tf.logicalOr),
  Maximum: binary(tf.maximum),
  Minimum: binary(tf.minimum),
  Mod: binary((a, b) => a.mod(b)),
  Multiply: binary(tf.mul),
  Neg: unary(tf.neg),
  NotEqual: binary((a, b) => a.round().notEqual(b.round())),
  OnesLike: unary(tf.onesLike),
  Pow: on(
    (batch) => [...positive(batch), filled([batch, 6], 2)],
    (a, b) => tf.pow(a as tf.Tensor, b as tf.Tensor),
  ),
  Prelu: binary((x, alpha) => tf.prelu(x, alpha)),
  RealDiv: binary(tf.div),
  Reciprocal: unary(tf.reciprocal),
  Relu: unary(tf.relu),
  Relu6: unary((x) => tf.relu6(x.mul(9))),
  Round: unary((x) => x.mul(9).round()),
  Rsqrt: on(positive, tf.rsqrt as Call),
  Select: binary((a, b) => tf.where(a.greaterEqual(0), a, b)),
  Selu: unary(tf.selu),
  Sigmoid: unary(tf.sigmoid),
  Sign: unary(tf.sign),
  Sin: unary(tf.sin),
  Sinh: unary(tf.sinh),
  Softmax: unary((x) => tf.softmax(x)),
  Softplus: unary(tf.softplus),
  Sqrt: on(positive, tf.sqrt as Call),
  Square: unary(tf.square),
  SquaredDifference: binary(tf.squaredDifference),
  Step: unary((x) => tf.step(x, 0.2)),
  Sub: binary(tf.sub),
  Tan: unary(tf.tan),
  Tanh: unary(tf.tanh),
  ZerosLike: unary(tf.zerosLike),
};

const reductions: Record<string, KernelCase> = {
  All: unary((x) => tf.all(x.greater(-0.8), 1)),
  Any: unary((x) => tf.any(x.greater(0.8), 1)),
  ArgMax: unary((x) => x.argMax(1)),
  ArgMin: unary((x) => x.argMin(1)),
  Bincount: on(
    (batch) => [integers([], 5)(batch)[0] as tf.Tensor, filled([batch])],
    (x, weights) => tf.bincount(x as tf.Tensor1D, weights as tf.Tensor1D, 5),
  ),
  Cumprod: unary((x) => tf.cumprod(x, 1)),
  Cumsum: unary((x) => tf.cumsum(x, 1, true, true)),
  Max: unary((x) => x.max(1)),
  Mean: unary((x) => x.mean(0)),
  Min: unary((x) => x.min(1, true)),
  Prod: unary((x) => x.prod(1)),
  Sum: unary((x) => x.sum()),
  TopK: on(floats([6]), (x) => Object.values(tf.topk(x, 3)) as tf.Tensor[]),
  UnsortedSegmentSum: unary((x) => tf.unsortedSegmentSum(x.transpose(), tf.tensor1d([0, 2, 1, 0, 2, 0], 'int32'), 3)),
};

const shaping: Record<string, KernelCase> = {
  BatchToSpaceND: image((x) =>
    tf.batchToSpaceND(
      tf
        .spaceToBatchND(
          x,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        )
        .square(),
      [2, 2],
      [
        [0, 1],
        [0, 0],
      ],
    ),
  ),
  BroadcastArgs: on(
    () => [tf.tensor1d([3, 1], 'int32'), tf.tensor1d([1, 4], 'int32')],
    (a, b) => tf.broadcastArgs(a as tf.Tensor, b as tf.Tensor),
  ),
  Concat: on(floats([6], [2], [3]), (...xs) => tf.concat(xs, 1)),
  CropAndResize: on(floats([4, 4, 2]), (x) =>
    tf.image.cropAndResize(x as tf.Tensor4D, boxes(), tf.tensor1d([0, 0, 0], 'int32'), [3, 3]),
  ),
  DepthToSpace: on(floats([2, 2, 8]), (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC')),
  Diag: on(floats([]), (x) => tf.diag(x as tf.Tensor)),
  ExpandDims: unary((x) => x.expandDims(1)),
  Fill: nothing(() => tf.fill([2, 3], 4, 'int32')),
  FlipLeftRight: image(tf.image.flipLeftRight as never),
  GatherV2: unary((x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), 1)),
  GatherNd: unary((x) => tf.gatherND(x, tf.tensor2d([0, 2, 0, 5], [2, 2], 'int32'))),
  LinSpace: nothing(() => tf.linspace(0, 1, 5)),
  MirrorPad: unary((x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [2, 1],
      ],
      'reflect',
    ),
  ),
  OneHot: on(integers([], 5), (x) => tf.oneHot(x as tf.Tensor, 5, 2, -1, 'float32')),
  Pack: on(floats([6], [6]), (...xs) => tf.stack(xs, 1)),
  PadV2: unary((x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
      ],
      0.5,
    ),
  ),
  Range: on(floats([6]), (x) => tf.range(0, (x as tf.Tensor).shape[0] as number, 1, 'int32')),
  Reshape: unary((x) => x.reshape([-1, 2, 3])),
  Reverse: unary((x) => x.reverse(1)),
  ScatterNd: on(
    () => [filled([3])],
    (x) => tf.scatterND(tf.tensor2d([4, 1, 4], [3, 1], 'int32'), x as tf.Tensor, [6]),
  ),
  Slice: unary((x) => x.slice([0, 1], [-1, 3])),
  SpaceToBatchND: image((x) =>
    tf.spaceToBatchND(
      x,
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  ),
  SparseToDense: on(
    () => [filled([3])],
    (x) => tf.sparseToDense(tf.tensor1d([1, 3, 4], 'int32'), x as tf.Tensor1D, [6], 0.5),
  ),
  SplitV: on(floats([6]), (x) => tf.split(x as tf.Tensor, [2, 1, 3], 1)),
  StridedSlice: unary((x) => tf.stridedSlice(x, [0, 1], [4, 6], [1, 2])),
  TensorScatterUpdate: on(
    () => [filled([6]), filled([2], 2)],
    (x, updates) => tf.tensorScatterUpdate(x as tf.Tensor, tf.tensor2d([4, 1], [2, 1], 'int32'), updates as tf.Tensor),
  ),
  Tile: unary((x) => x.tile([1, 3])),
  Transpose: unary((x) => x.transpose()),
  Unique: on(integers([], 3), (x) => Object.values(tf.unique(x as tf.Tensor)) as tf.Tensor[]),
  Unpack: on(floats([3]), (x) => tf.unstack(x as tf.Tensor, 1)),
};

const heavy: Record<string, KernelCase> = {
  AvgPool: avgPool,
  AvgPool3D: avgPool3d,
  AvgPool3DGrad: gradient(avgPool3d),
  AvgPoolGrad: gradient(avgPool),
  BatchMatMul: on(floats([2, 3], [4, 3]), (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true)),
  Conv2D: conv2d,
  Conv2DBackpropFilter: gradient(conv2d),
  Conv2DBackpropInput: on(
    (batch) => [filled([batch, 2, 2, 3]), kernel4()],
    (x, kernel) =>
      tf.conv2dTranspose(x as tf.Tensor4D, kernel as tf.Tensor4D, [x?.shape[0] as number, 4, 4, 2], 2, 'same'),
  ),
  Conv3D: conv3d,
  Conv3DBackpropFilterV2: gradient(conv3d),
  Conv3DBackpropInputV2: gradient(conv3d),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropFilter: gradient(depthwise),
  DepthwiseConv2dNativeBackpropInput: gradient(depthwise),
  Dilation2D: dilation2d,
  Dilation2DBackpropFilter: gradient(dilation2d),
  Dilation2DBackpropInput: gradient(dilation2d),
  Einsum: on(floats([2, 3], [3, 4]), (a, b) => tf.einsum('bij,bjk->bik', a as tf.Tensor, b as tf.Tensor)),
  FusedBatchNorm: image((x) =>
    tf.batchNorm4d(x, tf.tensor1d([0.1, 0.2]), tf.tensor1d([1, 2]), tf.tensor1d([0.5, 0]), tf.tensor1d([1, 3])),
  ),
  FusedConv2D: image((x) =>
    tf.fused.conv2d({
      x,
      filter: kernel4(),
      strides: 1,
      pad: 'same',
      bias: tf.tensor1d([1, 0, -1]),
      activation: 'relu',
    }),
  ),
  FusedDepthwiseConv2D: image((x) =>
    tf.fused.depthwiseConv2d({ x, filter: kernel4(), strides: 1, pad: 'same', activation: 'sigmoid' }),
  ),
  LRN: lrn,
  LRNGrad: gradient(lrn),
  MaxPool: maxPool,
  MaxPool3D: maxPool3d,
  MaxPool3DGrad: gradient(maxPool3d),
  MaxPoolGrad: gradient(maxPool),
  NonMaxSuppressionV3: on(floats([4]), (x) =>
    tf.image.nonMaxSuppression(x as tf.Tensor2D, (x as tf.Tensor).sum(1) as tf.Tensor1D, 2),
  ),
  NonMaxSuppressionV4: on(floats([4]), (x) =>
    Object.values(tf.image.nonMaxSuppressionPadded(x as tf.Tensor2D, (x as tf.Tensor).sum(1) as tf.Tensor1D, 2)),
  ),
  NonMaxSuppressionV5: on(floats([4]), (x) =>
    Object.values(tf.image.nonMaxSuppressionWithScore(x as tf.Tensor2D, (x as tf.Tensor).sum(1) as tf.Tensor1D, 2)),
  ),
  ResizeBilinear: bilinear,
  ResizeBilinearGrad: gradient(bilinear),
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: gradient(nearest),
  _FusedMatMul: unary((a) =>
    tf.fused.matMul({ a, b: filled([6, 3], 5), bias: tf.tensor1d([1, 0, -1]), activation: 'relu' }),
  ),
};

const complexNumbers: Record<string, KernelCase> = {
  Complex: complex((z) => z),
  ComplexAbs: complex((z) => z.abs()),
  FFT: complex((z) => tf.fft(z)),
  IFFT: complex((z) => tf.ifft(z)),
  Imag: complex((z) => tf.imag(z)),
  Real: complex((z) => tf.real(z.square())),
};

/** By kernel. */
export const CASES: Readonly<Record<string, KernelCase>> = {
  ...elementwise,
  ...reductions,
  ...shaping,
  ...heavy,
  ...complexNumbers,
};

/** Kernels that cannot be part of a graph, with what a recording of them says. */
export const EXCEPTIONS: Readonly<Record<string, KernelCase & { reason: string }>> = {
  GatherV2: {
    // Where the indices are data, not constants; which is why there is ops/gather.
    ...on(integers([], 5), (x) => tf.gather(tf.range(0, 5), x as tf.Tensor1D)),
    reason: 'the value of a tensor is read (data(), dataSync(), array() or print())',
  },
  Multinomial: { ...unary((x) => tf.multinomial(x as tf.Tensor2D, 3)), reason: 'Math.random() is called' },
  StaticRegexReplace: {
    ...nothing(() => tf.string.staticRegexReplace(tf.tensor1d(['a', 'b'], 'string'), 'a', 'b') as tf.Tensor),
    reason: 'strings are used',
  },
};

/** Kernels that have a gradient which cannot be part of a graph, with what a recording of it says. */
export const GRADIENT_EXCEPTIONS: Readonly<Record<string, string>> = {
  ComplexAbs: 'Cannot compute gradient: gradient function not found for Complex.',
  UnsortedSegmentSum: 'the value of a tensor is read (data(), dataSync(), array() or print())',
};
