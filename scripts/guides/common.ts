/**
 * What the guides share: small data, drawn by arithmetic, so that the programs in TypeScript and in Python see the same,
 * and the printing of what they show.
 */
import * as tf from '@tensorflow/tfjs';
import { type Model, utils } from 'keras-ts';

/** Numbers in [0, 1) that look scattered. */
export function numbers<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R], start = 0): tf.Tensor<R> {
  const count = (shape as number[]).reduce((product, dim) => product * dim, 1);
  const values = Array.from({ length: count }, (_, n) => {
    const i = start + n;
    return ((i * i * 7 + i * 13) % 101) / 101;
  });
  return tf.tensor(values, shape);
}

/** Class numbers 0, 1, 2 ... that start again. */
export function classes(count: number, of: number): number[] {
  return Array.from({ length: count }, (_, i) => i % of);
}

/** Gray pictures, 0 to 255: a bar for each class, that lies or stands, on a scattered ground. */
export function pictures(count: number, size: number, of: number): tf.Tensor3D {
  const images = numbers<tf.Rank.R3>([count, size, size]).mul(60).floor().arraySync() as number[][][];
  classes(count, of).forEach((label, i) => {
    const at = Math.floor(label / 2) + (i % 2);
    for (let j = 0; j < size; j++) {
      if (label % 2 === 0) images[i]![at]![j]! += 180;
      else images[i]![j]![at]! += 180;
    }
  });
  return tf.tensor3d(images);
}

/** What a part of a guide shows: numbers, tensors and texts by name. */
export type Shown = { [name: string]: unknown };

/** How a part runs. */
export interface RunOptions {
  /** Operation by operation, in place of compiled. */
  runEagerly: boolean;
}

/** The parts of a guide by name, each a program that a reader of the guide would write. */
export type Parts = { readonly [name: string]: (options: RunOptions) => Shown | Promise<Shown> };

/** Tensors in a structure as arrays of numbers. */
export function plain(value: unknown): unknown {
  if (value instanceof tf.Tensor) return value.arraySync();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

/** The table that `summary` prints, line by line. */
export function summaryOf(model: Model): string[] {
  let text = '';
  model.summary({
    printFn: (table) => {
      text += table;
    },
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** What a part shows, run as if it were alone. */
export async function shownBy(part: Parts[string], options: RunOptions): Promise<unknown> {
  utils.clearSession();
  return plain(await part(options));
}

/** Runs the parts of a guide that was started by itself, and prints what they show; with `--eager` uncompiled. */
export async function show(program: NodeModule, parts: Parts): Promise<void> {
  if (require.main !== program) return;
  const runEagerly = process.argv.includes('--eager');
  const shown: Shown = {};
  for (const [name, part] of Object.entries(parts)) shown[name] = await shownBy(part, { runEagerly });
  console.log(JSON.stringify(shown, null, 1));
}
