import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../base/dtypes';
import { formatShape, ValueError } from '../base/errors';
import { autoName } from '../base/names';
import { HELD } from '../base/tracking';
import { freeing } from './tidy';
import { type TensorOrArray, toTensor } from './toTensor';

export type { DType };

/** What is done to a variable after each update, such as keeping it non-negative. */
export type ConstraintFunction = (value: tf.Tensor) => tf.Tensor;
/** A penalty on a variable, added to the loss. */
export type RegularizerFunction = (value: tf.Tensor) => tf.Tensor;

/** How a variable is made. */
export interface VariableOptions {
  /** Last part of the path: `kernel`. Default: `'variable'`, numbered. */
  name?: string;
  /** Names from the outermost model inwards: `sequential/conv2d/kernel`. Default: the name. */
  path?: string;
  /** Default: that of the value; float32 for numbers. */
  dtype?: DType;
  /** Whether training changes it. Default: true. */
  trainable?: boolean;
  constraint?: ConstraintFunction | null;
  regularizer?: RegularizerFunction | null;
  /** The object whose state it is, where that is what layers hold: a seed generator. */
  owner?: object;
}

/** Objects of the whole process, which no layer need hold. */
const shared = new WeakSet<object>();

/** Lets any layer use an object that none holds, such as the global seed generator. */
export function share<T extends object>(object: T): T {
  shared.add(object);
  return object;
}

export function isShared(object: object): boolean {
  return shared.has(object);
}

/**
 * While a step is being recorded as a graph, reads and writes of variables go through it, and no variable changes.
 */
export interface VariableRecorder {
  /** The tensor that stands for the value at this point of the step. */
  read(variable: Variable): tf.Tensor;
  assign(variable: Variable, value: tf.Tensor): void;
  /**
   * Adds an update that TensorFlow has a fused kernel for; only a recorder that makes a graph can.
   *
   * @param op name of the kernel, such as `ResourceApplyAdam`.
   * @param variables those it updates in place, its first inputs.
   * @param inputs its other inputs.
   * @param formula what does the same to the variables.
   * @param options its boolean attributes.
   */
  update?(
    op: string,
    variables: readonly Variable[],
    inputs: readonly tf.Tensor[],
    formula: () => void,
    options?: Record<string, boolean>,
  ): void;
}

/** Where the newest value of a variable lives when it is not on the JavaScript side: a session of compiled graphs. */
export interface VariableHome {
  /** Brings `variable` up to date on the JavaScript side, by `variable.update`. */
  bring(variable: Variable): void;
}

type DataId = tf.Tensor['dataId'];

/** The `tf.Variable`s of variables, to tell them from those made elsewhere. */
const owned = new WeakSet<tf.Variable>();

/** What is left of a `tf.Variable` that nobody has any more: the memory of its values, to be freed. */
interface Remains {
  readonly name: string;
  readonly size: number;
  readonly dtype: tf.DataType;
  dataId: DataId;
}

/** Frees the memory of variables that the engine has collected; those that were disposed of are free already. */
const collected = new FinalizationRegistry<Remains>((remains) => {
  const engine = tf.engine();
  delete engine.registeredVariables[remains.name];
  engine.disposeTensor(remains as unknown as tf.Tensor);
});

/** Stands in TensorFlow.js's list for a variable that is collected and not yet freed; nothing trains it. */
const GONE = { trainable: false } as tf.Variable;

/**
 * Lets a variable be collected when nobody has it: TensorFlow.js lists all variables, so that `tf.variableGrads` finds
 * them, and would keep each for ever.
 */
function holdWeakly(variable: tf.Variable): Remains {
  const { name, size, dtype, dataId } = variable;
  const weak = new WeakRef(variable);
  const remains: Remains = { name, size, dtype, dataId };
  const entry = { get: () => weak.deref() ?? GONE, enumerable: true, configurable: true };
  Object.defineProperty(tf.engine().registeredVariables, name, entry);
  collected.register(variable, remains, variable);
  return remains;
}

let count = 0;
let recorder: VariableRecorder | undefined;

/** What steps are recorded with at the moment. */
export function currentRecorder(): VariableRecorder | undefined {
  return recorder;
}

