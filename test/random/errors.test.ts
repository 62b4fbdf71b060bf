/** What the functions of `keras.random` refuse, and how they say so. Nothing is drawn and no tensor is left over then. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { setRandomSeed } from '../../src/backend/random';
import { ValueError } from '../../src/base/errors';
import * as random from '../../src/random';

beforeAll(() => ready());

type Call = () => unknown;
const given = (value: unknown): never => value as never;
const seed = 1;

/** What is refused, and the beginning of the message. */
const REFUSED: Record<string, readonly [Call, string]> = {
  'a number as shape': [
    () => random.normal(given(3)),
    'random.normal: shape must be an array of whole numbers from 0 to 2147483647. Received: shape=3. Write [3].',
  ],
  'no shape': [
    () => random.normal(given({ seed })),
    "random.normal: missing required argument 'shape'. Give it, as in random.normal({ shape: ... }).",
  ],
  'a negative size': [
    () => random.truncatedNormal([2, -1]),
    'random.truncatedNormal: shape must be an array of whole numbers from 0 to 2147483647. Received: shape=[2, -1].',
  ],
  'an unknown size': [() => random.uniform(given([null, 2])), 'random.uniform: shape must be an array of whole'],
  'half a size': [() => random.randint([2.5], 0, 2), 'random.randint: shape must be an array of whole numbers'],
  'a size beyond int32': [() => random.gamma([2 ** 31], 1), 'random.gamma: shape must be an array of whole numbers'],
  'a tensor as shape': [() => random.beta(given(tf.scalar(1)), 1, 1), 'random.beta: shape must be an array of whole'],
  'an unknown key': [
    () => random.normal([3], given({ stdev: 1 })),
    "random.normal: unknown argument 'stdev'. Received: stdev=1. Did you mean 'stddev'?",
  ],
  'too many arguments': [
    () => (random.shuffle as (...args: unknown[]) => unknown)([1], 0, 1, 2),
    'random.shuffle: at most 3 positional argument(s) (x, axis, seed) and one options object. Received: [1], 0, 1, 2.',
  ],
  'an argument twice': [
    () => random.normal([3], given({ shape: [2] })),
    "random.normal: argument 'shape' is given twice. Give it once.",
  ],
  'whole numbers of normal': [
    () => random.normal([3], { dtype: given('int32') }),
    "random.normal: dtype must be 'float32'. Received: dtype='int32'.",
  ],
  'another float': [
    () => random.uniform([3], 0, 1, given('float16')),
    "random.uniform: dtype must be 'float32'. Received: dtype='float16'.",
  ],
  'booleans of randint': [
    () => random.randint([3], 0, 2, given('bool')),
    "random.randint: dtype must be 'int32'. Received: dtype='bool'.",
  ],
  'text of categorical': [
    () => random.categorical([[1]], 1, given('string')),
    "random.categorical: dtype must be 'int32' or 'float32' or 'bool'. Received: dtype='string'.",
  ],
  'booleans of binomial': [
    () => random.binomial([3], 1, 1, given('bool')),
    "random.binomial: dtype must be 'float32' or 'int32'. Received: dtype='bool'.",
  ],
  'text as seed': [
    () => random.uniform([3], { seed: given('1') }),
    "random.uniform: seed must be a whole number or a SeedGenerator. Received: seed='1'.",
  ],
  'half a seed': [() => random.shuffle([1], 0, 0.5), 'random.shuffle: seed must be a whole number or a SeedGenerator.'],
  'a seed beyond 2^53': [() => random.dropout([1], 0.5, null, 2 ** 60), 'random.dropout: seed must be a whole number'],
  'a tensor as seed': [
    () => random.gamma([1], 1, { seed: given(tf.tensor1d([1, 0], 'int32')) }),
    'random.gamma: seed must be a whole number or a SeedGenerator. Received: seed=a tensor of shape (2,) and dtype int32.',
  ],
  'text as mean': [
    () => random.normal([3], given('0')),
    "random.normal: mean must be a tensor or nested arrays of numbers. Received: '0'.",
  ],
  'a stddev of another shape': [
    () => random.normal([3], 0, [1, 2]),
    'random.normal: stddev must broadcast to shape. Received: stddev of shape (2,), shape=[3].',
  ],
  'a minval that is larger': [
    () => random.uniform([3], [[1], [2]]),
    'random.uniform: minval must broadcast to shape. Received: minval of shape (2, 1), shape=[3].',
  ],
  'no bounds': [() => random.randint([3], given({})), "random.randint: missing required argument 'minval'."],
  'half a bound': [
    () => random.randint([3], 0.5, 3),
    'random.randint: minval must be a whole number from -2147483648 to 2147483647. Received: minval=0.5.',
  ],
  'a bound beyond int32': [
    () => random.randint([3], 0, 2 ** 31),
    'random.randint: maxval must be a whole number from -2147483648 to 2147483647. Received: maxval=2147483648.',
  ],
  'bounds without a number between': [
    () => random.randint([3], 3, 3),
    'random.randint: minval must be below maxval. Received: minval=3, maxval=3.',
  ],
  'one row of logits': [
    () => random.categorical([0, 1], 3),
    'random.categorical: logits must be of shape (rows, classes), with at least one class. ' +
      'Received: logits=a tensor of shape (2,) and dtype float32.',
  ],
  'no classes': [() => random.categorical(tf.zeros([2, 0]), 3), 'random.categorical: logits must be of shape'],
  'a negative number of samples': [
    () => random.categorical([[0, 1]], -1),
    'random.categorical: numSamples must be a whole number from 0 to 2147483647. Received: numSamples=-1.',
  ],
  'a negative alpha': [() => random.gamma([3], -1), 'random.gamma: alpha must be a number from 0. Received: alpha=-1.'],
  'a negative alpha among others': [
    () => random.beta([2], 1, [1, -2]),
    'random.beta: beta must be a number from 0. Received: -2 in beta.',
  ],
  'an alpha with an axis too many': [
    () => random.gamma([2, 3], [[1, 2, 3]]),
    'random.gamma: alpha must have the shape of the last axes. Received: alpha of shape (1, 3), shape=[2, 3].',
  ],
  'an alpha that does not broadcast': [
    () => random.beta([2, 3], [[1, 2]], 1),
    'random.beta: alpha must broadcast to shape. Received: alpha of shape (1, 2), shape=[2, 3].',
  ],
  'a count of NaN': [
    () => random.binomial([3], Number.NaN, 0.5),
    'random.binomial: counts must be a finite number. Received: counts=NaN.',
  ],
  'a count beyond int32': [
    () => random.binomial([3], 2 ** 31, 0.5, 'int32'),
    'random.binomial: counts must be a number from -2147483648 to 2147483647 where the dtype is int32.',
  ],
  'a probability of NaN': [
    () => random.binomial([2], 1, [0.5, Number.NaN]),
    'random.binomial: probabilities must be a number. Received: NaN in probabilities.',
  ],
  'counts of another shape': [
    () => random.binomial([2, 3], [[1, 2, 3]], 0.5),
    'random.binomial: counts and probabilities must broadcast to the shape of the last axes. Received: counts of shape ' +
      '(1, 3), probabilities of shape (), shape=[2, 3].',
  ],
  'counts that do not fit': [() => random.binomial([3], [1, 2, 3], [0.1, 0.2]), 'random.binomial: counts and'],
  'a shuffled number': [() => random.shuffle(3), 'random.shuffle: x must have at least one axis. Received: x=3.'],
  'an axis too many': [
    () => random.shuffle([[1]], 2),
    'random.shuffle: axis must be a whole number from -2 to 1. Received: axis=2.',
  ],
  'a rate above 1': [
    () => random.dropout([1], 1.5),
    'random.dropout: rate must be a number from 0 to 1. Received: rate=1.5.',
  ],
  'no rate': [() => random.dropout(given([1])), "random.dropout: missing required argument 'rate'."],
  'whole numbers in dropout': [
    () => random.dropout(tf.tensor1d([1, 2], 'int32'), 0.5),
    'random.dropout: inputs must be float32, to be scaled. Received: a tensor of shape (2,) and dtype int32.',
  ],
  'a noiseShape that does not broadcast': [
    () => random.dropout([[1, 2]], 0.5, [3]),
    'random.dropout: noiseShape must be an array of sizes, or null, that broadcasts to the shape of the inputs. ' +
      'Received: noiseShape=[3], a tensor of shape (1, 2) and dtype float32.',
  ],
  'a noiseShape with an axis too many': [
    () => random.dropout([1], 0.5, given([1, 1])),
    'random.dropout: noiseShape must be an array of sizes',
  ],
  'a noiseShape that is none': [
    () => random.dropout([1], 0.5, given(2)),
    'random.dropout: noiseShape must be an array of sizes',
  ],
  'a disposed tensor': [
    () => {
      const x = tf.ones([2]);
      x.dispose();
      random.shuffle(x);
    },
    'random.shuffle: x is a disposed tensor of shape (2,). Pass a live one.',
  ],
};

