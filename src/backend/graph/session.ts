import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeTensor } from '../binding';
import { native } from '../native';
import type { Variable, VariableHome } from '../variable';
import { bool, constant, DTYPE, type GraphNode, shape, string, type } from './node';
import { rewrite } from './passes';
import { handleName, nativeId, type Recording, storedId } from './recording';
import { loadGraph } from './savedModel';

/** Whether graphs can be run: whether the native library is in use. */
export function canRunGraphs(): boolean {
  return native() !== undefined;
}

/** A recorded function in a session. */
export interface SessionFunction {
  readonly feeds: string;
  readonly fetches: string;
  /** Which of the inputs are bytes. */
  readonly takesBytes: readonly boolean[];
  /** How many of the fetched tensors are results; the last one may only stand for "done". */
  readonly resultCount: number;
  readonly variables: readonly Variable[];
  readonly written: readonly Variable[];
}

/** The number that stands for no tensor: the addon's numbers start at 0, and tfjs-node frees none below. */
const NO_TENSOR = -1;
/** Variables of at most this many elements are fetched together: metrics, counters, learning rates. */
const SMALL = 64;

/**
 * A TensorFlow session that holds the recorded functions of one model and their variables. Variables are updated in
 * place there; `Variable` asks for them when somebody looks, and writes from JavaScript reach the next run.
 */
export class GraphSession implements VariableHome {
  readonly #backend: NativeBackend;
  readonly #recordings: Recording[] = [];
  readonly #functions: SessionFunction[] = [];
  readonly #variables = new Set<Variable>();
  /** The version of each variable that the session holds. */
  readonly #held = new Map<Variable, number>();
  #id: number | undefined;

  constructor() {
    this.#backend = native() as NativeBackend;
  }

