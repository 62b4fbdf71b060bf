import type { DType, Variable } from '../../backend/variable';
import { formatValue, type Shape, ValueError } from '../../base/errors';
import type { Nested } from '../../base/nest';
import { checkKeys } from '../../base/options';
import { fixed } from '../../callbacks/format';
import { host } from '../../host';
import { Layer } from '../../layers/layer';
import { mapShapes, type Node } from '../../layers/operation';
import { type Column, columnWidths, renderTable, wrap } from './table';

/** Arguments of `summary`. */
export interface SummaryOptions {
  /** Width of the table in characters. Default: 88 (108 with connections), but at most the terminal's less 4. */
  lineLength?: number;
  /** Where columns end, as fractions of the width. Default: [0.45, 0.8, 1], or [0.3, 0.56, 0.74, 1] with connections. */
  positions?: readonly number[];
  /** Whether the layers of models inside are listed, too. Default: false. */
  expandNested?: boolean;
  /** Whether a column tells which layers are trained. Default: false. */
  showTrainable?: boolean;
  /** Names of the first and the last layer to be listed; regular expressions, matched at the beginning. */
  layerRange?: readonly [first: string, last: string];
}

/** What a summary reads of a model. */
export interface SummaryModel {
  readonly name: string;
  readonly kind: 'sequential' | 'functional' | 'subclassed';
  readonly layers: readonly Layer[];
  /** All layers of a functional model, inputs included. */
  readonly operations?: readonly Layer[];
  /** Calls by depth, of a functional model. */
  readonly nodesByDepth?: readonly (readonly Node[])[];
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
  readonly compiled: boolean;
  readonly optimizer?: SummaryOptimizer | null;
}

/** What a summary reads of an optimizer. */
export interface SummaryOptimizer {
  readonly built: boolean;
  readonly variables: readonly Variable[];
  readonly iterations?: unknown;
}

const KEYS: readonly (keyof SummaryOptions)[] = [
  'lineLength',
  'positions',
  'expandNested',
  'showTrainable',
  'layerRange',
];

/** Width of the terminal; 80 where there is none. */
function terminalWidth(): number {
  return Number(host.env('COLUMNS')) || host.output?.columns || 80;
}

/**
 * Keras's summary of a model: its layers with output shapes and numbers of parameters, then the totals. Ends in a newline.
 *
 * @throws ValueError for a `layerRange` that matches no layer, or a line too short for its columns.
 */
export function summaryText(model: SummaryModel, options: SummaryOptions = {}): string {
  checkKeys('summary', options, KEYS);
  const { expandNested = false, showTrainable = false } = options;
  const consoleWidth = terminalWidth();
  const graph = model.kind === 'functional' ? branchingGraph(model) : undefined;
  let positions = options.positions ?? (graph ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]);
  if (showTrainable) positions = [...positions.map((position) => position * 0.9), 1];
  const usual = (graph ? 108 : 88) + (showTrainable ? 12 : 0);
  const lineLength = options.lineLength || Math.min(usual, consoleWidth - 4);
  const columns = makeColumns(positions, lineLength, graph !== undefined, showTrainable);
  const layers = model.kind === 'functional' ? (model.operations ?? model.layers) : model.layers;
  const rows = inRange(layers, options.layerRange)
    .flatMap((layer) => listLayer(layer, expandNested, 0))
    .map(({ layer, prefix }) => cellsOf(layer, prefix, graph, showTrainable));
  const title = wrap(`Model: "${model.name}"`, consoleWidth, true).join('\n');
  const table = renderTable(columns, rows, lineLength).replace(/.+/g, (line) => line.slice(0, consoleWidth));
  return `${title}\n${table}${totals(model)}`;
}

function makeColumns(positions: readonly number[], lineLength: number, graph: boolean, trainable: boolean): Column[] {
  const headers = ['Layer (type)', 'Output Shape', 'Param #'];
  if (graph) headers.push('Connected to');
  if (trainable) headers.push('Trainable');
  const widths = columnWidths('summary', positions, lineLength);
  if (widths.length < headers.length) {
    throw new ValueError(
      `summary: positions must give the end of ${headers.length} columns. Received: positions=${formatValue(positions)}.`,
    );
  }
  const justify = { 'Param #': 'right', Trainable: 'center' } as const;
  return headers.map((header, i) => ({
    header,
    width: widths[i] as number,
    justify: justify[header as keyof typeof justify] ?? 'left',
  }));
}

/** The calls of a model that is not a mere chain; `undefined` for a chain, in which no layer is shared. */
function branchingGraph(model: SummaryModel): ReadonlySet<Node> | undefined {
  const depths = model.nodesByDepth ?? [];
  const nodes = new Set(depths.flat());
  const isChain = depths.every(([node, ...others]) => others.length === 0 && (node as Node).inputTensors.length <= 1);
  const isShared = model.layers.some((layer) => layer.inboundNodes.filter((node) => nodes.has(node)).length > 1);
  return isChain && !isShared ? undefined : nodes;
}

interface ListedLayer {
  layer: Layer;
  prefix: string;
}

/** A layer and, if they are wanted, those inside it, indented. */
function listLayer(layer: Layer, expandNested: boolean, level: number): ListedLayer[] {
  const prefix = level > 0 ? `${'   '.repeat(level)}└ ` : '';
  const inside: unknown = expandNested ? Reflect.get(layer, 'layers') : undefined;
  const nested = Array.isArray(inside) ? (inside as Layer[]) : [];
  return [{ layer, prefix }, ...nested.flatMap((inner) => listLayer(inner, expandNested, level + 1))];
}

