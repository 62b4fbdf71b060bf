/** Every optimizer, with its options and those of all, trained eagerly and compiled. */
import * as tf from '@tensorflow/tfjs';
import { layers, optimizers, regularizers, Sequential, utils } from '../../src';
import { ready } from '../../src/backend/engine';
import type { Model } from '../../src/models';
import type { OptimizerIdentifier } from '../../src/optimizers';
import { filled } from '../ops/backends';
import { expectSameTraining } from './compiledSupport';

type Options = Record<string, unknown>;

/** A rate that falls with the steps. */
const schedule = {
  call: (step: tf.Tensor) => tf.scalar(0.05).div(step.toFloat().add(1).sqrt()),
  getConfig: () => ({}),
};

/** Options that every optimizer has; each is tried with some of them. */
const COMMON: Options[] = [
  { clipnorm: 0.1, weightDecay: 0.01, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 },
  { clipvalue: 0.05, gradientAccumulationSteps: 2, useEma: true },
  { globalClipnorm: 0.2, learningRate: schedule, lossScaleFactor: 4 },
  { gradientAccumulationSteps: 3, weightDecay: 0.1, useEma: true, emaOverwriteFrequency: 1 },
];

/** Options of each. */
const OWN: Record<string, Options[]> = {
  SGD: [{ momentum: 0.9 }, { momentum: 0.8, nesterov: true, weightDecay: 0.1, gradientAccumulationSteps: 2 }],
  Adam: [
    { beta1: 0.5, beta2: 0.7, epsilon: 1e-3 },
    { amsgrad: true, gradientAccumulationSteps: 2 },
  ],
  AdamW: [{ weightDecay: 0.5, amsgrad: true, useEma: true }],
  Adagrad: [{ initialAccumulatorValue: 0.5 }],
  Adadelta: [{ rho: 0.5, epsilon: 1e-3 }],
  Adamax: [{ beta1: 0.5 }],
  Nadam: [{ beta1: 0.5, gradientAccumulationSteps: 2 }],
  RMSprop: [{ momentum: 0.5 }, { centered: true, momentum: 0.9, rho: 0.5, epsilon: 0.01 }],
};

const exported = Object.values(optimizers).filter(
  (value) => typeof value === 'function' && value.prototype instanceof optimizers.Optimizer,
) as unknown as { className: string }[];
// What wraps another optimizer has a test of its own.
const names = [...new Set(exported.map(({ className }) => className))].filter((name) => name !== 'LossScaleOptimizer');

/** Dense layers with a penalty and both kinds of constraints: those that always change a weight, and others. */
function network(): Model {
  return Sequential([
    layers.Input({ shape: [4] }),
    layers.Dense(5, { activation: 'tanh', kernelConstraint: 'unit_norm', kernelRegularizer: regularizers.L2(0.01) }),
    layers.BatchNormalization(),
    layers.Dense(3, { activation: 'softmax', biasConstraint: 'non_neg' }),
  ]);
}

beforeAll(() => ready());

test('every optimizer has options of its own to test', () => {
  expect(Object.keys(OWN).sort()).toEqual(names.sort());
});

const variants = names.flatMap((name, i) =>
  [{}, ...(OWN[name] ?? []), COMMON[i % COMMON.length] as Options].map(
    (options) => [name, options] as [string, Options],
  ),
);

test.each(variants)('%s(%j)', async (name, options) => {
  const make = optimizers[name as 'SGD'] as (options: Options) => OptimizerIdentifier;
  const labels = tf.tensor1d([0, 1, 2, 0, 2, 1, 1, 0, 2, 2], 'int32');
  await expectSameTraining({
    model: network,
    compile: () => ({
      optimizer: make({ learningRate: 0.05, ...options }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    }),
    x: filled([10, 4]),
    y: utils.toCategorical(labels) as tf.Tensor,
  });
});
