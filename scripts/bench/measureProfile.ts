/** Times, in a process of its own, the operations of a work's training step and the step. */
import * as tf from '@tensorflow/tfjs';
import { type Job, makeData, timeEpochs } from './contender';
import { build } from './kerasTs';
import type { Operation, Profile } from './profile';
import { median } from './statistics';
import type { LayerSpec } from './works';

type Shape4D = [number, number, number, number];
type Side = 'same' | 'valid';

/** What is used of the native backend, which the library has loaded. */
interface Native {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
  executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

const MOST_RUNS = 40;
const LEAST_RUNS = 5;
const WARM_UPS = 3;
const MILLISECONDS = 400;

function time(layer: string, name: string, flops: number, run: () => tf.Tensor): Operation {
  for (let i = 0; i < WARM_UPS; i++) run().dispose();
  const durations: number[] = [];
  const end = performance.now() + MILLISECONDS;
  while (durations.length < LEAST_RUNS || (durations.length < MOST_RUNS && performance.now() < end)) {
    const began = performance.now();
    run().dispose();
    durations.push(performance.now() - began);
  }
  return { layer, name, gflop: flops / 1e9, milliseconds: median(durations) };
}

/** One operation of TensorFlow. */
function execute(name: string, inputs: tf.Tensor[], flags: Record<string, boolean> = {}): tf.Tensor {
  const native = tf.backend() as unknown as Native;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = native.binding;
  const attributes = Object.entries(flags).map(([key, value]) => ({ name: key, type: TF_ATTR_BOOL, value }));
  return native.executeSingleOutput(name, [...attributes, { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }], inputs);
}

const random = (shape: number[]): tf.Tensor => tf.randomUniform(shape, -1, 1);

function timeConvolution(layer: string, input: Shape4D, filters: number, side: number, pad: Side, isFirst: boolean) {
  const filterShape: Shape4D = [side, side, input[3], filters];
  const x = random(input);
  const filter = random(filterShape) as tf.Tensor4D;
  const dy = tf.conv2d(x as tf.Tensor4D, filter, 1, pad);
  const flops = 2 * dy.size * side * side * input[3];
  const attributes = { strides: 1, pad, dataFormat: 'NHWC', dilations: 1 };
  const run = (kernel: string, inputs: Record<string, tf.Tensor>, more: object): tf.Tensor =>
    tf.engine().runKernel(kernel, inputs, { ...attributes, ...more });
  const operations = [
    time(layer, 'Conv2D', flops, () => tf.conv2d(x as tf.Tensor4D, filter, 1, pad)),
    time(layer, 'Conv2DBackpropFilter', flops, () => run('Conv2DBackpropFilter', { x, dy }, { filterShape })),
  ];
  if (!isFirst) {
    const gradient = () => run('Conv2DBackpropInput', { dy, filter }, { inputShape: input });
    operations.push(time(layer, 'Conv2DBackpropInput', flops, gradient));
  }
  const shape = dy.shape;
  tf.dispose([x, filter, dy]);
  return { operations, shape };
}

function timeProducts(layer: string, [rows, size]: [number, number], units: number, isFirst: boolean): Operation[] {
  const [x, w, dy] = [random([rows, size]), random([size, units]), random([rows, units])] as const;
  const flops = 2 * rows * size * units;
  const product = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) => () =>
    execute('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB });
  const operations = [
    time(layer, 'MatMul', flops, product(x, w, false, false)),
    time(layer, 'MatMul, weight gradient', flops, product(x, dy, true, false)),
  ];
  if (!isFirst) operations.push(time(layer, 'MatMul, input gradient', flops, product(dy, w, false, true)));
  tf.dispose([x, w, dy]);
  return operations;
}

/** The gradients of bias and activation; forward they are part of the convolution's or product's kernel. */
function timeOutput(layer: string, shape: number[], activation: unknown): Operation[] {
  const [y, dy] = [random(shape), random(shape)] as const;
  const operations = [time(layer, 'BiasAddGrad', 0, () => execute('BiasAddGrad', [dy]))];
  if (activation === 'relu') operations.push(time(layer, 'ReluGrad', 0, () => execute('ReluGrad', [dy, y])));
  tf.dispose([y, dy]);
  return operations;
}

function timePooling(layer: string, input: Shape4D, size: number) {
  const x = random(input) as tf.Tensor4D;
  const y = tf.maxPool(x, size, size, 'valid');
  const dy = random(y.shape);
  const attributes = { filterSize: size, strides: size, pad: 'valid' };
  const gradient = () => tf.engine().runKernel('MaxPoolGrad', { dy, input: x, output: y }, attributes) as tf.Tensor;
  const operations = [
    time(layer, 'MaxPool', 0, () => tf.maxPool(x, size, size, 'valid')),
    time(layer, 'MaxPoolGrad', 0, gradient),
  ];
  const shape = y.shape;
  tf.dispose([x, y, dy]);
  return { operations, shape };
}

/** The options that decide what a layer costs. */
interface Sizes {
  filters: number;
  kernelSize: number;
  padding?: Side;
  poolSize: number;
  units: number;
  activation?: string;
}

/** The operations of one layer, and the shape of what it gives. */
function timeLayer([name, options]: LayerSpec, shape: number[], index: number) {
  const { filters, kernelSize, padding = 'valid', poolSize, units, activation } = options as unknown as Sizes;
  const layer = `${index + 1} ${name}`;
  if (name === 'Conv2D') {
    const made = timeConvolution(layer, shape as Shape4D, filters, kernelSize, padding, index === 0);
    return { ...made, operations: [...made.operations, ...timeOutput(layer, made.shape, activation)] };
  }
  if (name === 'MaxPooling2D') return timePooling(layer, shape as Shape4D, poolSize);
  if (name === 'Dense') {
    const operations = timeProducts(layer, shape as [number, number], units, index === 0);
    const output = [shape[0] as number, units];
    return { operations: [...operations, ...timeOutput(layer, output, activation)], shape: output };
  }
  const [batch, ...rest] = shape as [number, ...number[]];
  const flat = rest.reduce((product, length) => product * length, 1);
  return { operations: [], shape: name === 'Flatten' ? [batch, flat] : shape };
}

function timePeaks(): Operation[] {
  const side = 1536;
  const [product] = timeProducts(`matrix product, ${side} x ${side}`, [side, side], side, true) as [Operation];
  const input: Shape4D = [64, 32, 32, 64];
  const convolutions = timeConvolution(
    'convolution 3 x 3, 64 to 64 channels, 64 x 32 x 32',
    input,
    64,
    3,
    'same',
    false,
  );
  return [product, ...convolutions.operations];
}

async function profile(job: Job): Promise<Profile> {
  const peaks = timePeaks();
  const operations: Operation[] = [];
  let shape = [job.batchSize, ...job.inputShape];
  for (const [index, spec] of job.layers.entries()) {
    const timed = timeLayer(spec, shape, index);
    operations.push(...timed.operations);
    shape = timed.shape;
  }
  const { x, y } = makeData(tf, job.inputShape, job.batchSize * job.steps);
  const step = median(await timeEpochs(build(job), x, y, job.epochs)) / job.steps;
  return { peaks, operations, step };
}

const job = JSON.parse(process.argv[2] as string) as Job;
void profile(job).then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
