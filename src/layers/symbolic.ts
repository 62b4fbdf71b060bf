import type { DType } from '../backend/variable';
import { formatShape, type Shape } from '../base/errors';
import { autoName } from '../base/names';
import { flatten, mapStructure, type Nested } from '../base/nest';
import type { Layer } from './layer';

/** Where a symbolic tensor comes from: which call of which layer, and which of its outputs. */
export interface History {
  readonly layer: Layer;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A tensor without values, known by shape and dtype: what `Input` returns and layers of a functional model pass on. */
export class SymbolicTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** The call that made it; set once, by `Node`. */
  history: History | undefined;

  constructor(shape: Shape, options: { dtype?: DType; name?: string } = {}) {
    this.shape = [...shape];
    this.dtype = options.dtype ?? 'float32';
    this.name = options.name ?? autoName('keras_tensor');
  }

  /** Number of axes, the batch axis counted. */
  get rank(): number {
    return this.shape.length;
  }

  toString(): string {
    return `<SymbolicTensor shape=${formatShape(this.shape)}, dtype=${this.dtype}, name=${this.name}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Whether a value, or any leaf of a nested one, is symbolic. */
export function isSymbolic(value: unknown): boolean {
  return flatten(value as Nested<unknown>).some((leaf) => leaf instanceof SymbolicTensor);
}

/** One call of a layer on symbolic tensors: an edge bundle of the graph of layers. */
export class Node {
  readonly inputTensors: readonly SymbolicTensor[];
  readonly outputTensors: readonly SymbolicTensor[];

  /**
   * @param layer whose call it is; the node is appended to its `inboundNodes`.
   * @param inputs what it was called on; empty for an `InputLayer`.
   * @param outputs the symbolic tensors that came out.
   * @param options the other arguments of the call, such as `{ training: true }`.
   */
  constructor(
    readonly layer: Layer,
    readonly inputs: Nested<SymbolicTensor>,
    readonly outputs: Nested<SymbolicTensor>,
    readonly options: Readonly<Record<string, unknown>> = {},
  ) {
    this.inputTensors = flatten(inputs);
    this.outputTensors = flatten(outputs);
    const nodeIndex = layer.inboundNodes.length;
    this.outputTensors.forEach((tensor, tensorIndex) => {
      tensor.history = { layer, nodeIndex, tensorIndex };
    });
    layer.inboundNodes.push(this);
  }

  /** The layers and nodes that the inputs come from. */
  get parents(): Node[] {
    return this.inputTensors.flatMap(({ history }) => history?.layer.inboundNodes[history.nodeIndex] ?? []);
  }
}

/** Shapes of tensors, symbolic or real, in the same structure: a single tensor gives a single shape. */
export function shapesOf(inputs: Nested<{ readonly shape: Shape }>): Nested<Shape> {
  return mapStructure(inputs, ({ shape }) => shape as never);
}

/** Whether a value is one shape rather than a structure of shapes. */
function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.every((dim) => dim === null || typeof dim === 'number');
}

/** The same structure with `f` applied to each shape. */
export function mapShapes<T>(shapes: Nested<Shape>, f: (shape: Shape) => T): Nested<T> {
  if (isShape(shapes)) return f(shapes);
  if (Array.isArray(shapes)) return shapes.map((item: Nested<Shape>) => mapShapes(item, f));
  return Object.fromEntries(Object.entries(shapes).map(([key, item]) => [key, mapShapes(item as Nested<Shape>, f)]));
}