  /** Adds a function. Functions share their variables, so all are loaded anew, and the state is handed over. */
  add(recording: Recording): SessionFunction {
    const index = this.#recordings.length;
    const { outputs, updates, variables, written, feeds } = recording;
    const prefix = `f${index}/`;
    const results = outputs.map((_, i) => `${prefix}result_${i}:0`);
    const added: SessionFunction = {
      feeds: feeds.map((feed) => prefix + feed).join(),
      fetches: [...results, ...(updates.length > 0 ? [`${prefix}done:0`] : [])].join(),
      takesBytes: placeholdersOf(recording).map(({ attributes }) => attributes['dtype']?.value === DTYPE.uint8),
      resultCount: outputs.length,
      variables,
      written,
    };
    this.#unload();
    this.#recordings.push(rewrite(recording));
    for (const variable of variables) this.#variables.add(variable);
    this.#functions.push(added);
    try {
      this.#load();
    } catch (error) {
      this.#recordings.pop();
      this.#functions.pop();
      if (this.#recordings.length > 0) this.#load();
      throw error;
    }
    return added;
  }

  /** Number of functions. */
  get size(): number {
    return this.#functions.length;
  }

  #load(): void {
    const nodes = [...this.#variables].flatMap(variableNodes);
    nodes.push(constant('zero', 'float32', [], [0]));
    this.#recordings.forEach((recording, i) => {
      nodes.push(...functionNodes(recording, `f${i}/`));
    });
    this.#id = loadGraph(this.#backend.binding, nodes);
    this.#held.clear();
  }

  /**
   * Runs a function.
   * @param inputs tensors, which stay the caller's, and arrays of int32 numbers, of which tensors are made for this run.
   * @returns its results; the caller owns them.
   */
  run(called: SessionFunction, inputs: readonly (tf.Tensor | Int32Array)[]): tf.Tensor[] {
    if (called.fetches === '') return [];
    const backend = this.#backend;
    const { binding } = backend;
    this.#send(called.variables);
    this.#noteWrites(called);
    const made: number[] = [];
    try {
      const ids = inputs.map((input, i) => {
        if (!(input instanceof Int32Array)) return (called.takesBytes[i] ? storedId : nativeId)(backend, input);
        made.push(binding.createTensor([input.length], DTYPE.int32, input));
        return made.at(-1) as number;
      });
      const fetched = binding.runSavedModel(this.#id as number, ids, called.feeds, called.fetches);
      for (const { id } of fetched.splice(called.resultCount)) binding.deleteTensor(id);
      return fetched.map((result) => backend.createOutputTensor(result));
    } finally {
      for (const id of made) binding.deleteTensor(id);
    }
  }

  /**
   * From now on the session has the newest values. The memory on the JavaScript side is freed before the run, so that
   * the session is the only owner and updates in place; where the run fails, the session still has the values.
   */
  #noteWrites({ written }: SessionFunction): void {
    for (const variable of written) {
      if (!variable.isAwayIn(this)) this.#release(variable);
      variable.changedIn(this);
      this.#held.set(variable, variable.version);
    }
  }

  /** Frees a variable's memory on the JavaScript side: its values are old now, and new ones come when somebody looks. */
  #release(variable: Variable): void {
    if (native() !== this.#backend) return;
    const { shape, dtype } = variable;
    const dataId = {} as tf.DataId;
    this.#backend.tensorMap.set(dataId, { shape, dtype: DTYPE[dtype], id: NO_TENSOR, values: null, refCount: 1 });
    const empty = tf.engine().makeTensorFromDataId(dataId, shape, dtype);
    variable.update(empty);
    empty.dispose();
  }

  /** Brings variables of the session up to date where they were changed elsewhere. */
  #send(variables: readonly Variable[]): void {
    const outdated = variables.filter((variable) => this.#held.get(variable) !== variable.version);
    if (outdated.length === 0) return;
    const ids = outdated.map((variable) => nativeId(this.#backend, variable.value));
    const names = outdated.map((variable) => handleName(variable));
    const { binding } = this.#backend;
    const fetched = binding.runSavedModel(
      this.#id as number,
      ids,
      names.map((name) => `${name}_in:0`).join(),
      names.map((name) => `${name}_set:0`).join(),
    );
    for (const { id } of fetched) binding.deleteTensor(id);
    for (const variable of outdated) this.#held.set(variable, variable.version);
  }

  bring(wanted: Variable): void {
    const away = [...this.#variables].filter((v) => v === wanted || (v.size <= SMALL && v.isAwayIn(this)));
    this.#fetch(away);
  }

  #fetch(variables: readonly Variable[]): void {
    if (variables.length === 0) return;
    const names = variables.map((variable) => `${handleName(variable)}_get:0`).join();
    const fetched = this.#backend.binding.runSavedModel(this.#id as number, [], '', names);
    fetched.forEach((result, i) => {
      const value = this.#toTensor(result, variables[i] as Variable);
      variables[i]?.update(value);
      value.dispose();
    });
  }

  #toTensor(result: NativeTensor, { shape, dtype }: Variable): tf.Tensor {
    if (native() === this.#backend) return this.#backend.createOutputTensor(result);
    // Another backend is in use meanwhile.
    const { binding } = this.#backend;
    const values = Array.from(binding.tensorDataSync(result.id));
    binding.deleteTensor(result.id);
    return tf.tensor(values, shape, dtype);
  }

  #unload(): void {
    if (this.#id === undefined) return;
    this.#fetch([...this.#variables].filter((variable) => variable.isAwayIn(this)));
    this.#backend.binding.deleteSavedModel(this.#id);
    this.#id = undefined;
  }

  /** Ends the session; the newest values go back to the variables. */
  dispose(): void {
    this.#unload();
    this.#recordings.length = 0;
    this.#functions.length = 0;
    this.#variables.clear();
  }
}

function placeholdersOf({ nodes }: Recording): GraphNode[] {
  return nodes.filter(({ op }) => op === 'Placeholder');
}

/** A variable in the session, with what sets and gets it. */
function variableNodes(variable: Variable): GraphNode[] {
  const name = handleName(variable);
  const dtype = type(DTYPE[variable.dtype]);
  const dims = shape(variable.shape);
  const handle = `${name}:0`;
  return [
    {
      name,
      op: 'VarHandleOp',
      inputs: [],
      attributes: { dtype, shape: dims, shared_name: string(name), container: string('') },
    },
    { name: `${name}_in`, op: 'Placeholder', inputs: [], attributes: { dtype, shape: dims } },
    {
      name: `${name}_assign`,
      op: 'AssignVariableOp',
      inputs: [handle, `${name}_in:0`],
      attributes: { dtype, validate_shape: bool(false) },
    },
    {
      name: `${name}_set`,
      op: 'Identity',
      inputs: ['zero:0', `^${name}_assign`],
      attributes: { T: type(DTYPE.float32) },
    },
    { name: `${name}_get`, op: 'ReadVariableOp', inputs: [handle], attributes: { dtype } },
  ];
}

/** The nodes of a function under a prefix, with its results and, where it writes, a node that stands for "done". */
function functionNodes({ nodes, outputs, updates }: Recording, prefix: string): GraphNode[] {
  const own = new Set(nodes.map(({ name }) => name));
  const renamed = (input: string): string => {
    const control = input.startsWith('^');
    const target = control ? input.slice(1) : input;
    const node = target.split(':')[0] as string;
    return own.has(node) ? (control ? '^' : '') + prefix + target : input;
  };
  return [
    ...nodes.map((node) => ({ ...node, name: prefix + node.name, inputs: node.inputs.map(renamed) })),
    ...outputs.map(({ name, dtype }, i) => ({
      name: `${prefix}result_${i}`,
      op: 'Identity',
      inputs: [renamed(name)],
      attributes: { T: type(dtype) },
    })),
    {
      name: `${prefix}done`,
      op: 'Identity',
      inputs: ['zero:0', ...updates.map((update) => `^${prefix}${update}`)],
      attributes: { T: type(DTYPE.float32) },
    },
  ];
}