test.each(Object.entries(REFUSED))('%s', (_, [call, message]) => {
  setRandomSeed(1);
  const wanted = random.uniform([2]).arraySync();
  setRandomSeed(1);
  const before = tf.memory().numTensors;
  let error: unknown;
  tf.tidy(() => {
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
  });
  expect(String((error as Error | undefined)?.message).slice(0, message.length)).toBe(message);
  expect(error instanceof ValueError || error instanceof TypeError).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
  expect(random.uniform([2]).arraySync()).toEqual(wanted);
});

test('what is refused leaves no tensor of the library’s own', () => {
  const before = tf.memory().numTensors;
  expect(() => random.gamma([2, 3], [[1, 2, 3]])).toThrow(ValueError);
  expect(() => random.normal([3], [1, 2, 3], [1, 2])).toThrow(ValueError);
  expect(() => random.binomial([3], [1, 2, 3], [0.1, 0.2])).toThrow(ValueError);
  expect(() => random.categorical([0, 1], 3)).toThrow(ValueError);
  expect(() => random.dropout([1], 0.5, given(2))).toThrow(ValueError);
  expect(tf.memory().numTensors).toBe(before);
});

test('the bounds of randint may be equal where there is nothing to draw, as in Keras', () => {
  expect(random.randint([0], 3, 3).shape).toEqual([0]);
});
