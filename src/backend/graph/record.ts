import * as tf from '@tensorflow/tfjs-core';
import { pathOf } from '../../base/names';
import type { NativeBackend, NativeBinding, NativeTensor, OpAttr } from '../binding';
import { bytesId } from '../bytes';
import { attr } from '../native';
import { isOwned, type Variable, type VariableRecorder, withRecorder } from '../variable';
import { attributesOf } from './attributes';
import { intercept } from './intercept';
import { type Attribute, bool, DTYPE, type GraphNode, shape, type, Unrecordable } from './node';
import { backendInUse, type GraphTensor, handleName, nativeId, type Recording, storedId } from './recording';

const READS_VALUE = 'the value of a tensor is read (data(), dataSync(), array() or print())';
const FOREIGN = 'a tf.Variable is used that is not a weight made by addWeight';

/** The layer that is being called, as the names of layers from the outermost inwards. */
function placeNow(): string {
  return pathOf('').slice(0, -1);
}

/** TensorFlow's number of a dtype. */
function numberOf(dtype: tf.DataType): number {
  if (dtype in DTYPE) return DTYPE[dtype as keyof typeof DTYPE];
  throw new Unrecordable(`a tensor of dtype ${dtype} is used`, placeNow());
}

/** What came of a run that counts: its results, which the caller owns, and its graph or why there is none. */
export interface LiveRun {
  readonly results: tf.Tensor[];
  readonly recording: Recording | Unrecordable;
}

/**
 * Runs a function once with a binding that notes every operation. Variables are read, but none is changed; in a live run
 * they are, and what cannot be recorded is noted and done all the same.
 */
class GraphRecorder implements VariableRecorder {
  readonly #isLive: boolean;
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
  /** In a live run: variables assigned whose value they have not got yet. */
  readonly #written = new Set<Variable>();
  readonly #updated = new Map<Variable, string>();
  readonly #kept: tf.Tensor[] = [];
  /** The values of `tf.Variable`s that are not weights; they must be neither read nor changed. */
  readonly #foreign: ReadonlyMap<object, tf.Variable>;
  #problem: Unrecordable | undefined;
  #count = 0;

  constructor(backend: NativeBackend, isLive = false) {
    this.#isLive = isLive;
    this.#backend = backend;
    this.#binding = backend.binding;
    const registered = Object.values(tf.engine().registeredVariables) as tf.Variable[];
    this.#foreign = new Map(registered.filter((each) => !isOwned(each)).map((each) => [each.dataId, each]));
  }

  run(inputs: readonly tf.Tensor[], body: () => readonly tf.Tensor[]): Recording {
    const { recording } = this.#run(inputs, body, () => []);
    if (recording instanceof Unrecordable) throw recording;
    return recording;
  }

  /** Runs `body` as if nothing were recorded: variables change, values can be read. */
  runLive(inputs: readonly tf.Tensor[], body: () => readonly tf.Tensor[]): LiveRun {
    return this.#run(inputs, body, (outputs) => outputs.map((tensor) => tf.keep(tensor.clone())));
  }

