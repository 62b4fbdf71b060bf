import {
  type Constant,
  constant,
  constantNode,
  DTYPE,
  type GraphNode,
  int,
  numbersOf,
  shape,
  type,
  Unrecordable,
} from './node';
import type { Recording } from './recording';

/**
 * One graph for any batch size, from two recordings of a step at different batch sizes. Whatever differs between them
 * must follow from the batch: whole numbers linear in it, numbers proportional to it or to its inverse, and uniform
 * constants of a batch shape. It is replaced by arithmetic on the shape of the first input that is a batch. Two such
 * graphs of different lengths make one for any length in the same way.
 *
 * @param sizes the batch sizes (or lengths) of the two recordings; of the same size nothing may differ.
 * @param over what the sizes are of; nodes that are added have names that start so.
 * @throws Unrecordable naming what differs otherwise: a random mask made in JavaScript, a counter, a branch.
 */
export function generalize(
  first: Recording,
  second: Recording,
  sizes: readonly [number, number],
  over: 'batch' | 'length' = 'batch',
): Recording {
  return new Generalizer(first, second, sizes, over).run();
}

/** Whether two graphs are the same, node by node, and return the same tensors. */
export function isSameGraph(a: Recording, b: Recording): boolean {
  if (a.nodes.length !== b.nodes.length || resultsOf(a) !== resultsOf(b)) return false;
  return a.nodes.every((node, i) => isSameNode(node, b.nodes[i] as GraphNode));
}

const resultsOf = ({ outputs }: Recording): string => outputs.map(({ name }) => name).join();

function isSameNode(a: GraphNode, b: GraphNode): boolean {
  if (!isSamePlace(a, b) || !haveSameOptions(a, b)) return false;
  const [p, q] = [a.constant, b.constant];
  return p && q ? isSameConstant(p, q) : p === q;
}

/** Whether two nodes run the same operation on the same tensors. */
function isSamePlace(a: GraphNode, b: GraphNode): boolean {
  return a.op === b.op && a.name === b.name && a.inputs.join() === b.inputs.join();
}

function haveSameOptions(a: GraphNode, b: GraphNode): boolean {
  return JSON.stringify(a.attributes) === JSON.stringify(b.attributes);
}

function isSameConstant(a: Constant, b: Constant): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && isSameBytes(a.bytes, b.bytes);
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

class Generalizer {
  readonly #out: GraphNode[] = [];
  /** The tensor that is the size at hand. */
  #size: string | undefined;
  #count = 0;

  constructor(
    readonly first: Recording,
    readonly second: Recording,
    readonly sizes: readonly [number, number],
    readonly over: string,
  ) {}

  run(): Recording {
    const { first, second } = this;
    first.nodes.slice(0, second.nodes.length).forEach((node, i) => {
      this.#merge(node, second.nodes[i] as GraphNode);
    });
    if (first.nodes.length !== second.nodes.length) {
      throw new Unrecordable('it is made of more operations in one call than in another');
    }
    if (resultsOf(first) !== resultsOf(second)) throw new Unrecordable('it returns other tensors from call to call');
    return { ...first, nodes: this.#out };
  }

  #merge(a: GraphNode, b: GraphNode): void {
    if (!isSamePlace(a, b)) {
      throw new Unrecordable(`it runs ${a.op} in one call and ${b.op} in another`, b.place);
    }
    if (a.op === 'Placeholder') this.#mergePlaceholders(a, b);
    else if (a.constant) this.#mergeConstants(a, b);
    else if (haveSameOptions(a, b)) this.#out.push(a);
    else throw new Unrecordable(`an option of the operation ${a.op} changes from call to call`, a.place);
  }

