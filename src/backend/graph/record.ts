import * as tf from '@tensorflow/tfjs';
import { pathOf } from '../../base/names';
import type { NativeBackend, NativeBinding, NativeTensor, OpAttr } from '../binding';
import { attr, native } from '../native';
import { isOwned, type Variable, type VariableRecorder, withRecorder } from '../variable';
import { type Attribute, bool, DTYPE, type GraphNode, int, shape, type, Unrecordable } from './node';

/** A function as it ran once: its operations as a graph, with what it read, wrote and returned. */
export interface Recording {
  nodes: GraphNode[];
  /** Names of the placeholders, one for each input. */
  feeds: string[];
  /** The returned tensors. */
  outputs: GraphTensor[];
  /** All variables that were read or written. */
  variables: Variable[];
  written: Variable[];
  /** Nodes that write variables. */
  updates: string[];
}

/** A tensor of a graph: `node:output`, and the number of its dtype. */
export interface GraphTensor {
  name: string;
  dtype: number;
}

/** Name of the node that stands for a variable. */
export function handleName(variable: Variable): string {
  return `variable_${variable.id}`;
}

const ATTRIBUTE_KINDS = ['string', 'int', 'float', 'bool', 'type', 'shape'] as const;
/** Operations whose list of inputs needs its length as attribute `N`, and how many inputs do not count. */
const LIST_INPUTS: Readonly<Record<string, number>> = { Concat: 1, ConcatV2: 1, Pack: 0, AddN: 0 };
/** Operations that tfjs-node calls without their attribute `T`. */
const LACKING_T: readonly string[] = [
  'ExpandDims',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'MaxPool3D',
  'MaxPool3DGrad',
  'AvgPool3D',
];

const READS_VALUE = 'the value of a tensor is read (data(), dataSync(), array() or print())';
const FOREIGN = 'a tf.Variable is used that is not a weight made by addWeight';

let active: GraphRecorder | undefined;

/** The recorder at work, for operations that exist in graphs only. */
export function activeRecorder(): GraphRecorder | undefined {
  return active;
}

/** The layer that is being called, as the names of layers from the outermost inwards. */
function placeNow(): string {
  return pathOf('').slice(0, -1);
}

/** TensorFlow's number of a dtype. */
function numberOf(dtype: tf.DataType): number {
  if (dtype in DTYPE) return DTYPE[dtype as keyof typeof DTYPE];
  throw new Unrecordable(`a tensor of dtype ${dtype} is used`, placeNow());
}

/** The number under which the addon knows a tensor; uploads its values first where they are still on our side. */
export function nativeId(backend: NativeBackend, tensor: tf.TensorInfo): number {
  return backend.getInputTensorIds([tensor])[0] as number;
}

/** Runs a function once with a binding that notes every operation. Variables are read, but none is changed. */
export class GraphRecorder implements VariableRecorder {
  readonly #backend: NativeBackend;
  readonly #binding: NativeBinding;
  readonly #nodes: GraphNode[] = [];
  /** Graph name and dtype of every tensor seen, by the addon's number. */
  readonly #names = new Map<number, GraphTensor>();
  /** Tensors that were passed to operations, to look at where one is neither input nor result. */
  readonly #seen = new Map<number, tf.TensorInfo>();
  readonly #constants = new Map<number, { shape: number[]; dtype: number; values: ArrayBufferView }>();
  readonly #deleted = new Set<number>();
  readonly #variables = new Set<Variable>();
  /** Reads of each variable since it was last written. */
  readonly #reads = new Map<Variable, string[]>();
  /** Newest value of each variable used in the step, but for those to be read again after an update in the graph. */
  readonly #values = new Map<Variable, tf.Tensor>();
  /** Variables assigned since they were last written in the graph. */
  readonly #assigned = new Set<Variable>();
  readonly #updated = new Map<Variable, string>();
  readonly #kept: tf.Tensor[] = [];
  /** The values of `tf.Variable`s that are not weights; they must be neither read nor changed. */
  readonly #foreign: ReadonlyMap<object, tf.Variable>;
  #problem: Unrecordable | undefined;
  #count = 0;

