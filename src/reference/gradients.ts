import { inputAt, outputAt } from './axis';
import { type Geometry, type GradientOptions, geometryOf, WINDOW_KEYS } from './conv2d';
import { showShape, valueError } from './errors';
import { checkOptions } from './options';
import { at4, build4, checkShape, IMAGES, KERNEL, type Rank4, type Shape4, shapeOf } from './shapes';

const KEYS = [...WINDOW_KEYS, 'groups'] as const;

/**
 * The gradient of a loss with respect to conv2d's input, given `dy`, its gradient with respect to the output.
 *
 * dx[n][y][x][c] = sum over a, b, k of dy[n][i][j][k] * kernel[a][b][c][k], over the outputs (i, j) whose window
 * puts tap (a, b) on pixel (y, x), and the filters k of channel c's group.
 *
 * dy (batch, new height, new width, filters), kernel (kernel height, kernel width, channels / groups, filters),
 * inputShape (batch, height, width, channels) -> dx of that shape. Options as for conv2d, without bias.
 * Throws a ValueError for bad options, or where dy is not the shape conv2d would give.
 *
 * @example
 * conv2dGradInput([[[[1], [10]]]], [[[[2]], [[3]]]], [1, 1, 3, 1]); // [[[[2], [23], [30]]]]
 */
export function conv2dGradInput(
  dy: Rank4,
  kernel: Rank4,
  inputShape: Shape4,
  options: GradientOptions = {},
): number[][][][] {
  const who = 'conv2dGradInput';
  checkOptions(who, options, KEYS);
  const dyShape = shapeOf<Shape4>(who, 'dy', dy, IMAGES);
  const kernelShape = shapeOf<Shape4>(who, 'kernel', kernel, KERNEL);
  const xShape = checkShape<Shape4>(who, 'inputShape', inputShape, IMAGES);
  const geometry = geometryOf(who, xShape, kernelShape, options);
  checkOutput(who, dyShape, geometry);
  return gradInput(dy, kernel, xShape, geometry);
}

/** The loops of conv2dGradInput, which conv2dTranspose shares. */
export function gradInput(dy: Rank4, kernel: Rank4, inputShape: Shape4, g: Geometry): number[][][][] {
  return build4(inputShape, (n, y, x, channel) => {
    const group = Math.floor(channel / g.channelsPerGroup);
    const c = channel % g.channelsPerGroup;
    const first = group * g.filtersPerGroup;
    let sum = 0;
    for (let a = 0; a < g.rows.kernel; a++) {
      const i = outputAt(g.rows, y, a);
      if (i === undefined) continue;
      for (let b = 0; b < g.columns.kernel; b++) {
        const j = outputAt(g.columns, x, b);
        if (j === undefined) continue;
        for (let k = first; k < first + g.filtersPerGroup; k++) sum += at4(dy, n, i, j, k) * at4(kernel, a, b, c, k);
      }
    }
    return sum;
  });
}

/**
 * The gradient of a loss with respect to conv2d's kernel, given `dy`, its gradient with respect to the output.
 *
 * dkernel[a][b][c][k] = sum over n, i, j of
 * x[n][i * stride + a * dilation - top][j * stride + b * dilation - left][first + c] * dy[n][i][j][k]:
 * every product conv2d makes with this weight.
 *
 * x (batch, height, width, channels), dy (batch, new height, new width, filters),
 * kernelShape (kernel height, kernel width, channels / groups, filters) -> dkernel of that shape.
 * Options as for conv2d, without bias. Throws a ValueError for bad options, or where dy is not the shape conv2d would give.
 *
 * @example
 * conv2dGradKernel([[[[1], [2], [3]]]], [[[[1], [10]]]], [1, 2, 1, 1]); // [[[[21]], [[32]]]]
 */
export function conv2dGradKernel(
  x: Rank4,
  dy: Rank4,
  kernelShape: Shape4,
  options: GradientOptions = {},
): number[][][][] {
  const who = 'conv2dGradKernel';
  checkOptions(who, options, KEYS);
  const xShape = shapeOf<Shape4>(who, 'x', x, IMAGES);
  const dyShape = shapeOf<Shape4>(who, 'dy', dy, IMAGES);
  const checkedShape = checkShape<Shape4>(who, 'kernelShape', kernelShape, KERNEL);
  const geometry = geometryOf(who, xShape, checkedShape, options);
  checkOutput(who, dyShape, geometry);
  const { rows, columns, channelsPerGroup, filtersPerGroup } = geometry;
  return build4(checkedShape, (a, b, c, k) => {
    const channel = Math.floor(k / filtersPerGroup) * channelsPerGroup + c;
    let sum = 0;
    for (let n = 0; n < xShape[0]; n++) {
      for (let i = 0; i < rows.output; i++) {
        for (let j = 0; j < columns.output; j++) {
          sum += at4(x, n, inputAt(rows, i, a), inputAt(columns, j, b), channel) * at4(dy, n, i, j, k);
        }
      }
    }
    return sum;
  });
}

function checkOutput(who: string, dy: Shape4, { outputShape }: Geometry): void {
  if (dy.every((size, axis) => size === outputShape[axis])) return;
  const expected = `dy must have the shape of conv2d's output, ${showShape(outputShape)}`;
  throw valueError(who, expected, `dy of shape ${showShape(dy)}`);
}
