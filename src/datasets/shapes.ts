import * as tf from '@tensorflow/tfjs-core';
import { byteTensor } from '../backend/bytes';
import { ready } from '../backend/engine';
import { type MersenneTwister, permutation, pythonRandom } from '../backend/mersenneTwister';
import { formatValue, unknownName, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { DRAWINGS } from './drawings';

/** Pictures and their labels. The caller owns the tensors. */
export interface LabelledShapes {
  /** `(n, size, size, 3)`, int32, 0 to 255: red, green, blue. */
  x: tf.Tensor4D;
  /** `(n,)`, int32: the place in `classNames`. */
  y: tf.Tensor1D;
}

/** What `loadData` gives. */
export interface Shapes {
  train: LabelledShapes;
  test: LabelledShapes;
  /** Names of the classes, by their numbers. */
  classNames: string[];
}

/** Options of `loadData`. */
export interface ShapesOptions {
  /** Number of pictures to train with. Default: 5000. */
  samples?: number;
  /** Number of pictures to test with. Default: a fifth of `samples`, rounded up. */
  testSamples?: number | null;
  /** Height and width in pixels, from 8. Default: 32. */
  size?: number;
  /** The same seed gives the same pictures: a whole number from 0 to 2^31 - 1. Default: 0. */
  seed?: number;
  /** Standard deviation of the noise on each value, in steps of 0 to 255. Default: 8. */
  noise?: number;
  /** Names of the classes, in the order of their numbers. Default: all ten. */
  classes?: readonly string[];
}

/** Names of all classes. */
export const classNames: readonly string[] = Object.keys(DRAWINGS);

const KEYS = ['samples', 'testSamples', 'size', 'seed', 'noise', 'classes'] as const;
const COLORS = 3;
const { min, max, round } = Math; // a look-up in the loop is slow where scripts are sandboxed
/** Between the colours of figure and ground, as a distance of (red, green, blue). */
const LEAST_CONTRAST = 90;

/**
 * Drawn pictures of circles, squares, triangles and so on: as large and coloured as those of CIFAR-10, and learnt in a
 * minute. Place, size, angle and both colours of each are random, so that no pixel alone tells the class; edges are smooth. Each class
 * has the same number of pictures, give or take one; the test set does not depend on `samples`.
 *
 * @throws ValueError for numbers out of range and unknown classes
 * @example
 * const { train, test, classNames } = await datasets.shapes.loadData({ samples: 100 });
 * console.log(train.x.shape, test.y.shape, classNames.length); // [ 100, 32, 32, 3 ] [ 20 ] 10
 */
export async function loadData(options: ShapesOptions = {}): Promise<Shapes> {
  checkKeys('shapes.loadData', options, KEYS);
  const { samples = 5000, size = 32, seed = 0, noise = 8, classes = classNames } = options;
  const testSamples = options.testSamples ?? Math.ceil(samples / 5);
  checkNumber('samples', samples, 1, 1e6);
  checkNumber('testSamples', testSamples, 1, 1e6);
  checkNumber('size', size, 8, 1024);
  checkNumber('seed', seed, 0, 2 ** 31 - 1);
  if (!(noise >= 0 && noise <= 255)) {
    throw new ValueError(
      `shapes.loadData: noise must be a number from 0 to 255. Received: noise=${formatValue(noise)}.`,
    );
  }
  const names = checkClasses(classes);
  await ready();
  return {
    train: draw(samples, size, noise, names, pythonRandom(2 * seed)),
    test: draw(testSamples, size, noise, names, pythonRandom(2 * seed + 1)),
    classNames: names,
  };
}

function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new ValueError(
    `shapes.loadData: ${name} must be a whole number from ${least} to ${most}. Received: ${name}=${formatValue(value)}.`,
  );
}

function checkClasses(classes: unknown): string[] {
  if (!Array.isArray(classes) || classes.length === 0 || new Set(classes).size < classes.length) {
    throw new ValueError(
      `shapes.loadData: classes must be different names. Received: classes=${formatValue(classes)}.`,
    );
  }
  for (const name of classes as unknown[]) {
    if (!classNames.includes(name as string)) throw unknownName('shapes.loadData', 'class', String(name), classNames);
  }
  return [...(classes as string[])];
}

function draw(n: number, size: number, noise: number, names: readonly string[], rng: MersenneTwister): LabelledShapes {
  const labels = permutation(rng, n).map((i) => i % names.length);
  const values = new Uint8Array(n * size * size * COLORS);
  labels.forEach((label, i) => {
    const picture = values.subarray(i * size * size * COLORS, (i + 1) * size * size * COLORS);
    drawOne(picture, size, noise, names[label] as string, rng);
  });
  return { x: byteTensor(values, [n, size, size, COLORS]) as tf.Tensor4D, y: tf.tensor1d(labels, 'int32') };
}

/** Draws one picture: on each pixel as much of the figure's colour as the figure covers of it. */
function drawOne(values: Uint8Array, size: number, noise: number, name: string, rng: MersenneTwister): void {
  const between = (low: number, high: number): number => low + ((high - low) * rng.uint32()) / 2 ** 32;
  const [figure, ground] = contrastingColors(between);
  const radius = size * between(0.2, 0.38);
  const reach = size / 2 - radius;
  const [left, top] = [size / 2 + between(-reach, reach), size / 2 + between(-reach, reach)];
  const angle = between(-0.2, 0.2);
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
  const grain = noise > 0 ? noises(rng) : () => 0;
  const distance = (DRAWINGS[name] as (typeof DRAWINGS)[string])(between);
  let at = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = column + 0.5 - left;
      const y = row + 0.5 - top;
      const outside = distance(x * cos + y * sin, y * cos - x * sin) * radius;
      const cover = min(max(0.5 - outside, 0), 1);
      for (let color = 0; color < COLORS; color++) {
        const plain = (ground[color] as number) + cover * ((figure[color] as number) - (ground[color] as number));
        values[at++] = min(max(round(plain + noise * grain()), 0), 255);
      }
    }
  }
}

type Between = (low: number, high: number) => number;

function contrastingColors(between: Between): [number[], number[]] {
  const color = (): number[] => Array.from({ length: COLORS }, () => between(0, 255));
  for (;;) {
    const [figure, ground] = [color(), color()];
    if (Math.hypot(...figure.map((value, i) => value - (ground[i] as number))) >= LEAST_CONTRAST)
      return [figure, ground];
  }
}

/** Numbers of the normal distribution from a stock: to make each anew takes longer than all the rest. */
function noises(rng: MersenneTwister): () => number {
  stock ??= makeStock();
  const normal = stock;
  let bits = 0;
  let isFresh = false;
  return () => {
    isFresh = !isFresh;
    bits = isFresh ? rng.uint32() : bits >>> 16;
    return normal[bits & 0xffff] as number;
  };
}

let stock: Float32Array | undefined;

/** 2^16 numbers by Box and Muller, from evenly spread pairs. */
function makeStock(): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, i) => {
    const [first, second] = [((i >> 8) + 0.5) / 2 ** 8, ((i & 0xff) + 0.5) / 2 ** 8];
    return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  });
}