  constructor(backend: NativeBackend) {
    this.#backend = backend;
    this.#binding = backend.binding;
    const registered = Object.values(tf.engine().registeredVariables) as tf.Variable[];
    this.#foreign = new Map(registered.filter((each) => !isOwned(each)).map((each) => [each.dataId, each]));
  }

  run(inputs: readonly tf.Tensor[], body: () => readonly tf.Tensor[]): Recording {
    const feeds = inputs.map((tensor, i) => this.#placeholder(tensor, `input_${i}`));
    const outer = active;
    const restore = this.#intercept();
    active = this;
    try {
      let outputs: GraphTensor[] = [];
      withRecorder(this, () =>
        tf.tidy(() => {
          outputs = body().map((tensor) => this.#tensorOf(tensor));
          this.#writeValues();
        }),
      );
      if ([...this.#foreign].some(([dataId, variable]) => variable.dataId !== dataId)) this.#refuse(FOREIGN);
      if (this.#problem) throw this.#problem;
      return this.#result(feeds, outputs);
    } finally {
      tf.dispose(this.#kept);
      restore();
      active = outer;
      for (const id of this.#deleted) this.#binding.deleteTensor(id);
    }
  }

  /** Puts the recording binding in place, and sentinels at what cannot be recorded; returns how to undo it. */
  #intercept(): () => void {
    const backend = this.#backend;
    const { getInputTensorIds, readSync } = backend;
    const { random } = Math;
    backend.binding = this.#wrapper();
    backend.getInputTensorIds = (tensors): number[] => {
      const ids = getInputTensorIds.call(backend, tensors);
      tensors.forEach((tensor, i) => {
        this.#seen.set(ids[i] as number, tensor);
      });
      return ids;
    };
    // Never settles: what waits for it must neither run on the numbers of a recording, nor fail.
    backend.read = () => {
      this.#note(READS_VALUE);
      return new Promise(() => {});
    };
    // What is not uploaded yet is read without asking the binding.
    backend.readSync = (dataId) => (this.#foreign.has(dataId) ? this.#refuse(FOREIGN) : readSync.call(backend, dataId));
    Math.random = () => this.#refuse('Math.random() is called');
    return () => {
      backend.binding = this.#binding;
      backend.getInputTensorIds = getInputTensorIds;
      Reflect.deleteProperty(backend, 'read');
      Reflect.deleteProperty(backend, 'readSync');
      Math.random = random;
    };
  }

  /** Notes why the step cannot be a graph, and where. Code that catches errors cannot hide it. */
  #note(reason: string): Unrecordable {
    this.#problem ??= new Unrecordable(reason, placeNow());
    return this.#problem;
  }

  #refuse(reason: string): never {
    throw this.#note(reason);
  }

  #result(feeds: string[], outputs: GraphTensor[]): Recording {
    const written = [...this.#updated.keys()];
    return {
      nodes: this.#nodes,
      feeds,
      outputs,
      variables: [...this.#variables],
      written,
      updates: [...this.#updated.values()],
    };
  }

  #add(op: string, inputs: readonly string[], attributes: Record<string, Attribute>): string {
    const name = `${op}_${this.#count++}`;
    this.#nodes.push({ name, op, inputs, attributes, place: placeNow() });
    return name;
  }

  #placeholder(tensor: tf.Tensor, name: string): string {
    const id = nativeId(this.#backend, tensor);
    const dtype = numberOf(tensor.dtype);
    this.#nodes.push({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: type(dtype), shape: shape(tensor.shape) },
    });
    this.#names.set(id, { name: `${name}:0`, dtype });
    return `${name}:0`;
  }

  /** The binding that records: results are real, deletions wait, values cannot be read. */
  #wrapper(): NativeBinding {
    const binding = this.#binding;
    const wrapper = {} as Record<string, unknown>;
    for (const key of Object.getOwnPropertyNames(binding)) wrapper[key] = Reflect.get(binding, key);
    return Object.assign(wrapper as unknown as NativeBinding, {
      createTensor: (dims: number[], dtype: number, values: ArrayBufferView) => {
        const id = binding.createTensor(dims, dtype, values as never);
        this.#constants.set(id, { shape: [...dims], dtype, values });
        return id;
      },
      deleteTensor: (id: number) => void this.#deleted.add(id),
      tensorDataSync: () => this.#refuse(READS_VALUE),
      runSavedModel: () => this.#refuse('another compiled graph is run inside the step'),
      executeOp: (op: string, attrs: OpAttr[], ids: number[], count: number) => this.#execute(op, attrs, ids, count),
    });
  }

  #execute(op: string, attrs: OpAttr[], ids: number[], count: number): ReturnType<NativeBinding['executeOp']> {
    const inputs = ids.map((id) => this.#resolve(id));
    const results = this.#binding.executeOp(op, attrs, ids, count);
    const attributes: Record<string, Attribute> = {};
    for (const { name, type: kind, value } of attrs) {
      attributes[name] = { kind: ATTRIBUTE_KINDS[kind], value } as Attribute;
    }
    if (op in LIST_INPUTS) attributes['N'] ??= int(ids.length - (LIST_INPUTS[op] as number));
    if (LACKING_T.includes(op)) attributes['T'] ??= type(inputs[0]?.dtype as number);
    const name = this.#add(
      op,
      inputs.map((input) => input.name),
      attributes,
    );
    results.forEach(({ id, dtype }, i) => {
      this.#names.set(id, { name: `${name}:${i}`, dtype });
    });
    return results;
  }

  #tensorOf(tensor: tf.Tensor): GraphTensor {
    return this.#resolve(nativeId(this.#backend, tensor));
  }

  /** The graph's name for a tensor: a result of the graph, else a constant. */
  #resolve(id: number): GraphTensor {
    const known = this.#names.get(id);
    if (known) return known;
    const value = this.#constants.get(id) ?? this.#captured(id);
    if (!ArrayBuffer.isView(value.values)) return this.#refuse('strings are used');
    const name = `constant_${this.#count++}`;
    const bytes = new Uint8Array(value.values.buffer, value.values.byteOffset, value.values.byteLength).slice();
    this.#nodes.push({
      name,
      op: 'Const',
      inputs: [],
      attributes: { dtype: type(value.dtype) },
      constant: { dtype: value.dtype, shape: value.shape, bytes },
      place: placeNow(),
    });
    const entry = { name: `${name}:0`, dtype: value.dtype };
    this.#names.set(id, entry);
    return entry;
  }

  /** A tensor from outside the step, to become a constant. */
  #captured(id: number): { shape: number[]; dtype: number; values: ArrayBufferView } {
    const tensor = this.#seen.get(id);
    if (!tensor) return this.#refuse('a tensor of unknown origin is used');
    if (this.#foreign.has(tensor.dataId as object)) this.#refuse(FOREIGN);
    const dtype = numberOf(tensor.dtype);
    return { shape: [...tensor.shape], dtype, values: this.#binding.tensorDataSync(id) };
  }

  read(variable: Variable): tf.Tensor {
    return this.#values.get(variable) ?? this.#readState(variable);
  }

  /**
   * Reads a variable's state: its node, with a tensor of its own. That has the true values before the first write; after
   * an update that the graph alone computes it has zeros.
   */
  #readState(variable: Variable): tf.Tensor {
    const [dtype, updated] = [DTYPE[variable.dtype], this.#updated.get(variable)];
    const name = this.#add('ReadVariableOp', [`${handleName(variable)}:0`, ...(updated ? [`^${updated}`] : [])], {
      dtype: type(dtype),
    });
    const value = this.#keep(
      this.#unrecorded(() => (updated ? tf.zeros(variable.shape, variable.dtype) : this.#alias(variable))),
    );
    const id = this.#unrecorded(() => nativeId(this.#backend, value));
    this.#names.set(id, { name: `${name}:0`, dtype });
    this.#variables.add(variable);
    this.#reads.set(variable, [...(this.#reads.get(variable) ?? []), name]);
    this.#values.set(variable, value);
    return value;
  }

  /** The values of a variable under another number, so that other tensors that share them are not taken for it. */
  #alias(variable: Variable): tf.Tensor {
    const attributes = [attr.type('T', variable.dtype)];
    const [result] = this.#binding.executeOp('Identity', attributes, [nativeId(this.#backend, variable.local)], 1);
    return this.#backend.createOutputTensor(result as NativeTensor);
  }

  /** Runs `body` with the real binding. */
  #unrecorded<T>(body: () => T): T {
    const { binding } = this.#backend;
    this.#backend.binding = this.#binding;
    try {
      return body();
    } finally {
      this.#backend.binding = binding;
    }
  }

  assign(variable: Variable, value: tf.Tensor): void {
    const own = value.dtype === variable.dtype ? value.clone() : value.cast(variable.dtype);
    this.#values.set(variable, this.#keep(own));
    this.#assigned.add(variable);
    this.#variables.add(variable);
  }

  #keep(tensor: tf.Tensor): tf.Tensor {
    this.#kept.push(tf.keep(tensor));
    return tensor;
  }

  /**
   * Adds an update that TensorFlow has a fused kernel for.
   *
   * @param op name of the kernel, such as `ResourceApplyAdam`.
   * @param variables those it updates in place, its first inputs.
   * @param inputs its other inputs.
   * @param options its boolean attributes.
   */
  update(
    op: string,
    variables: readonly Variable[],
    inputs: readonly tf.Tensor[],
    options: Record<string, boolean> = {},
  ): void {
    for (const variable of variables) this.#flush(variable);
    const before = variables.flatMap((variable) => this.#previous(variable));
    const handles = variables.map((variable) => `${handleName(variable)}:0`);
    const values = inputs.map((tensor) => this.#tensorOf(tensor).name);
    const name = this.#add(op, [...handles, ...values, ...before], {
      T: type(DTYPE.float32),
      use_locking: bool(false),
      ...Object.fromEntries(Object.entries(options).map(([key, value]) => [key, bool(value)])),
    });
    for (const variable of variables) {
      this.#variables.add(variable);
      this.#wrote(variable, name);
      this.#values.delete(variable);
    }
  }

  /** What an update of a variable must wait for: the reads before it, and the write before it. */
  #previous(variable: Variable): string[] {
    const write = this.#updated.get(variable);
    return [...(this.#reads.get(variable) ?? []), ...(write ? [write] : [])].map((name) => `^${name}`);
  }

  #wrote(variable: Variable, node: string): void {
    this.#updated.set(variable, node);
    this.#reads.delete(variable);
  }

  /** Writes the newest value of a variable that was assigned. */
  #flush(variable: Variable): void {
    if (!this.#assigned.delete(variable)) return;
    const value = this.#tensorOf(this.#values.get(variable) as tf.Tensor).name;
    const name = this.#add('AssignVariableOp', [`${handleName(variable)}:0`, value, ...this.#previous(variable)], {
      dtype: type(DTYPE[variable.dtype]),
      validate_shape: bool(false),
    });
    this.#wrote(variable, name);
  }

  #writeValues(): void {
    for (const variable of [...this.#assigned]) this.#flush(variable);
  }
}

/** Records `body` on the native backend; see `GraphRecorder`. */
export function record(inputs: readonly tf.Tensor[], body: () => readonly tf.Tensor[]): Recording {
  const backend = native();
  if (!backend) throw new Unrecordable('the native TensorFlow library is not in use');
  return new GraphRecorder(backend).run(inputs, body);
}
