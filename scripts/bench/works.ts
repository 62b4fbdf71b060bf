/** The networks that are measured. Every contender builds them from this description, in Keras's terms. */

/** A layer's Keras name and its options. */
export type LayerSpec = readonly [name: string, options: Readonly<Record<string, unknown>>];

/** A network that classifies into ten classes, trained with Adam on categorical crossentropy, with accuracy. */
export interface Work {
  title: string;
  inputShape: readonly number[];
  batchSize: number;
  layers: readonly LayerSpec[];
  /** Steps in an epoch; fewer when it has to be quick. */
  steps: number;
  quickSteps: number;
}

export const WORK_NAMES = ['A', 'B', 'C', 'D'] as const;
export type WorkName = (typeof WORK_NAMES)[number];

const conv = (filters: number): LayerSpec => ['Conv2D', { filters, kernelSize: 3, activation: 'relu' }];
const pool: LayerSpec = ['MaxPooling2D', { poolSize: 2 }];
const dense = (units: number, activation: string): LayerSpec => ['Dense', { units, activation }];
const flatten: LayerSpec = ['Flatten', {}];

/** Two convolutions with batch normalization, and pooling. */
function vggBlock(filters: number): LayerSpec[] {
  const normalized: LayerSpec[] = [
    ['Conv2D', { filters, kernelSize: 3, padding: 'same' }],
    ['BatchNormalization', {}],
    ['Activation', { activation: 'relu' }],
  ];
  return [...normalized, ...normalized, pool];
}

export const WORKS: Readonly<Record<WorkName, Work>> = {
  A: {
    title: "the lesson's network, batch 32",
    inputShape: [28, 28, 1],
    batchSize: 32,
    layers: [conv(10), flatten, dense(10, 'softmax')],
    steps: 200,
    quickSteps: 60,
  },
  B: {
    title: 'mnist_convnet with dropout, batch 128',
    inputShape: [28, 28, 1],
    batchSize: 128,
    layers: [conv(32), pool, conv(64), pool, flatten, ['Dropout', { rate: 0.5 }], dense(10, 'softmax')],
    steps: 60,
    quickSteps: 12,
  },
  C: {
    title: 'VGG blocks with batch normalization, 32x32x3, batch 64',
    inputShape: [32, 32, 3],
    batchSize: 64,
    layers: [...vggBlock(32), ...vggBlock(64), ...vggBlock(128), flatten, dense(10, 'softmax')],
    steps: 15,
    quickSteps: 5,
  },
  D: {
    title: 'a 3-layer MLP of 10 million parameters, batch 128',
    inputShape: [784],
    batchSize: 128,
    layers: [dense(2800, 'relu'), dense(2800, 'relu'), dense(10, 'softmax')],
    steps: 40,
    quickSteps: 6,
  },
};
