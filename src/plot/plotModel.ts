import { checkKeys } from '../base/options';
import { checkFlag, checkOneOf } from './checks';
import { Figure } from './figure';
import { textWidth } from './font';
import { layOut, type Point } from './graphLayout';
import { type GraphLayer, graphOf, type ModelLike } from './modelGraph';
import { element, PAPER, rect, svgDocument, text } from './svg';

/** Options of `plotModel`, as of Keras's `plot_model`; shapes and names are shown unless told otherwise. */
export interface PlotModelOptions {
  /** Default true. */
  showShapes?: boolean;
  /** Default true. */
  showLayerNames?: boolean;
  /** Default false. */
  showDtype?: boolean;
  /** Default false. */
  showLayerActivations?: boolean;
  /** Whether layers with weights are trained. Default false. */
  showTrainable?: boolean;
  /** From top to bottom, or from left to right. Default 'TB'. */
  rankdir?: 'TB' | 'LR';
}

const WHO = 'plotModel';
const FLAGS = ['showShapes', 'showLayerNames', 'showDtype', 'showLayerActivations', 'showTrainable'] as const;
const MARGIN = 20;
const HEADER = 28;
const ROW = 24;
const PADDING = 14;
const BORDER = '#3a4657';
const HEAD = '#263345';
const TRAINED = '#00734f';
const FROZEN = '#b34a00';

/** One line of a box: a name and its value. */
interface Row {
  readonly name: string;
  readonly value: string;
  readonly fill?: string;
}

/** What a box says. */
interface Label {
  readonly className: string;
  readonly name: string;
  readonly rows: readonly Row[];
}

/** The name of an activation, given as a function, an object or a name. */
function activationName(activation: unknown): string {
  if (typeof activation === 'string') return activation;
  const { name, className } = activation as { name?: string; className?: string };
  return name || className || '?';
}

function labelOf({ layer, shapes, dtypes }: GraphLayer, options: PlotModelOptions): Label {
  const { showShapes = true, showLayerNames = true, showDtype, showLayerActivations, showTrainable } = options;
  const { activation, trainable, weights = [] } = layer;
  const hasActivation = showLayerActivations && activation !== undefined && activation !== null;
  const rows: Row[] = [
    ...(hasActivation ? [{ name: 'Activation: ', value: activationName(activation) }] : []),
    ...(showShapes ? [{ name: 'Output shape: ', value: shapes }] : []),
    ...(showDtype ? [{ name: 'Output dtype: ', value: dtypes }] : []),
    ...(showTrainable && weights.length > 0
      ? [
          trainable
            ? { name: '', value: 'Trainable', fill: TRAINED }
            : { name: '', value: 'Non-trainable', fill: FROZEN },
        ]
      : []),
  ];
  return { className: layer.className, name: showLayerNames ? `  ${layer.name}` : '', rows };
}

const headWidth = ({ className, name }: Label): number => textWidth(className, 13, true) + textWidth(name, 12);
const rowWidth = ({ name, value }: Row): number => textWidth(name, 12) + textWidth(value, 12, true);

function sizeOf(label: Label): { width: number; height: number } {
  const width = Math.max(headWidth(label), ...label.rows.map(rowWidth)) + 2 * PADDING;
  return { width: Math.ceil(width), height: HEADER + ROW * label.rows.length };
}

/** A box with its top side's middle at (x, y). */
function drawBox(label: Label, x: number, y: number): string[] {
  const { width, height } = sizeOf(label);
  const left = x - width / 2;
  const start = x - headWidth(label) / 2;
  const white = { anchor: 'start', fill: PAPER } as const;
  const { className, name, rows } = label;
  return [
    rect(left, y, width, height, { fill: PAPER }),
    rect(left, y, width, HEADER, { fill: HEAD }),
    text(className, start, y + HEADER / 2, { ...white, size: 13, bold: true }),
    ...(name
      ? [
          text(name.trim(), start + headWidth({ className, name: '  ', rows }), y + HEADER / 2, {
            ...white,
            fill: '#d5dde8',
          }),
        ]
      : []),
    ...rows.flatMap((row, i) => {
      const middle = y + HEADER + (i + 0.5) * ROW;
      const from = x - rowWidth(row) / 2;
      return [
        ...(row.fill ? [rect(left, middle - ROW / 2, width, ROW, { fill: row.fill })] : []),
        ...(row.name ? [text(row.name.trim(), from, middle, { anchor: 'start' })] : []),
        text(row.value, from + textWidth(row.name, 12), middle, {
          anchor: 'start',
          bold: true,
          ...(row.fill && { fill: PAPER }),
        }),
      ];
    }),
    rect(left, y, width, height, { fill: 'none', stroke: BORDER, 'stroke-width': 1.2 }),
  ];
}

