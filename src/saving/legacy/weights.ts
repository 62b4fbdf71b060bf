/** Weights in legacy `.h5` files: a group for each layer by its name, and in it arrays by the paths of the weights. */
import type { Variable } from '../../backend/variable';
import { ValueError } from '../../base/errors';
import type { Layer } from '../../layers/layer';
import type { Model } from '../../models';
import type { H5Attribute, H5Dataset, H5Dtype, H5Group } from '../hdf5';
import { Plan } from '../weights/plan';
import { groupIn } from '../weights/read';
import { datasetOf, dtypeOfWeight, emptyGroup, groupAt } from '../weights/write';

/** Longer lists of names do not fit in the header of a group, and are written in parts. */
const LONGEST_NAMES = 64_512;
const TOP = 'top_level_model_weights';

/** How legacy weights are read. */
export interface LegacyWeightsOptions {
  skipMismatch?: boolean;
  byName?: boolean;
}

/** A list of names in attributes: whole, or in parts `layer_names0`, `layer_names1`... */
function readNames(group: H5Group, name: string): string[] {
  const asNames = (value: H5Attribute | undefined): string[] =>
    Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
  if (group.attributes.has(name)) return asNames(group.attributes.get(name));
  const names: string[] = [];
  for (let i = 0; group.attributes.has(`${name}${i}`); i++) names.push(...asNames(group.attributes.get(`${name}${i}`)));
  return names;
}

function writeNames(group: H5Group, name: string, names: readonly string[]): void {
  const longest = Math.max(1, ...names.map((each) => new TextEncoder().encode(each).length));
  const most = Math.floor(LONGEST_NAMES / longest);
  if (names.length <= most) {
    group.attributes.set(name, [...names]);
    return;
  }
  const parts = Math.ceil(names.length / most);
  const size = Math.ceil(names.length / parts);
  for (let i = 0; i < parts; i++) group.attributes.set(`${name}${i}`, names.slice(i * size, (i + 1) * size));
}

/** The arrays of a group that its `weight_names` name, in that order. */
export function namedArrays(who: string, group: H5Group, where: string): H5Dataset[] {
  return readNames(group, 'weight_names').map((name) => {
    const [parent, last] = [name.split('/').slice(0, -1).join('/'), name.split('/').at(-1) as string];
    const found = (parent === '' ? group : groupIn(group, parent))?.children.get(last) ?? group.children.get(name);
    if (found?.kind === 'dataset') return found;
    throw new ValueError(`${who}: expected the array '${name}' in '${where}'. Received: none.`);
  });
}

/** Weights in the order of legacy files: trainable ones first. */
function legacyOrder(layer: Layer): Variable[] {
  return [...layer.trainableWeights, ...layer.nonTrainableWeights];
}

/** Puts legacy weights into a model: layer by layer in order, or by name. */
export function readLegacyWeights(who: string, model: Model, root: H5Group, options: LegacyWeightsOptions = {}): void {
  const reader = new LegacyReader(who, root, options);
  if (options.byName) reader.byName(model);
  else reader.inOrder(model);
  reader.run(model);
}

class LegacyReader {
  readonly #plan: Plan;
  readonly #skipped: string[] = [];

  constructor(
    readonly who: string,
    readonly root: H5Group,
    readonly options: LegacyWeightsOptions,
  ) {
    this.#plan = new Plan(who);
  }

