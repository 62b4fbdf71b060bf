import { checkKeys } from '../base/options';
import { checkLabels, checkOneOf, checkPositive, checkText } from './checks';
import { COLORMAP_NAMES, type Colormap, colorScale } from './colors';
import { type Block, blockOf, finiteRange, type Numbers, rangeOf, wrongShape } from './data';
import { Figure } from './figure';
import { columnsFor, drawGrid } from './grid';
import { paint, type Range } from './panel';

/** Options of `featureMaps`. */
export interface FeatureMapsOptions {
  title?: string;
  /** One above each map. Default: the numbers of the channels. */
  titles?: readonly (string | number)[];
  /** Default 'viridis'. */
  colormap?: Colormap;
  /**
   * 'each' map in its own colours, from its least number to its greatest, or all in 'shared' ones. Where no number of any
   * map is below 0 and some are 0, as after a ReLU, each begins with 0, so that a dead map is dark. Default 'each'.
   */
  range?: 'each' | 'shared';
  /** How many maps to draw, from the first. Default 64. */
  limit?: number;
  /** Maps in a row. */
  columns?: number;
}

const WHO = 'featureMaps';
const KEYS = ['title', 'titles', 'colormap', 'range', 'limit', 'columns'] as const;
const LIMIT = 64;

/** Without the batch axis of one image. */
function mapsOf(activations: unknown): Block {
  const block = blockOf(WHO, 'activations', activations);
  const { shape, data } = block;
  if (shape.length === 3) return block;
  if (shape.length === 4 && shape[0] === 1) return { shape: shape.slice(1), data };
  throw wrongShape(WHO, 'activations', '(height, width, channels), of one image', shape);
}

/** One channel, as rows. */
function channelOf({ shape, data }: Block, channel: number): number[][] {
  const [height = 0, width = 0, channels = 0] = shape;
  const at = (i: number, j: number): number => data[(i * width + j) * channels + channel] as number;
  return Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => at(i, j)));
}

/**
 * Draws what a layer makes of one image, channel by channel.
 *
 * activations (height, width, channels) or (1, height, width, channels).
 *
 * @throws ValueError for other shapes
 * @throws TypeError for unknown options
 * @example
 * const maps = layers.Conv2D(4, 3)(tf.ones([1, 8, 8, 1]));
 * console.log(featureMaps(maps, { title: 'Four filters' }).svg().includes('Four filters')); // true
 */
export function featureMaps(activations: Numbers, options: FeatureMapsOptions = {}): Figure {
  checkKeys(WHO, options, KEYS);
  const block = mapsOf(activations);
  const channels = block.shape[2] as number;
  const { title, limit = LIMIT, range = 'each', colormap = 'viridis' } = options;
  checkPositive(WHO, 'limit', limit);
  const count = Math.min(limit, channels);
  checkText(WHO, 'title', title);
  checkLabels(WHO, 'titles', options.titles, count, 'map');
  checkOneOf(WHO, 'colormap', colormap, COLORMAP_NAMES);
  checkOneOf(WHO, 'range', range, ['each', 'shared']);
  checkPositive(WHO, 'columns', options.columns);
  const scale = colorScale(WHO, colormap);
  const maps = Array.from({ length: count }, (_, channel) => channelOf(block, channel));
  const all = finiteRange(WHO, 'activations', maps.flat(2));
  const rangeFor = (map: number[][]): Range => {
    const [least, greatest] = (range === 'shared' ? undefined : rangeOf(map.flat())) ?? all;
    return [all[0] === 0 ? 0 : least, greatest];
  };
  const svg = drawGrid({
    who: WHO,
    panels: maps.map((map) => ({ colors: paint(map, rangeFor(map), scale) })),
    titles: options.titles ?? maps.map((_, channel) => channel),
    title,
    subtitle: count < channels ? `the first ${count} of ${channels} channels` : undefined,
    columns: Math.min(count, options.columns ?? columnsFor(count)),
    colorBar: range === 'shared' ? { scale, range: all } : undefined,
  });
  return new Figure(WHO, svg);
}