/** Runs `body` with all reads and writes of variables going through `through`; or as if nothing were recorded. */
export function withRecorder<T>(through: VariableRecorder | undefined, body: () => T): T {
  const outer = recorder;
  recorder = through;
  try {
    return body();
  } finally {
    recorder = outer;
  }
}

let onRead: ((variable: Variable) => void) | undefined;

/** Runs `body` and tells `listener`, if there is one, of each variable that is read in it. */
export function watchReads<T>(listener: ((variable: Variable) => void) | undefined, body: () => T): T {
  const outer = onRead;
  onRead = listener;
  try {
    return body();
  } finally {
    onRead = outer;
  }
}

/** Whether a step is being recorded now. */
export function isRecording(): boolean {
  return recorder !== undefined;
}

/** Whether a `tf.Variable` belongs to a `Variable`. */
export function isOwned(variable: tf.Variable): boolean {
  return owned.has(variable);
}

/**
 * A named tensor that persists and can be assigned: a weight, a slot of an optimizer, a metric's total.
 * `value` is always the truth, also while training runs in a compiled graph.
 */
export class Variable {
  readonly name: string;
  readonly path: string;
  readonly shape: number[];
  readonly dtype: DType;
  readonly constraint: ConstraintFunction | null;
  readonly regularizer: RegularizerFunction | null;
  /** Whether it was made to be trained; freezing a layer does not change that. */
  readonly isMadeToTrain: boolean;
  readonly owner: object | undefined;
  /** Number of this variable, unlike any other's. */
  readonly id: number = count++;
  /** Counts changes of the value, wherever they are made. */
  #version = 0;
  /** The version that the JavaScript side has. */
  #localVersion = 0;
  #home: VariableHome | undefined;
  /** The number that it was set to, and the version of that. */
  #number: { value: number; version: number } | undefined;
  readonly #tensor: tf.Variable;
  /** Where the values on the JavaScript side are, also for whoever frees them. */
  readonly #local: Remains;
  /** Whether `#tensor` is being given another value, so that its old one does not matter. */
  #isChanging = false;

  /** @param initial its first value: a tensor, which is copied and stays the caller's, a number or nested arrays. */
  constructor(initial: TensorOrArray, options: VariableOptions = {}) {
    this.name = options.name ?? autoName('variable');
    this.path = options.path ?? this.name;
    this.constraint = options.constraint ?? null;
    this.regularizer = options.regularizer ?? null;
    this.isMadeToTrain = options.trainable ?? true;
    this.owner = options.owner;
    const value = toTensor('Variable', 'initial', initial, options.dtype);
    this.shape = [...value.shape];
    this.dtype = value.dtype as DType;
    this.#tensor = tf.variable(value, this.isMadeToTrain);
    if (value !== initial) value.dispose();
    this.#local = holdWeakly(this.#tensor);
    if (typeof initial === 'number') this.#noteNumber(initial);
    this.#makeLive();
  }