  #arraysOf(name: string): H5Dataset[] {
    const group = groupIn(this.root, name) ?? this.root.children.get(name);
    if (group?.kind === 'group') return namedArrays(this.who, group, name);
    throw new ValueError(`${this.who}: expected a group of the layer '${name}'. Received: none.`);
  }

  inOrder(model: Model): void {
    const layers = model.layers.filter((layer) => layer.weights.length > 0);
    const saved = readNames(this.root, 'layer_names').flatMap((name) => {
      const arrays = this.#arraysOf(name);
      return arrays.length > 0 ? [{ name, arrays }] : [];
    });
    if (saved.length !== layers.length) {
      throw new ValueError(
        `${this.who}: the model has ${layers.length} layers with weights. Received: ${saved.length} in the file. ` +
          'byName: true reads those of the same names.',
      );
    }
    layers.forEach((layer, i) => {
      const { name, arrays } = saved[i] as (typeof saved)[number];
      this.#fill(`${layer.label} ('${name}')`, legacyOrder(layer), arrays, false);
    });
  }

  byName(model: Model): void {
    for (const name of readNames(this.root, 'layer_names')) {
      const layer = model.layers.find((each) => each.name === name);
      if (layer) this.#fill(`${layer.label} ('${name}')`, legacyOrder(layer), this.#arraysOf(name), true);
    }
  }

  #fill(where: string, weights: readonly Variable[], arrays: readonly H5Dataset[], mayDiffer: boolean): void {
    if (arrays.length !== weights.length) {
      const message = `${where} has ${weights.length} weights. Received: ${arrays.length} in the file.`;
      if (!(mayDiffer && this.options.skipMismatch)) throw new ValueError(`${this.who}: ${message}`);
      this.#skipped.push(message);
      return;
    }
    weights.forEach((variable, i) => {
      try {
        this.#plan.add(variable, arrays[i] as H5Dataset, `${where}: weight '${variable.path}'`);
      } catch (error) {
        if (!this.options.skipMismatch) throw error;
        this.#skipped.push((error as Error).message.replace(`${this.who}: `, ''));
      }
    });
  }

  run(model: Model): void {
    const own = ownOf(model);
    if (this.root.children.has(TOP)) this.#fill(`${model.label} ('${TOP}')`, own, this.#arraysOf(TOP), true);
    this.#plan.run();
    if (this.#skipped.length === 0) return;
    console.warn(`keras-ts: ${this.who}: weights that do not fit stay as they are: ${this.#skipped.join('; ')}.`);
  }
}

/** The weights of the model itself, those of its layers left out. */
function ownOf(model: Model): Variable[] {
  return model.ownWeights;
}

/** Keras does not read its own bfloat16 from legacy files; float32 it does. */
function legacyDtype(layer: Layer, weight: Variable): H5Dtype {
  const dtype = dtypeOfWeight(layer, weight);
  return dtype === 'bfloat16' ? 'float32' : dtype;
}

/** The group of a model's weights. */
export function legacyWeightsTree(model: Model, attributes: ReadonlyMap<string, string>): H5Group {
  const root = emptyGroup();
  writeNames(
    root,
    'layer_names',
    model.layers.map(({ name }) => name),
  );
  for (const [name, value] of attributes) root.attributes.set(name, value);
  for (const layer of model.layers) {
    const owners = new Map(
      layer.flattenLayers().flatMap((each) => each.ownWeights.map((weight) => [weight, each] as const)),
    );
    const dtypeOf = (weight: Variable): H5Dtype => legacyDtype(owners.get(weight) ?? layer, weight);
    putArrays(groupAt(root, layer.name), legacyOrder(layer), dtypeOf);
  }
  putArrays(groupAt(root, TOP), ownOf(model), (weight) => legacyDtype(model, weight));
  return root;
}

/** Puts arrays into a group, each at the path of its variable. */
export function putArrays(
  group: H5Group,
  variables: readonly Variable[],
  dtypeOf: (variable: Variable) => H5Dtype,
): void {
  const taken = new Set<string>();
  const names = variables.map(({ path }) => {
    let name = path;
    for (let i = 1; taken.has(name); i++) name = `${path}_${i}`;
    taken.add(name);
    return name;
  });
  writeNames(group, 'weight_names', names);
  variables.forEach((variable, i) => {
    const parts = (names[i] as string).split('/');
    const parent = groupAt(group, parts.slice(0, -1).join('/'));
    parent.children.set(parts.at(-1) as string, datasetOf(variable, dtypeOf(variable)));
  });
}