  #mergePlaceholders(a: GraphNode, b: GraphNode): void {
    const [sizesA, sizesB] = [a, b].map((node) => node.attributes['shape']?.value as number[]) as [number[], number[]];
    const merged = sizesA.map((size, axis) => (size === sizesB[axis] ? size : -1));
    this.#out.push({ ...a, attributes: { ...a.attributes, shape: shape(merged) } });
    const axis = sizesA.findIndex((size, i) => size === this.sizes[0] && sizesB[i] === this.sizes[1]);
    if (this.#size !== undefined || axis < 0 || this.sizes[0] === this.sizes[1]) return;
    const sizes = this.#add('Shape', [`${a.name}:0`], {
      T: a.attributes['dtype'] as never,
      out_type: type(DTYPE.int32),
    });
    const at = (i: number): string => this.#constant('int32', [1], [i]);
    this.#size = this.#add('StridedSlice', [sizes, at(axis), at(axis + 1), at(1)], {
      T: type(DTYPE.int32),
      Index: type(DTYPE.int32),
      shrink_axis_mask: int(1),
    });
  }

  #mergeConstants(a: GraphNode, b: GraphNode): void {
    const [ca, cb] = [a.constant, b.constant] as [Constant, Constant];
    if (isSameConstant(ca, cb)) {
      this.#out.push(a);
      return;
    }
    if (ca.dtype !== cb.dtype || this.sizes[0] === this.sizes[1]) throw this.#refusal(a);
    const [va, vb] = [numbersOf(ca), numbersOf(cb)];
    const dims = ca.shape;
    if (dims.join() !== cb.shape.join()) this.#fill(a, va, vb, dims, cb.shape);
    else if (ca.dtype === DTYPE.int32) this.#linear(va, vb, dims, a.place, a.name);
    else if (ca.dtype === DTYPE.float32) this.#proportional(va, vb, dims, a);
    else throw this.#refusal(a);
  }

  #refusal(node: GraphNode): Unrecordable {
    const user = this.first.nodes.find(({ inputs }) => inputs.includes(`${node.name}:0`));
    return new Unrecordable(
      `a number${user ? ` used in ${user.op}` : ''} changes from call to call (it comes from JavaScript, and not from the data or a Variable)`,
      user?.place ?? node.place,
    );
  }

  /** A constant whose shape has the batch in it: uniform, so it can be filled at any size. */
  #fill(
    node: GraphNode,
    a: ArrayLike<number>,
    b: ArrayLike<number>,
    shapeA: readonly number[],
    shapeB: readonly number[],
  ): void {
    const { dtype, bytes } = node.constant as Constant;
    const value = a[0];
    const isUniform = (list: ArrayLike<number>): boolean =>
      Array.prototype.every.call(list, (item) => Object.is(item, value));
    if (value === undefined || shapeA.length !== shapeB.length || !isUniform(a) || !isUniform(b)) {
      throw this.#refusal(node);
    }
    const dims = this.#linear(shapeA, shapeB, [shapeA.length], node.place);
    const scalar = `${node.name}_value`;
    this.#out.push(constantNode(scalar, { dtype, shape: [], bytes: bytes.slice(0, dtype === DTYPE.bool ? 1 : 4) }));
    this.#add('Fill', [dims, `${scalar}:0`], { T: type(dtype), index_type: type(DTYPE.int32) }, node.name);
  }

  /**
   * Whole numbers that are multiples of the batch size, or differ from it by a fixed number. (Any two points are on a
   * line; squares of the batch size must not pass for one. Of lengths any line will do, as each length is looked at.)
   */
  #linear(a: ArrayLike<number>, b: ArrayLike<number>, dims: readonly number[], place?: string, name?: string): string {
    const [sizeA, sizeB] = this.sizes;
    const slopes = Array.from(a, (value, i) => (value - (b[i] as number)) / (sizeA - sizeB));
    const bases = Array.from(a, (value, i) => value - (slopes[i] as number) * sizeA);
    const isAnyLine = this.over === 'length';
    const follows = (slope: number, i: number): boolean => isAnyLine || bases[i] === 0 || Math.abs(slope) <= 1;
    if (!slopes.every((slope, i) => Number.isInteger(slope) && follows(slope, i))) {
      throw new Unrecordable(`a size or an index changes from call to call, and not with the ${this.over} size`, place);
    }
    const scaled = this.#add('Mul', [this.#constant('int32', dims, slopes), this.#sizeNow()], {
      T: type(DTYPE.int32),
    });
    return this.#add('AddV2', [scaled, this.#constant('int32', dims, bases)], { T: type(DTYPE.int32) }, name);
  }

  /** Floats that are a multiple of the batch size or of its inverse. */
  #proportional(a: ArrayLike<number>, b: ArrayLike<number>, dims: readonly number[], node: GraphNode): void {
    const [sizeA, sizeB] = this.sizes;
    const float = this.#add('Cast', [this.#sizeNow()], { SrcT: type(DTYPE.int32), DstT: type(DTYPE.float32) });
    const near = (p: number, q: number): boolean => Math.abs(p - q) <= 1e-6 * Math.abs(p);
    const attributes = { T: type(DTYPE.float32) };
    const values = Array.from(a);
    if (values.every((value, i) => near(value / sizeA, (b[i] as number) / sizeB))) {
      const factors = values.map((value) => value / sizeA);
      this.#add('Mul', [this.#constant('float32', dims, factors), float], attributes, node.name);
    } else if (values.every((value, i) => near(value * sizeA, (b[i] as number) * sizeB))) {
      const numerators = values.map((value) => value * sizeA);
      this.#add('RealDiv', [this.#constant('float32', dims, numerators), float], attributes, node.name);
    } else throw this.#refusal(node);
  }

  #sizeNow(): string {
    if (this.#size === undefined)
      throw new Unrecordable('its sizes change from call to call, though the data does not');
    return this.#size;
  }

  #constant(dtype: 'float32' | 'int32', dims: readonly number[], values: readonly number[]): string {
    const name = `${this.over}_constant_${this.#count++}`;
    this.#out.push(constant(name, dtype, dims, values));
    return `${name}:0`;
  }

  #add(
    op: string,
    inputs: string[],
    attributes: GraphNode['attributes'],
    name = `${this.over}_${op}_${this.#count++}`,
  ): string {
    this.#out.push({
      name,
      op,
      inputs,
      attributes: op === 'StridedSlice' ? { ...attributes, ...NO_MASKS } : attributes,
    });
    return `${name}:0`;
  }
}

/** The other masks of `StridedSlice`; their defaults, said for readers of the graph. */
const NO_MASKS = { begin_mask: int(0), end_mask: int(0), ellipsis_mask: int(0), new_axis_mask: int(0) } as const;