  #run(
    inputs: readonly tf.Tensor[],
    body: () => readonly tf.Tensor[],
    keep: (outputs: readonly tf.Tensor[]) => tf.Tensor[],
  ): LiveRun {
    const feeds = this.#attempt(() => inputs.map((tensor, i) => this.#placeholder(tensor, `input_${i}`))) ?? [];
    const restore = this.#listen();
    let outputs: GraphTensor[] = [];
    let results: tf.Tensor[] = [];
    try {
      withRecorder(this, () =>
        tf.tidy(() => {
          const returned = body();
          outputs = this.#attempt(() => returned.map((tensor) => this.#tensorOf(tensor))) ?? [];
          this.#attempt(() => this.#writeValues());
          results = keep(returned);
        }),
      );
      if (this.#isLive) this.#unrecorded(() => this.#commit([...this.#values.keys()]));
    } finally {
      tf.dispose(this.#kept);
      restore();
      for (const id of this.#deleted) this.#binding.deleteTensor(id);
    }
    if ([...this.#foreign].some(([dataId, variable]) => variable.dataId !== dataId)) this.#note(FOREIGN);
    return { results, recording: this.#problem ?? this.#result(feeds, outputs) };
  }

  /** Does what makes the graph. In a live run it must not fail: without a graph the run goes on. */
  #attempt<T>(body: () => T): T | undefined {
    if (!this.#isLive) return body();
    if (this.#problem) return undefined;
    try {
      return body();
    } catch (error) {
      this.#problem ??= error instanceof Unrecordable ? error : this.#note(String(error));
      return undefined;
    }
  }

  /** Gives variables the values that they have got in a live run. */
  #commit(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const value = this.#values.get(variable);
      if (value && this.#written.delete(variable)) variable.assign(value);
    }
  }

  /** Listens to all that the backend does; returns how to undo it. */
  #listen(): () => void {
    return intercept(this.#backend, {
      passed: (id, tensor) => {
        this.#seen.set(id, tensor);
        if (this.#foreign.has(tensor.dataId as object)) this.#refuse(FOREIGN);
      },
      created: (id, dims, dtype, values) => void this.#constants.set(id, { shape: [...dims], dtype, values }),
      deleted: (id) => void this.#deleted.add(id),
      execute: (op, attrs, ids, count) => this.#execute(op, attrs, ids, count),
      reads: () => this.#refuse(READS_VALUE),
      readsPlace: (dataId) => {
        if (this.#foreign.has(dataId)) this.#refuse(FOREIGN);
      },
      readsLater: () => {
        this.#note(READS_VALUE);
        return this.#isLive;
      },
      runsGraph: () => this.#refuse('another compiled graph is run inside the step'),
      drawsRandomNumber: () => this.#refuse('Math.random() is called'),
    });
  }

  /** Notes why the step cannot be a graph, and where. Code that catches errors cannot hide it. */
  #note(reason: string): Unrecordable {
    this.#problem ??= new Unrecordable(reason, placeNow());
    return this.#problem;
  }

  /** Ends what makes the graph; a live run itself goes on. */
  #refuse(reason: string): void {
    const problem = this.#note(reason);
    if (!this.#isLive) throw problem;
  }

  /** The same in the midst of making the graph. */
  #fail(reason: string): never {
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
    const id = storedId(this.#backend, tensor);
    const dtype = bytesId(this.#backend, tensor) === undefined ? numberOf(tensor.dtype) : DTYPE.uint8;
    this.#nodes.push({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: type(dtype), shape: shape(tensor.shape) },
    });
    this.#names.set(id, { name: `${name}:0`, dtype });
    return `${name}:0`;
  }

  #execute(op: string, attrs: OpAttr[], ids: number[], count: number): ReturnType<NativeBinding['executeOp']> {
    const inputs = this.#attempt(() => ids.map((id) => this.#resolve(id)));
    const results = this.#binding.executeOp(op, attrs, ids, count);
    if (inputs) this.#attempt(() => this.#noteOperation(op, attrs, inputs, results));
    return results;
  }

  #noteOperation(op: string, attrs: OpAttr[], inputs: GraphTensor[], results: NativeTensor[]): void {
    const name = this.#add(
      op,
      inputs.map((input) => input.name),
      attributesOf(op, attrs, inputs),
    );
    results.forEach(({ id, dtype }, i) => {
      this.#names.set(id, { name: `${name}:${i}`, dtype });
    });
  }

  #tensorOf(tensor: tf.Tensor): GraphTensor {
    return this.#resolve(nativeId(this.#backend, tensor));
  }

  /** The graph's name for a tensor: a result of the graph, else a constant. */
  #resolve(id: number): GraphTensor {
    const known = this.#names.get(id);
    if (known) return known;
    const value = this.#constants.get(id) ?? this.#captured(id);
    if (!ArrayBuffer.isView(value.values)) return this.#fail('strings are used');
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
    if (!tensor) return this.#fail('a tensor of unknown origin is used');
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
    const isUnknown = updated !== undefined && !this.#isLive;
    const value = this.#keep(
      this.#unrecorded(() => (isUnknown ? tf.zeros(variable.shape, variable.dtype) : this.#alias(variable))),
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
      return withRecorder(undefined, body);
    } finally {
      this.#backend.binding = binding;
    }
  }

  assign(variable: Variable, value: tf.Tensor): void {
    if (this.#isLive) this.#written.add(variable);
    const own = value.dtype === variable.dtype ? value.clone() : value.cast(variable.dtype);
    this.#values.set(variable, this.#keep(own));
    this.#assigned.add(variable);
    this.#variables.add(variable);
  }

  #keep(tensor: tf.Tensor): tf.Tensor {
    this.#kept.push(tf.keep(tensor));
    return tensor;
  }

  /** In a live run `formula` is done. */
  update(
    op: string,
    variables: readonly Variable[],
    inputs: readonly tf.Tensor[],
    formula: () => void,
    options: Record<string, boolean> = {},
  ): void {
    this.#attempt(() => this.#noteUpdate(op, variables, inputs, options));
    if (this.#isLive) {
      this.#unrecorded(() => {
        this.#commit(variables);
        formula();
      });
    }
    for (const variable of variables) this.#values.delete(variable);
  }

  #noteUpdate(
    op: string,
    variables: readonly Variable[],
    inputs: readonly tf.Tensor[],
    options: Record<string, boolean>,
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
  return new GraphRecorder(backendInUse()).run(inputs, body);
}

/** Runs `body` as if nothing were recorded, and records it. */
export function recordLive(inputs: readonly tf.Tensor[], body: () => readonly tf.Tensor[]): LiveRun {
  return new GraphRecorder(backendInUse(), true).runLive(inputs, body);
}