  /**
   * Lets whoever holds the `tf.Variable` read the newest value, wherever it is, and lets what is assigned to it directly
   * (by an optimizer of TensorFlow.js, say) count as a write.
   */
  #makeLive(): void {
    owned.add(this.#tensor);
    Object.defineProperty(this.#tensor, 'dataId', {
      get: () => this.#newestData(),
      set: (dataId: DataId) => {
        this.#local.dataId = dataId;
      },
    });
    this.#tensor.assign = (value) => this.assign(value);
  }

  #newestData(): DataId {
    if (this.#isChanging) return this.#local.dataId;
    return recorder ? recorder.read(this).dataId : this.#broughtData();
  }

  #broughtData(): DataId {
    if (this.#localVersion !== this.#version) this.#home?.bring(this);
    return this.#local.dataId;
  }

  get [HELD](): 'variable' {
    return 'variable';
  }

  /** Whether training changes it; also what `tf.variableGrads` goes by. */
  get trainable(): boolean {
    return this.#tensor.trainable;
  }

  set trainable(value: boolean) {
    this.#tensor.trainable = value;
  }

  /** The live `tf.Variable`, always the same one: use it in tensor operations; do not dispose of it. */
  get value(): tf.Variable {
    onRead?.(this);
    if (this.#tensor.isDisposed) throw this.#disposed();
    return this.#tensor;
  }

  /** Whether the memory is freed. */
  get isDisposed(): boolean {
    return this.#tensor.isDisposed;
  }

  #disposed(): ValueError {
    return new ValueError(
      `Variable '${this.path}': its value cannot be read or set any more. Received: a disposed variable. ` +
        'The layer, model, metric or optimizer that it belongs to was freed by dispose(): make a new one.',
    );
  }

  /** Counts changes of the value; a copy of the value is good as long as this stays the same. */
  get version(): number {
    return this.#version;
  }

  /** Whether the newest value is in `home`, and not on the JavaScript side. */
  isAwayIn(home: VariableHome): boolean {
    return this.#home === home && this.#localVersion !== this.#version;
  }

  /** Notes that `home` has changed the value; it is fetched from there when somebody looks. */
  changedIn(home: VariableHome): void {
    this.#version++;
    this.#home = home;
  }

  /** Takes the newest value over from its home; the tensor stays the caller's. */
  update(value: tf.Tensor): void {
    this.#set(value);
    this.#localVersion = this.#version;
  }

  #set(value: tf.Tensor): void {
    if (this.#tensor.isDisposed) return;
    this.#isChanging = true;
    try {
      tf.Variable.prototype.assign.call(this.#tensor, value);
    } finally {
      this.#isChanging = false;
    }
  }

  /** The newest value as it is outside of the step that is being recorded; for `backend/graph`. */
  get local(): tf.TensorInfo {
    return { dataId: this.#broughtData(), shape: this.shape, dtype: this.dtype };
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }

  /**
   * Sets the value; a tensor given stays the caller's.
   * @param given a tensor, a number or nested arrays.
   * @throws ValueError if the shape is another one.
   */
  assign(given: TensorOrArray): void {
    if (!(given instanceof tf.Tensor)) {
      const made = toTensor(`Variable '${this.path}'`, 'value', given, this.dtype);
      try {
        this.assign(made);
      } finally {
        made.dispose();
      }
      if (typeof given === 'number' && !recorder) this.#noteNumber(given);
      return;
    }
    const value: tf.Tensor = given;
    if (this.#tensor.isDisposed) throw this.#disposed();
    if (value.shape.length !== this.shape.length || value.shape.some((dim, i) => dim !== this.shape[i])) {
      throw new ValueError(
        `Variable '${this.path}': expected a value of shape ${formatShape(this.shape)}. ` +
          `Received: shape ${formatShape(value.shape)}.`,
      );
    }
    if (recorder) {
      recorder.assign(this, value);
      return;
    }
    const own = value.dtype === this.dtype ? value.clone() : value.cast(this.dtype);
    this.#set(own);
    own.dispose();
    this.#localVersion = ++this.#version;
  }

  #noteNumber(given: number): void {
    const value = this.dtype === 'float32' ? Math.fround(given) : Number(given);
    this.#number = { value, version: this.#version };
  }

  /** The value of a scalar; it need not be read where it was last set to a number. */
  toNumber(): number {
    if (this.#number?.version === this.#version && !recorder) return this.#number.value;
    return this.value.dataSync()[0] as number;
  }

  /** Adds to the value: a tensor, number or nested arrays that broadcast to its shape. */
  assignAdd(value: TensorOrArray): void {
    this.#change(value, (now, by) => now.add(by));
  }

  /** Subtracts from the value: a tensor, number or nested arrays that broadcast to its shape. */
  assignSub(value: TensorOrArray): void {
    this.#change(value, (now, by) => now.sub(by));
  }

  #change(value: TensorOrArray, change: (now: tf.Tensor, by: tf.Tensor) => tf.Tensor): void {
    freeing(() => this.assign(change(this.value, toTensor(`Variable '${this.path}'`, 'value', value, this.dtype))));
  }

  /** Frees the memory. The variable cannot be used any more. */
  dispose(): void {
    this.#home = undefined;
    collected.unregister(this.#tensor);
    this.#tensor.dispose();
  }

  toString(): string {
    return `<Variable path=${this.path}, shape=${formatShape(this.shape)}, dtype=${this.dtype}>`;
  }
}

// TensorFlow.js says the name of the class where a tensor was expected: `tf.add(x, layer.kernel)`.
Object.defineProperty(Variable, 'name', { value: 'Variable: use its .value' });
