import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { inputAt } from '../reference/axis';
import { windowsOf } from '../reference/conv2d';
import { convolve2d } from '../reference/convolve';
import type { Padding2d, PerAxis } from '../reference/options';
import { checkText } from './checks';
import { matrixOf, type Numbers } from './data';
import { Animation } from './figure';
import { formatNumber } from './numbers';
import { drawFrame, sceneOf, written } from './slidingScene';
import type { Slide } from './slidingSum';

/** Options of `slidingKernel`; those of the convolution are Keras's. */
export interface SlidingKernelOptions {
  title?: string;
  /** Steps of the window, one number or [rows, columns]. Default 1. */
  strides?: PerAxis;
  /** Zeros around the input: 'valid' for none, 'same', a number, [rows, columns] or [[top, bottom], [left, right]]. Default 'valid'. */
  padding?: Padding2d;
  /** Distance of the pixels under the kernel, one number or [rows, columns]. Default 1. */
  dilationRate?: PerAxis;
  /** Texts for the cells of the input, (height, width), such as letters. Default: its numbers. */
  labels?: readonly (readonly string[])[];
  /** How long each position is seen, in milliseconds. Default 800. */
  delay?: number;
}

const WHO = 'slidingKernel';
const KEYS = ['title', 'strides', 'padding', 'dilationRate', 'labels', 'delay'] as const;
const DELAY = 800;
const LEAST_DELAY = 20;
const MOST_DELAY = 60000;
const MOST_POSITIONS = 400;
const MOST_CELLS = 32;
/** The last position is seen longer, before all starts again. */
const REST = 3;

/** 1 and [1, 1] as `1`, [1, 2] as `1 × 2`, [[0, 1], [0, 1]] as it is. */
function perAxis(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value.some(Array.isArray) ? JSON.stringify(value) : [...new Set(value)].join(' × ');
}

function checkSizes(positions: number, height: number, width: number): void {
  if (Math.max(height, width) > MOST_CELLS) {
    const received = `${height} x ${width}`;
    throw new ValueError(
      `${WHO}: the padded input can have at most ${MOST_CELLS} rows and columns. Received: ${received}.`,
    );
  }
  if (positions <= MOST_POSITIONS) return;
  const mend = 'Use a smaller input or a larger stride.';
  throw new ValueError(`${WHO}: at most ${MOST_POSITIONS} positions can be shown. Received: ${positions}. ${mend}`);
}

function checkFinite(name: string, values: readonly (readonly number[])[]): void {
  const wrong = values.flat().find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new ValueError(`${WHO}: ${name} must hold finite numbers. Received: ${wrong}.`);
}

function checkLabels(labels: unknown, [height, width]: readonly [number, number]): void {
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === width && row.every((label) => typeof label === 'string');
  if (Array.isArray(labels) && labels.length === height && labels.every(isRow)) return;
  const expected = `labels must be ${height} lists of ${width} strings, as the input is`;
  throw new ValueError(`${WHO}: ${expected}. Received: labels=${formatValue(labels)}.`);
}

/**
 * Shows a kernel sliding over an input: at each position the products, and the output as far as it is filled.
 *
 * output[i][j] = sum over a, b of input[i * stride + a * dilation - top][j * stride + b * dilation - left] * kernel[a][b],
 * zeros around the input.
 *
 * @param input (height, width), and the kernel (kernel height, kernel width).
 * @throws ValueError for what is no matrix, a kernel larger than the padded input, more than 400 positions
 * @throws TypeError for unknown options
 * @example
 * const animation = slidingKernel([[10, 20, 30], [15, 25, 35], [20, 30, 40]], [[1, 0, -1], [1, 0, -1], [1, 0, -1]]);
 * console.log(animation.length, animation.frame(0).svg().includes('= -60')); // 1 true
 * @see https://arxiv.org/abs/1603.07285 the figures of Dumoulin and Visin
 */
export function slidingKernel(input: Numbers, kernel: Numbers, options: SlidingKernelOptions = {}): Animation {
  checkKeys(WHO, options, KEYS);
  const { title, strides = 1, padding = 'valid', dilationRate = 1, delay = DELAY } = options;
  checkText(WHO, 'title', title);
  if (!(typeof delay === 'number' && delay >= LEAST_DELAY && delay <= MOST_DELAY)) {
    const range = `from ${LEAST_DELAY} to ${MOST_DELAY} milliseconds`;
    throw new ValueError(`${WHO}: delay must be ${range}. Received: delay=${formatValue(delay)}.`);
  }
  const x = matrixOf(WHO, 'input', input);
  const weights = matrixOf(WHO, 'kernel', kernel);
  checkFinite('input', x);
  checkFinite('kernel', weights);
  const sizes = [x, weights].map((matrix) => [matrix.length, matrix[0]?.length ?? 0] as const);
  const window = { strides, padding, dilationRate };
  const { rows, columns } = windowsOf(WHO, sizes[0] as [number, number], sizes[1] as [number, number], window);
  checkSizes(
    rows.output * columns.output,
    rows.before + rows.input + rows.after,
    columns.before + columns.input + columns.after,
  );
  const labels = options.labels ?? written(x);
  checkLabels(labels, sizes[0] as [number, number]);
  const output = convolve2d(x, weights, window);
  const slides = output.flatMap((line, i) =>
    line.map((value, j): Slide => {
      const products = weights.flatMap((row, a) =>
        row.map(
          (weight, b) => [labels[inputAt(rows, i, a)]?.[inputAt(columns, j, b)] ?? '0', formatNumber(weight)] as const,
        ),
      );
      return { i, j, value, products };
    }),
  );
  const parts = {
    title: title ?? 'Convolution',
    subtitle: `stride ${perAxis(strides)}, padding ${padding === 'valid' ? 0 : perAxis(padding)}, dilation ${perAxis(dilationRate)}`,
    input: x,
    labels,
    kernel: weights,
    output,
    rows,
    columns,
  };
  const scene = sceneOf(parts, slides);
  const last = slides.length - 1;
  return new Animation(
    WHO,
    slides.map((slide, k) => ({ svg: drawFrame(scene, slide), delay: k === last ? REST * delay : delay })),
  );
}