function cellsOf(layer: Layer, prefix: string, graph: ReadonlySet<Node> | undefined, showTrainable: boolean): string[] {
  const cells = [`${prefix}${layer.name} (${layer.className})`, outputShapeOf(layer)];
  cells.push(layer.built ? thousands(layer.countParams()) : '0 (unbuilt)');
  if (graph) cells.push(connectionsOf(layer, graph));
  if (showTrainable) cells.push(layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N');
  return cells;
}

/** The shape of the last call's output; of a layer that was only built, what follows from the shape it was built for. */
function outputShapeOf(layer: Layer): string {
  const node = layer.inboundNodes.at(-1);
  if (node) return formatShapes(mapTensors(node.outputs));
  if (layer.builtShape === undefined || layer.computeOutputShape === Layer.prototype.computeOutputShape) return '?';
  return formatShapes(mapShapes(layer.computeOutputShape(layer.builtShape as never), summaryShape));
}

function mapTensors(outputs: Node['outputs']): Nested<string> {
  if (Array.isArray(outputs)) return outputs.map(mapTensors);
  if ('shape' in outputs) return summaryShape(outputs.shape as Shape);
  return Object.fromEntries(Object.entries(outputs).map(([key, item]) => [key, mapTensors(item)]));
}

/** A shape as the table has it: no comma after a single size. */
function summaryShape(shape: Shape): string {
  return `(${shape.map((dim) => dim ?? 'None').join(', ')})`;
}

/** Several shapes as Python prints a list or a dictionary; one alone without brackets. */
function formatShapes(shapes: Nested<string>): string {
  if (typeof shapes === 'string') return shapes;
  const items = Object.entries(shapes) as [string, Nested<string>][];
  if (items.length === 1) return formatShapes((items[0] as [string, Nested<string>])[1]);
  if (Array.isArray(shapes)) return `[${items.map(([, item]) => formatShapes(item)).join(', ')}]`;
  return `{${items.map(([key, item]) => `${key}: ${formatShapes(item)}`).join(', ')}}`;
}

function connectionsOf(layer: Layer, graph: ReadonlySet<Node>): string {
  const sources = layer.inboundNodes
    .filter((node) => graph.has(node))
    .flatMap((node) => node.inputTensors)
    .map(({ history }) => `${history?.layer.name}[${history?.nodeIndex}][${history?.tensorIndex}]`);
  return sources.length === 0 ? '-' : sources.join(', ');
}

/** The layers from the first that matches one name to the last that matches the other. */
function inRange(layers: readonly Layer[], range: SummaryOptions['layerRange']): readonly Layer[] {
  if (range === undefined || range === null) return layers;
  if (!Array.isArray(range) || range.length !== 2 || range.some((name) => typeof name !== 'string')) {
    throw new ValueError(`summary: layerRange must be two names. Received: layerRange=${formatValue(range)}.`);
  }
  const matches = range.map((name) => {
    const pattern = new RegExp(`^(?:${name})`);
    return layers.flatMap((layer, i) => (pattern.test(layer.name) ? [i] : []));
  });
  const [lower, upper] = matches as [number[], number[]];
  if (lower.length === 0 || upper.length === 0) {
    throw new ValueError(
      `summary: layerRange must match names of layers. Received: layerRange=${formatValue(range)}. ` +
        `Known: ${layers.map(({ name }) => name).join(', ')}.`,
    );
  }
  const [from, to] = Math.min(...lower) > Math.max(...upper) ? [upper, lower] : [lower, upper];
  return layers.slice(Math.min(...from), Math.max(...to) + 1);
}

/** The lines below the table. */
function totals({ trainableWeights, nonTrainableWeights, compiled, optimizer }: SummaryModel): string {
  const slots = compiled && optimizer?.built ? optimizer.variables : undefined;
  const trained = measure(trainableWeights);
  const fixedOnes = measure(nonTrainableWeights);
  const optimized = measure(slots ?? [], optimizer?.iterations);
  const line = (what: string, { count, bytes }: Measure): string =>
    ` ${what} params: ${thousands(count)} (${readableSize(bytes)})\n`;
  const total = {
    count: trained.count + fixedOnes.count + optimized.count,
    bytes: trained.bytes + fixedOnes.bytes + optimized.bytes,
  };
  const lines = line('Total', total) + line('Trainable', trained) + line('Non-trainable', fixedOnes);
  return slots ? lines + line('Optimizer', optimized) : lines;
}

interface Measure {
  count: number;
  bytes: number;
}

/** Bytes of a value, as Keras counts them. */
const BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 / 8 };
/** Keras counts the steps of an optimizer in 64 bits. */
const ITERATIONS_BYTES = 8;

/** Number of values and of bytes; the same variable twice takes no more room. */
function measure(weights: readonly Variable[], iterations?: unknown): Measure {
  const count = weights.reduce((sum, { size }) => sum + size, 0);
  const bytes = [...new Set(weights)].reduce(
    (sum, weight) => sum + weight.size * (weight === iterations ? ITERATIONS_BYTES : BYTES[weight.dtype]),
    0,
  );
  return { count, bytes };
}

function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `79.62 KB`. */
function readableSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${fixed(size, 2)} ${units[unit]}`;
}
