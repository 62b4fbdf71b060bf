import { checkKeys } from '../base/options';
import { checkFlag, checkOneOf, checkPositive, checkText } from './checks';
import { COLORMAP_NAMES, type Colormap, colorScale } from './colors';
import { type Block, blockOf, finiteRange, type Numbers, wrongShape } from './data';
import { Figure } from './figure';
import { columnsFor, drawGrid } from './grid';
import { aroundZero } from './heatmap';
import { formatNumber } from './numbers';
import { type Panel, paint } from './panel';

/** Options of `kernels`. */
export interface KernelsOptions {
  title?: string;
  /** Default 'coolwarm': blue below 0, red above. */
  colormap?: Colormap;
  /** How many filters and how many input channels to draw, from the first. Default 32 and 8. */
  filters?: number;
  channels?: number;
  /** Writes each weight in its cell. Default false. */
  values?: boolean;
  /** Filters in a row, for kernels with one input channel. */
  columns?: number;
}

const WHO = 'kernels';
const KEYS = ['title', 'colormap', 'filters', 'channels', 'values', 'columns'] as const;
const MOST_FILTERS = 32;
const MOST_FILTERS_IN_ROWS = 16;
const MOST_CHANNELS = 8;

/** The weights from one input channel to one filter. */
function sliceOf({ shape, data }: Block, channel: number, filter: number): number[][] {
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  const at = (a: number, b: number): number =>
    data[((a * width + b) * channels + channel) * filters + filter] as number;
  return Array.from({ length: height }, (_, a) => Array.from({ length: width }, (_, b) => at(a, b)));
}

function subtitleOf(shown: number, filters: number, drawn: number, channels: number): string | undefined {
  const parts = [
    ...(shown < filters ? [`${shown} of ${filters} filters`] : []),
    ...(drawn < channels ? [`${drawn} of ${channels} input channels`] : []),
  ];
  return parts.length === 0 ? undefined : `the first ${parts.join(', ')}`;
}

/**
 * Draws the weights of a convolution: a picture for each filter, a row for each input channel where there are several.
 *
 * All have the same colours, with 0 in the middle.
 *
 * @param weights (kernel height, kernel width, input channels, filters), as `layer.kernel`.
 * @throws ValueError for other shapes
 * @throws TypeError for unknown options
 * @example
 * const layer = layers.Conv2D(10, 3);
 * layer.build([null, 28, 28, 1]);
 * console.log(kernels(layer.kernel, { title: 'Untrained' }).svg().includes('Untrained')); // true
 */
export function kernels(weights: Numbers, options: KernelsOptions = {}): Figure {
  checkKeys(WHO, options, KEYS);
  checkText(WHO, 'title', options.title);
  checkFlag(WHO, 'values', options.values);
  checkOneOf(WHO, 'colormap', options.colormap, COLORMAP_NAMES);
  for (const name of ['filters', 'channels', 'columns'] as const) checkPositive(WHO, name, options[name]);
  const block = blockOf(WHO, 'weights', weights);
  if (block.shape.length !== 4) {
    throw wrongShape(WHO, 'weights', '(kernel height, kernel width, input channels, filters)', block.shape);
  }
  const [, , channels = 0, filters = 0] = block.shape;
  const shownChannels = Math.min(channels, options.channels ?? MOST_CHANNELS);
  const inRows = shownChannels > 1;
  const shownFilters = Math.min(filters, options.filters ?? (inRows ? MOST_FILTERS_IN_ROWS : MOST_FILTERS));
  const extremes = finiteRange(WHO, 'weights', block.data);
  const range = aroundZero(extremes);
  const scale = colorScale(WHO, options.colormap ?? 'coolwarm');
  const panels = Array.from({ length: shownChannels * shownFilters }, (_, i): Panel => {
    const weights = sliceOf(block, Math.floor(i / shownFilters), i % shownFilters);
    const labels = options.values ? weights.map((row) => row.map((value) => formatNumber(value, 2))) : undefined;
    return { colors: paint(weights, range, scale), labels };
  });
  const svg = drawGrid({
    who: WHO,
    panels,
    values: options.values,
    titles: panels.map((_, i) => (i < shownFilters && shownFilters > 1 ? i : '')),
    title: options.title,
    subtitle: subtitleOf(shownFilters, filters, shownChannels, channels),
    columns: inRows ? shownFilters : Math.min(shownFilters, options.columns ?? columnsFor(shownFilters)),
    rowTitles: inRows ? Array.from({ length: shownChannels }, (_, c) => `channel ${c}`) : undefined,
    colorBar: { scale, range },
  });
  return new Figure(WHO, svg);
}
