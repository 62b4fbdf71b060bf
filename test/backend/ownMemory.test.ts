/** Tensors of the native library never lie in the memory of JavaScript's arrays, wherever that is. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend/engine';
import { native } from '../../src/backend/native';

const COUNT = 4; // elements
/** Elements from one multiple of 64 bytes, the strictest that TensorFlow wants, to the next, by their size. */
const PLACES = 64;

beforeAll(() => ready());

test.each([
  ['float32', Float32Array],
  ['int32', Int32Array],
  ['bool', Uint8Array],
] as const)('%s', (dtype, TypedArray) => {
  if (native() === undefined) return; // other backends copy or keep what they are given
  const size = TypedArray.BYTES_PER_ELEMENT;
  const buffer = new ArrayBuffer((PLACES + COUNT) * size);
  tf.tidy(() => {
    for (let place = 0; place < PLACES; place++) {
      const values = new TypedArray(buffer, place * size, COUNT).fill(1);
      const tensor = tf.tensor(values, [COUNT], dtype);
      const same = tf.reshape(tensor, [2, 2]); // brings it into the library
      same.add(tf.ones([2, 2])).dataSync();
      values.fill(0);
      expect(Array.from(tf.reshape(tensor, [COUNT]).dataSync())).toEqual([1, 1, 1, 1]);
    }
  });
});

test('arrays of many bytes, and of none', () => {
  tf.tidy(() => {
    const values = new Float32Array(1 << 19).map((_, i) => i % 1000);
    expect(tf.tensor(values).sum().dataSync()[0]).toBeCloseTo(
      values.reduce((a, b) => a + b, 0),
      -4,
    );
    expect(tf.tensor([], [0, 3]).add(1).dataSync()).toHaveLength(0);
  });
});
