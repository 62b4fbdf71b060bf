import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import { checkFlag, checkLabels, checkOneOf, checkPositive, checkText, isRange } from './checks';
import { COLORMAP_NAMES, type Colormap, colorScale } from './colors';
import { type Block, blockOf, finiteRange, isIntegral, type Numbers, nestedOf, rowsOf, wrongShape } from './data';
import { Figure } from './figure';
import { columnsFor, drawGrid } from './grid';
import { formatNumber } from './numbers';
import { type Panel, paint, paintChannels, type Range } from './panel';

/** Options of `imshow`. */
export interface ImshowOptions {
  /** Above the figure. */
  title?: string;
  /** One above each image. */
  titles?: readonly (string | number)[];
  /** Colours of images with one channel. Default 'gray'. */
  colormap?: Colormap;
  /**
   * The numbers that get the first and the last colour: `[least, greatest]`, 'each' for the extremes of each image
   * or 'shared' for those of all. Default 'each'; for images in colour [0, 255] where numbers are integers by their type
   * (int32, Uint8Array) or above 1, otherwise [0, 1].
   */
  range?: 'each' | 'shared' | readonly [number, number];
  /** Writes each number on its pixel where it fits. Default: on images of one channel with at most 10 by 10 pixels. */
  values?: boolean;
  /** Images in a row. Default: up to six in one row, more as a landscape. */
  columns?: number;
  /**
   * Width and height of the largest image in the figure, in pixels; in the others a number has as many pixels as in it.
   * Default 320 for one image, less for many, more where numbers need it.
   */
  size?: number;
  /** A bar that explains the colours, where the images share a range. Default false. */
  colorbar?: boolean;
  /** Takes an array of three axes as a list of gray images, even where the last is 1, 3 or 4 long. Default: where there are `titles`. */
  batch?: boolean;
}

const WHO = 'imshow';
const KEYS = ['title', 'titles', 'colormap', 'range', 'values', 'columns', 'size', 'colorbar', 'batch'] as const;
const CHANNELS = [1, 3, 4];
const MOST_LABELLED = 10;
const MOST_IMAGES = 400;

/** An image, (height, width) or (height, width, 3 or 4), and whether its numbers are integers by their type. */
interface Image extends Block {
  readonly integral: boolean;
}

function imageOf(name: string, given: unknown, integral: boolean): Image {
  const { shape, data } = blockOf(WHO, name, given);
  if (shape.length === 2) return { shape, data, integral };
  if (shape.length !== 3 || !CHANNELS.includes(shape[2] as number)) {
    throw wrongShape(WHO, name, '(height, width) or (height, width, 1, 3 or 4)', shape);
  }
  return { shape: shape[2] === 1 ? shape.slice(0, 2) : shape, data, integral };
}

/** The images of a list, or the one image. */
function imagesOf(images: unknown, batch: boolean): Image[] {
  const nested = nestedOf(images);
  let axes = 0;
  let size = 0;
  for (let inner = nested; Array.isArray(inner); inner = nestedOf(inner[0])) {
    axes++;
    size = inner.length;
  }
  const first = Array.isArray(nested) ? (nested[0] as unknown) : undefined;
  const isListOfTensors = axes === 3 && !Array.isArray(first);
  const isList = axes > 3 || isListOfTensors || (axes === 3 && (batch || !CHANNELS.includes(size)));
  if (!Array.isArray(nested) || !isList) return [imageOf('images', nested, isIntegral(images))];
  const whole = isIntegral(images); // of a tensor nothing else is left of its type
  return nested.map((item, i) => imageOf(`images[${i}]`, item, Array.isArray(images) ? isIntegral(item) : whole));
}

function rangesOf(images: readonly Image[], range: ImshowOptions['range']): Range[] {
  if (isRange(range)) return images.map(() => range);
  if (range !== undefined && range !== 'each' && range !== 'shared') {
    const expected = "range must be 'each', 'shared' or [least, greatest]";
    throw new ValueError(`${WHO}: ${expected}. Received: range=${formatValue(range)}.`);
  }
  const extremes = images.map(({ data }): Range => finiteRange(WHO, 'images', data));
  if (range === 'shared') {
    const all = finiteRange(WHO, 'images', extremes.flat());
    return images.map(() => all);
  }
  return images.map(({ shape, integral }, i) => {
    const found = extremes[i] as Range;
    return shape.length === 2 ? found : [0, integral || found[1] > 1 ? 255 : 1];
  });
}

function panelOf(image: Block, range: Range, options: ImshowOptions): Panel {
  const [height = 0, width = 0] = image.shape;
  const isGray = image.shape.length === 2;
  if (!isGray) return { colors: paintChannels(image, range) };
  const matrix = rowsOf(image.data, width);
  const labelled = options.values ?? Math.max(height, width) <= MOST_LABELLED;
  return {
    colors: paint(matrix, range, colorScale(WHO, options.colormap ?? 'gray')),
    labels: labelled ? matrix.map((row) => row.map((value) => formatNumber(value))) : undefined,
  };
}

function checkOptions(options: ImshowOptions, images: readonly Block[]): void {
  checkText(WHO, 'title', options.title);
  checkLabels(WHO, 'titles', options.titles, images.length, 'image');
  checkOneOf(WHO, 'colormap', options.colormap, COLORMAP_NAMES);
  for (const name of ['values', 'colorbar', 'batch'] as const) checkFlag(WHO, name, options[name]);
  for (const name of ['columns', 'size'] as const) checkPositive(WHO, name, options[name]);
  const received = `Received: ${images.length} images.`;
  if (images.length > MOST_IMAGES)
    throw new ValueError(`${WHO}: at most ${MOST_IMAGES} images can be shown. ${received}`);
  if (!options.colorbar) return;
  const inColor = images.some(({ shape }) => shape.length === 3);
  const differ = images.length > 1 && (options.range === undefined || options.range === 'each');
  if (!inColor && !differ) return;
  const why = inColor ? 'images of one channel' : "one range for all images, as range: 'shared'";
  throw new ValueError(`${WHO}: colorbar needs ${why}. Received: ${inColor ? 'images in colour' : "range='each'"}.`);
}

/**
 * Shows one image, or several in rows.
 *
 * An image is (height, width), or (height, width, 3 or 4) in colour with numbers from 0 to 1 or 0 to 255. Several are
 * (n, height, width), (n, height, width, channels) or a list of images of any sizes. NaN is drawn orange.
 *
 * @throws ValueError for ragged or empty images, other shapes, options that do not fit
 * @throws TypeError for unknown options
 * @example
 * const image = [[0, 9, 0], [9, 9, 9], [0, 9, 0]];
 * const figure = imshow([image, image], { title: 'Crosses', titles: ['gray', 'the same'] });
 * console.log(figure.svg().includes('Crosses')); // true
 */
export function imshow(images: Numbers | readonly Numbers[], options: ImshowOptions = {}): Figure {
  checkKeys(WHO, options, KEYS);
  const blocks = imagesOf(images, options.batch ?? options.titles !== undefined);
  checkOptions(options, blocks);
  const ranges = rangesOf(blocks, options.range);
  const panels = blocks.map((block, i) => panelOf(block, ranges[i] as Range, options));
  const bar = options.colorbar && { scale: colorScale(WHO, options.colormap ?? 'gray'), range: ranges[0] as Range };
  const columns = Math.min(options.columns ?? columnsFor(panels.length), panels.length);
  const { title, titles, size, values } = options;
  const colorBar = bar || undefined;
  return new Figure(WHO, drawGrid({ who: WHO, panels, titles, title, columns, size, values, colorBar }));
}
