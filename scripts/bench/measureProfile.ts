/** Times, in a process of its own, the operations of a work's training step and the step. */
import * as tf from '@tensorflow/tfjs';
import { GraphSession, record } from '../../src/backend/graph';
import { type Job, makeData, timeEpochs } from './contender';
import { build } from './kerasTs';
import type { Operation, Profile } from './profile';
import { median } from './statistics';
import type { LayerSpec } from './works';

type Shape4D = [number, number, number, number];
type Timed = Pick<Operation, 'gflop' | 'milliseconds'>;

/** The options that decide what a layer costs. */
interface Sizes {
  filters: number;
  kernelSize: number;
  padding?: 'same' | 'valid';
  poolSize: number;
  units: number;
  activation?: string;
}

/** What is used of the native backend, which the library has loaded. */
interface Native {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
  executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

const MOST_RUNS = 60;
const LEAST_RUNS = 5;
const WARM_UPS = 3;
const MILLISECONDS = 400;

/** Milliseconds of a run of a graph that holds the operations of `body`. */
function timeGraph(inputs: tf.Tensor[], body: () => tf.Tensor[]): number {
  const session = new GraphSession();
  const graph = session.add(record(inputs, body));
  const durations: number[] = [];
  const end = performance.now() + MILLISECONDS;
  for (let i = 0; i < WARM_UPS; i++) tf.dispose(session.run(graph, inputs));
  while (durations.length < LEAST_RUNS || (durations.length < MOST_RUNS && performance.now() < end)) {
    const began = performance.now();
    tf.dispose(session.run(graph, inputs));
    durations.push(performance.now() - began);
  }
  session.dispose();
  return median(durations);
}

/** Times operations on random tensors of some shapes, less what it takes to run a graph that does next to nothing. */
function time(flops: number, shapes: number[][], body: (...inputs: tf.Tensor[]) => tf.Tensor[]): Timed {
  const inputs = shapes.map((shape) => tf.randomUniform(shape, -1, 1));
  const nothing = inputs.slice(0, 1).map((input) =>
    input.slice(
      input.shape.map(() => 0),
      input.shape.map(() => 1),
    ),
  );
  const overhead = timeGraph(nothing, () => nothing.map((tensor) => tensor.neg()));
  const milliseconds = Math.max(0.001, timeGraph(inputs, () => body(...inputs)) - overhead);
  tf.dispose([inputs, nothing]);
  return { gflop: flops / 1e9, milliseconds };
}

/** One operation of TensorFlow. */
function execute(name: string, inputs: tf.Tensor[], flags: Record<string, boolean> = {}): tf.Tensor[] {
  const native = tf.backend() as unknown as Native;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = native.binding;
  const attributes = Object.entries(flags).map(([key, value]) => ({ name: key, type: TF_ATTR_BOOL, value }));
  return [
    native.executeSingleOutput(name, [...attributes, { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }], inputs),
  ];
}

/** One kernel of TensorFlow.js, where that is more convenient. */
function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor[] {
  return [tf.engine().runKernel(name, inputs, attributes as Record<string, never>) as tf.Tensor];
}

function timeConvolution(input: Shape4D, { filters, kernelSize, padding: pad = 'valid' }: Sizes) {
  const filterShape: Shape4D = [kernelSize, kernelSize, input[3], filters];
  const lost = pad === 'valid' ? kernelSize - 1 : 0;
  const output: Shape4D = [input[0], input[1] - lost, input[2] - lost, filters];
  const flops = 2 * sizeOf(output) * kernelSize * kernelSize * input[3];
  const attributes = { strides: [1, 1], pad, dataFormat: 'NHWC', dilations: [1, 1] };
  const timed: Record<string, Timed> = {
    Conv2D: time(flops, [input, filterShape], (x, filter) =>
      runKernel('Conv2D', { x: x!, filter: filter! }, attributes),
    ),
    Conv2DBackpropFilter: time(flops, [input, output], (x, dy) =>
      runKernel('Conv2DBackpropFilter', { x: x!, dy: dy! }, { ...attributes, filterShape }),
    ),
    Conv2DBackpropInput: time(flops, [output, filterShape], (dy, filter) =>
      runKernel('Conv2DBackpropInput', { dy: dy!, filter: filter! }, { ...attributes, inputShape: input }),
    ),
  };
  return { timed, output };
}

function timeProducts([rows, size]: [number, number], { units }: Pick<Sizes, 'units'>) {
  const flops = 2 * rows * size * units;
  const product = (a: [number, number], b: [number, number], transposeA: boolean, transposeB: boolean): Timed =>
    time(flops, [a, b], (...inputs) => execute('MatMul', inputs, { transpose_a: transposeA, transpose_b: transposeB }));
  const timed: Record<string, Timed> = {
    MatMul: product([rows, size], [size, units], false, false),
    'MatMul, gradient of weights': product([rows, size], [rows, units], true, false),
    'MatMul, gradient of inputs': product([rows, units], [size, units], false, true),
  };
  return { timed, output: [rows, units] };
}

/** The gradients of bias and activation; forward they are part of the convolution's or product's kernel. */
function timeGradientsOfOutput(shape: number[], activation: string | undefined): Record<string, Timed> {
  const timed: Record<string, Timed> = { BiasAddGrad: time(0, [shape], (dy) => execute('BiasAddGrad', [dy!])) };
  if (activation === 'relu') timed['ReluGrad'] = time(0, [shape, shape], (dy, y) => execute('ReluGrad', [dy!, y!]));
  return timed;
}

function pooled([batch, height, width, channels]: Shape4D, poolSize: number): Shape4D {
  return [batch, Math.floor(height / poolSize), Math.floor(width / poolSize), channels];
}

/** Forward and backward in one graph: the gradient uses what the forward kernel notes. */
function timePooling(input: Shape4D, { poolSize }: Sizes) {
  const output = pooled(input, poolSize);
  const attributes = { filterSize: [poolSize, poolSize], strides: [poolSize, poolSize], pad: 'valid' };
  const both = time(0, [input, output], (x, dy) => {
    const y = tf.maxPool(x as tf.Tensor4D, poolSize, poolSize, 'valid');
    return runKernel('MaxPoolGrad', { dy: dy!, input: x!, output: y }, attributes);
  });
  return { timed: { 'MaxPool, MaxPoolGrad': both }, output };
}

/** The operations of one layer, and the shape of what it gives. */
function timeLayer(
  [name, options]: LayerSpec,
  shape: number[],
  next: LayerSpec | undefined,
): { timed: Record<string, Timed>; output: number[] } {
  const sizes = options as unknown as Sizes;
  if (name === 'MaxPooling2D') return timePooling(shape as Shape4D, sizes);
  if (name === 'Conv2D' || name === 'Dense') {
    const own =
      name === 'Conv2D' ? timeConvolution(shape as Shape4D, sizes) : timeProducts(shape as [number, number], sizes);
    // A compiled step pools before ReLU.
    const poolsFirst = next?.[0] === 'MaxPooling2D' && sizes.activation === 'relu';
    const rectified = poolsFirst ? pooled(own.output as Shape4D, (next[1] as unknown as Sizes).poolSize) : own.output;
    return { ...own, timed: { ...own.timed, ...timeGradientsOfOutput(rectified, sizes.activation) } };
  }
  return { timed: {}, output: name === 'Flatten' ? [shape[0] as number, sizeOf(shape.slice(1))] : shape };
}

function timePeaks(): Operation[] {
  const side = 1536;
  const { timed: products } = timeProducts([side, side], { units: side });
  const convolution = { filters: 64, kernelSize: 3, padding: 'same' } as Sizes;
  const { timed: convolutions } = timeConvolution([64, 32, 32, 64], convolution);
  return [
    ...listed(`matrices of ${side} x ${side}`, products),
    ...listed('64 images of 32 x 32, 64 to 64 channels, kernel 3 x 3', convolutions),
  ];
}

function listed(layer: string, timed: Record<string, Timed>): Operation[] {
  return Object.entries(timed).map(([name, measured]) => ({ layer, name, ...measured }));
}

/** The first layer needs no gradient of its inputs. */
const FIRST_LACKS = ['Conv2DBackpropInput', 'MatMul, gradient of inputs'];

async function profile(job: Job): Promise<Profile> {
  const peaks = timePeaks();
  const operations: Operation[] = [];
  let shape = [job.batchSize, ...job.inputShape];
  for (const [index, spec] of job.layers.entries()) {
    const { timed, output } = timeLayer(spec, shape, job.layers[index + 1]);
    const own = listed(`${index + 1} ${spec[0]}`, timed);
    operations.push(...own.filter(({ name }) => index > 0 || !FIRST_LACKS.includes(name)));
    shape = output;
  }
  const { x, y } = makeData(tf, job.inputShape, job.batchSize * job.steps);
  const step = median(await timeEpochs(build(job), x, y, job.turns)) / job.steps;
  return { peaks, operations, step };
}

const job = JSON.parse(process.argv[2] as string) as Job;
void profile(job).then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
