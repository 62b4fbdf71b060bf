/** Class weights; labels and weights whose shapes are not those of the output and the loss. */
import * as tf from '@tensorflow/tfjs';
import { Input, layers, Sequential } from '../../src';
import { Converter } from '../../src/models/data/converter';
import { applyClassWeight } from '../../src/models/data/sampleWeights';
import fixture from '../fixtures/dataTypes.json';
import { expectNear, train } from './fixedTraining';

const { x: X, y: Y } = fixture;

describe('class weights', () => {
  const weights = { 0: 0.5, 1: 3, [-1]: 2 };
  const asMap = new Map(Object.entries(weights).map(([key, weight]) => [Number(key), weight]));

  test.each(fixture.classWeights)('of labels $y', ({ y, made }) => {
    for (const classWeight of [weights, asMap]) {
      const before = tf.memory().numTensors;
      const converter = new Converter('fit');
      const data = { x: tf.zeros([y.length]), y: converter.convert('y', y, 1), sampleWeight: undefined };
      const apply = (): tf.Tensor => applyClassWeight('fit', data, classWeight, converter).sampleWeight as tf.Tensor;
      if (made) expect(Array.from(apply().dataSync())).toEqual(made);
      else {
        expect(apply).toThrow(
          `fit: classWeight is for one label a sample. Received: labels of shape (${(data.y as tf.Tensor).shape.join(', ')}), ` +
            'several a sample. Give sampleWeight with one weight for each label.',
        );
      }
      converter.dispose();
      data.x.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  test('booleans and 64-bit integers as labels', () => {
    const converter = new Converter('fit');
    for (const y of [[true, false], BigInt64Array.of(1n, 0n)]) {
      const data = { x: tf.zeros([2]), y: converter.convert('y', y, 1), sampleWeight: undefined };
      const { sampleWeight } = applyClassWeight('fit', data, weights, converter);
      expect(Array.from((sampleWeight as tf.Tensor).dataSync())).toEqual([3, 0.5]);
    }
    converter.dispose();
  });

  test.each<[string, unknown, string]>([
    ['a list', [1, 5], '[1, 5]'],
    ['a name', 'balanced', "'balanced'"],
    ['a number', 2, '2'],
    ['a typed array', Float32Array.of(1, 5), 'an object of class Float32Array'],
    ['a set', new Set([1]), 'an object of class Set'],
    ['a name of a class', { cat: 1 }, '{cat: 1}'],
    ['text for a weight', { 0: '1' }, "{0: '1'}"],
    ['a negative weight', { 0: -1 }, '{0: -1}'],
    ['no weight', { 0: null }, '{0: null}'],
    ['a text for a class in a Map', new Map([['0', 1]]), "a Map with '0' => 1"],
    ['half a class in a Map', new Map([[0.5, 1]]), 'a Map with 0.5 => 1'],
    ['NaN in a Map', new Map([[0, Number.NaN]]), 'a Map with 0 => NaN'],
  ])('%s is refused', async (_, classWeight, received) => {
    await expect(train(X, Y, { classWeight })).rejects.toThrow(
      'fit: classWeight must give a non-negative number for class numbers, as in { 0: 1, 1: 2 } or ' +
        `new Map([[0, 1], [1, 2]]). Received: ${received}.`,
    );
  });

  test('in trainOnBatch', () => {
    const make = (): ReturnType<typeof Sequential> => {
      const model = Sequential([Input({ shape: [2] }), layers.Dense(1, { kernelInitializer: 'zeros' })]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      return model;
    };
    const weighted = make().trainOnBatch(X, Y, { sampleWeight: [1, 5, 1, 1] });
    expect(make().trainOnBatch(X, Y, { classWeight: new Map([[2, 5]]) })).toBe(weighted);
    expect(make().trainOnBatch(X, Y)).not.toBe(weighted);
  });
});

describe('labels and weights of other shapes train as in Keras, or are refused', () => {
  const SEGMENTATION = { units: 4, shape: [2, 3, 2], loss: 'sparse_categorical_crossentropy', activation: 'softmax' };
  type Case = {
    x: number[][];
    y: unknown;
    sample_weight?: unknown;
    losses: number[] | null;
    units: number;
    class_weight: [number, number][];
  };

  test.each(Object.entries(fixture.trained as unknown as Record<string, Case>))('%s', async (name, given) => {
    const { x, y, sample_weight: sampleWeight, losses: expected, units, class_weight: classWeight } = given;
    const options = {
      ...(/label maps|sampleWeight/.test(name) ? SEGMENTATION : { units }),
      ...(sampleWeight !== undefined && { sampleWeight }),
      ...(classWeight.length > 0 && { classWeight: new Map(classWeight) }),
    };
    if (expected) return expectNear(await train(x, y, options), expected);
    const before = tf.memory().numTensors;
    const message = name.startsWith('classWeight')
      ? 'fit: classWeight is for one label a sample. Received: labels of shape (4, 2, 3)'
      : /fit: sampleWeight must have one weight .* Give shape \(4, 1, 1\) or \(4, 2, 3\)\./;
    await expect(train(x, y, options)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  // In Keras these train where a batch happens to be as long as an axis, along the wrong one.
  test('one label a sample for several outputs', async () => {
    for (const units of [2, 3]) {
      await expect(train(X, Y.flat(), { units })).rejects.toThrow(
        'fit: labels and the output must have the same shape, or an axis of size 1 where they differ. ' +
          `Received: labels of shape (4,), output of shape (None, ${units}).`,
      );
    }
  });

  test('one weight a sample for several losses a sample', async () => {
    const sequences = { units: 2, shape: [2, 2], loss: 'mse' };
    const x = [X.slice(0, 2), X.slice(2), X.slice(0, 2), X.slice(2)];
    const weights = (sampleWeight: unknown): Promise<number[]> => train(x, x, { ...sequences, sampleWeight });
    await expect(weights([1, 2, 3, 4])).rejects.toThrow(
      'Received: sampleWeight of shape (4,), output of shape (None, 2, 2). Give shape (4, 1) or (4, 2).',
    );
    expect(await weights([[1], [2], [3], [4]])).toEqual(await weights([1, 2, 3, 4].map((w) => [w, w])));
  });

  test('several labels a sample with class weights', async () => {
    const sequences = { units: 3, shape: [2, 2], loss: 'sparse_categorical_crossentropy', activation: 'softmax' };
    const x = [X.slice(0, 2), X.slice(2)];
    const labels = [
      [0, 1],
      [2, 1],
    ];
    await expect(train(x, labels, { ...sequences, classWeight: { 0: 2 } })).rejects.toThrow(
      'fit: classWeight is for one label a sample. Received: labels of shape (2, 2), several a sample.',
    );
  });

  test("a loss of one's own decides by itself", async () => {
    const loss = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => yPred.mean(-1).sub(yTrue).square();
    const model = Sequential([Input({ shape: [2] }), layers.Dense(3, { kernelInitializer: 'zeros' })]);
    model.compile({ optimizer: 'sgd', loss });
    expect(await model.evaluate(X, [1, 2, 3, 4], { sampleWeight: [2, 2, 2, 2], verbose: 0 })).toBe(15);
  });
});
