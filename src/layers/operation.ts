/** What is called, its calls, and the tensors without values between them: the graph that functional models are made of. */
import type * as tf from '@tensorflow/tfjs-core';
import { Callable, classNameOf } from '../base/callable';
import type { DType } from '../base/dtypes';
import { formatShape, type Shape, ValueError } from '../base/errors';
import { autoName } from '../base/names';
import { flatten, mapStructure, type Nested } from '../base/nest';
import { isPlainObject } from '../base/options';

/** What is known of a tensor before there are values: sizes, `null` where any is possible, and the type of its elements. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The mask that goes with the tensor, if there is one. */
  readonly mask?: TensorSpec | undefined;
}

/** Where a symbolic tensor comes from: which call of which layer, and which of its outputs. */
export interface History {
  readonly layer: Operation;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A tensor without values, known by shape and dtype: what `Input` returns and layers of a functional model pass on. */
export class SymbolicTensor implements TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** The mask that will go with the values. */
  readonly mask: TensorSpec | undefined;
  /** The call that made it; set once, by `Node`. */
  history: History | undefined;

  constructor(shape: Shape, options: { dtype?: DType; name?: string; mask?: TensorSpec | undefined } = {}) {
    this.shape = [...shape];
    this.dtype = options.dtype ?? 'float32';
    this.mask = options.mask;
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

const isSymbolicTensor = (value: unknown): value is SymbolicTensor => value instanceof SymbolicTensor;

/** Whether a value, or any leaf of a nested one, is symbolic. */
export function isSymbolic(value: unknown): boolean {
  return flatten(value as Nested<unknown>).some(isSymbolicTensor);
}

/** The key under which the type of a model tells what it gives; there is no value. */
declare const OUTPUT: unique symbol;

/** What gives tensors in a structure that its `call` does not tell. */
export interface Gives<Output> {
  readonly [OUTPUT]?: Output;
}

/**
 * What a layer gives for tensors: what its `call` returns, a tensor, a list or a record. Where that is not known, it is
 * taken for a tensor.
 */
export type OutputOf<L> = L extends { call(...args: never): infer Returned }
  ? Nested<tf.Tensor> extends Returned
    ? L extends Gives<infer Output>
      ? unknown extends Output
        ? tf.Tensor
        : Output
      : tf.Tensor
    : Returned
  : tf.Tensor;

/** The same structure with a symbolic tensor for each tensor. */
export type Symbolic<T> = T extends tf.Tensor ? SymbolicTensor : { [K in keyof T]: Symbolic<T[K]> };

/** The symbolic outputs of a layer; also a tensor, so that a layer of any outputs is a `Layer`. */
export type SymbolicOutput<L> = Symbolic<OutputOf<L>> & SymbolicTensor;

/** Arguments of a call, as Keras writes them: positional ones, and options by name; tensors may be anywhere in both. */
export interface CallArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Arguments with `f` applied to the symbolic tensors in them, however deep. */
export function mapTensors<T extends Nested<unknown>>(value: T, f: (tensor: SymbolicTensor) => unknown): T {
  return mapStructure(value as Nested<unknown>, (leaf) => (isSymbolicTensor(leaf) ? f(leaf) : leaf)) as T;
}

/** One call of an operation on symbolic tensors: an edge bundle of the graph. */
export class Node {
  readonly inputTensors: readonly SymbolicTensor[];
  readonly outputTensors: readonly SymbolicTensor[];

  /**
   * @param layer whose call it is; the node is appended to its `inboundNodes`.
   * @param arguments_ what it was called with: no argument for an `InputLayer`.
   * @param outputs the symbolic tensors that came out.
   */
  constructor(
    readonly layer: Operation,
    readonly arguments_: CallArguments,
    readonly outputs: Nested<SymbolicTensor>,
  ) {
    const { args, kwargs } = arguments_;
    this.inputTensors = flatten([...args, kwargs] as Nested<unknown>).filter(isSymbolicTensor);
    this.outputTensors = flatten(outputs);
    const nodeIndex = layer.inboundNodes.length;
    this.outputTensors.forEach((tensor, tensorIndex) => {
      tensor.history = { layer, nodeIndex, tensorIndex };
    });
    layer.inboundNodes.push(this);
  }

  /** What the first argument was; an empty list for an `InputLayer`. */
  get inputs(): Nested<SymbolicTensor> {
    return (this.arguments_.args[0] ?? []) as Nested<SymbolicTensor>;
  }

  /** The layers and nodes that the inputs come from. */
  get parents(): Node[] {
    return this.inputTensors.flatMap(({ history }) => history?.layer.inboundNodes[history.nodeIndex] ?? []);
  }
}

/** What can be called on symbolic tensors, and so be a part of a model: layers. */
export abstract class Operation extends Callable {
  abstract readonly name: string;
  /** The calls on symbolic tensors. @internal */
  readonly inboundNodes: Node[] = [];

  /** Keras's class name. */
  get className(): string {
    return classNameOf(this.constructor as never);
  }

  /** Class and name, for messages: `Conv2D 'conv2d'`. @internal */
  get label(): string {
    return `${this.className} '${this.name}'`;
  }

  /** Shape and dtype of each output, for arguments like those of a call with specs in the place of tensors. */
  abstract computeOutputSpec(inputs: Nested<TensorSpec>, ...rest: readonly unknown[]): Nested<TensorSpec>;

  /** The outputs of a call, with the masks that go with them. @internal */
  specsOf({ args: [inputs, ...more], kwargs }: CallArguments): Nested<TensorSpec> {
    return this.computeOutputSpec(inputs as Nested<TensorSpec>, ...more, kwargs);
  }

  /** A call on symbolic tensors: notes it, and returns symbolic outputs. */
  protected callSymbolically(call: CallArguments): Nested<SymbolicTensor> {
    const outputs = mapSpecs(
      this.specsOf(call),
      ({ shape, dtype, mask }) => new SymbolicTensor(shape, { dtype, mask }),
    );
    new Node(this, call, outputs);
    return outputs;
  }

  /** The symbolic input of the only call. */
  get input(): Nested<SymbolicTensor> {
    return this.#onlyNode('input').inputs;
  }

  /** The symbolic output of the only call. */
  get output(): SymbolicOutput<this> {
    return this.#onlyNode('output').outputs as never;
  }

  #onlyNode(what: string): Node {
    const [node] = this.inboundNodes;
    if (node && this.inboundNodes.length === 1) return node;
    const calls = this.inboundNodes.length === 0 ? 'has never been called' : 'has been called several times';
    throw new ValueError(`${this.label}: no single ${what}, because the layer ${calls} on symbolic tensors.`);
  }
}

/** Shapes of tensors, symbolic or real, in the same structure: a single tensor gives a single shape. */
export function shapesOf(inputs: Nested<{ readonly shape: Shape }>): Nested<Shape> {
  return mapSpecs(inputs as Nested<TensorSpec>, ({ shape }) => shape as never);
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

/** Whether a value is a spec rather than a structure of specs: a tensor of any kind, or `{ shape, dtype }`. */
function isSpec(value: unknown): value is TensorSpec {
  return !isPlainObject(value) || (isShape(value['shape']) && typeof value['dtype'] === 'string');
}

/** The same structure with `f` applied to each spec. */
export function mapSpecs<T>(specs: Nested<TensorSpec>, f: (spec: TensorSpec) => T): Nested<T> {
  if (Array.isArray(specs)) return specs.map((item: Nested<TensorSpec>) => mapSpecs(item, f));
  if (isSpec(specs)) return f(specs);
  return Object.fromEntries(Object.entries(specs).map(([key, item]) => [key, mapSpecs(item as Nested<TensorSpec>, f)]));
}

/** The specs in a structure, as a list. */
export function leafSpecs(specs: Nested<TensorSpec>): TensorSpec[] {
  const leaves: TensorSpec[] = [];
  mapSpecs(specs, (spec) => leaves.push(spec));
  return leaves;
}