const HEAD_LENGTH = 8;

/** A line through points, curved between them and straight where it passes a layer, with a head at its end. */
function drawArrow(points: readonly Point[], sideways: boolean): string {
  const turn = ([x, y]: Point): Point => (sideways ? [y, x] : [x, y]);
  const write = (point: Point): string =>
    turn(point)
      .map((value) => Math.round(value * 10) / 10)
      .join(' ');
  const [ex, ey] = points.at(-1) as Point;
  const stops = [...points.slice(0, -1), [ex, ey - HEAD_LENGTH + 1] as const];
  const path = stops.map((point, i) => {
    const before = stops[i - 1];
    if (!before) return `M ${write(point)}`;
    if (before[0] === point[0]) return `L ${write(point)}`;
    const half = (before[1] + point[1]) / 2;
    return `C ${write([before[0], half])} ${write([point[0], half])} ${write(point)}`;
  });
  const head = [points.at(-1) as Point, [ex - 4.5, ey - HEAD_LENGTH] as const, [ex + 4.5, ey - HEAD_LENGTH] as const];
  return (
    element('path', { d: path.join(' '), fill: 'none', stroke: BORDER, 'stroke-width': 1.6 }) +
    element('path', { d: `M ${head.map(write).join(' L ')} Z`, fill: BORDER })
  );
}

/**
 * Draws the graph of a model's layers: a box for each with class, name and output shape, and arrows along the data.
 *
 * @param model functional, sequential, or a subclass, which is one box.
 * @throws ValueError for a model whose shapes are not known yet
 * @throws TypeError for unknown options
 * @example
 * const model = Sequential([layers.Input({ shape: [4] }), layers.Dense(3, { name: 'answer' })]);
 * console.log(plotModel(model).svg().includes('(None, 3)')); // true
 * @see https://keras.io/api/utils/model_plotting_utils/
 */
export function plotModel(model: ModelLike, options: PlotModelOptions = {}): Figure {
  checkKeys(WHO, options, [...FLAGS, 'rankdir']);
  for (const name of FLAGS) checkFlag(WHO, name, options[name]);
  checkOneOf(WHO, 'rankdir', options.rankdir, ['TB', 'LR']);
  const { layers, edges } = graphOf(WHO, model);
  const sideways = options.rankdir === 'LR';
  const labels = layers.map((layer) => labelOf(layer, options));
  const sizes = labels.map(sizeOf);
  const along = sizes.map(({ width, height }) => (sideways ? { width: height, height: width } : { width, height }));
  const { places, bends, width, height } = layOut(WHO, along, edges);
  const arrows = edges.map(([from, to], i) => {
    const [start, end] = [places[from] as Point, places[to] as Point];
    const bottom = start[1] + (along[from] as { height: number }).height;
    return drawArrow([[start[0], bottom], ...(bends[i] as readonly Point[]), end], sideways);
  });
  const boxes = labels.flatMap((label, i) => {
    const [x, y] = places[i] as Point;
    const size = sizes[i] as { width: number; height: number };
    return sideways ? drawBox(label, y + size.width / 2, x - size.height / 2) : drawBox(label, x, y);
  });
  const [wide, high] = sideways ? [height, width] : [width, height];
  const body = element('g', { transform: `translate(${MARGIN} ${MARGIN})` }, ...arrows, ...boxes);
  return new Figure(WHO, svgDocument(wide + 2 * MARGIN, high + 2 * MARGIN, `Layers of ${model.name}`, [body]));
}
