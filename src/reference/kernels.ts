const BLUR_9 = 1 / 9;

/**
 * Well-known 3x3 kernels for convolve2d (as correlation, unflipped). Frozen: copy one before changing it.
 *
 * `sobelX` and `prewittX` answer to brightness rising to the right (vertical edges), `sobelY` and `prewittY` to brightness
 * rising downwards. `edge` sums to 0; `boxBlur`, `gaussianBlur`, `sharpen` and `emboss` sum to 1 and keep brightness.
 *
 * @example
 * convolve2d([[0, 0, 9], [0, 0, 9], [0, 0, 9]], kernels.sobelX); // [[36]]
 */
export const kernels = freeze({
  identity: [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
  sobelX: [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
  sobelY: [
    [-1, -2, -1],
    [0, 0, 0],
    [1, 2, 1],
  ],
  prewittX: [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ],
  prewittY: [
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 1],
  ],
  edge: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  boxBlur: [
    [BLUR_9, BLUR_9, BLUR_9],
    [BLUR_9, BLUR_9, BLUR_9],
    [BLUR_9, BLUR_9, BLUR_9],
  ],
  gaussianBlur: [
    [1 / 16, 2 / 16, 1 / 16],
    [2 / 16, 4 / 16, 2 / 16],
    [1 / 16, 2 / 16, 1 / 16],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  emboss: [
    [-2, -1, 0],
    [-1, 1, 1],
    [0, 1, 2],
  ],
});

function freeze<Name extends string>(table: Record<Name, number[][]>): Readonly<Record<Name, number[][]>> {
  for (const kernel of Object.values<number[][]>(table)) {
    for (const row of kernel) Object.freeze(row);
    Object.freeze(kernel);
  }
  return Object.freeze(table);
}
