/** The tree of a weights file into a model. */
import { formatShape, ValueError } from '../../base/errors';
import { isModel, type Model } from '../../models';
import { LossScaleOptimizer, type Optimizer } from '../../optimizers';
import type { H5Dataset, H5Group } from '../hdf5';
import { Plan } from './plan';
import { type Saveable, walkSaveables } from './walk';

/** How weights are read. */
export interface ReadWeightsOptions {
  /** Leaves weights as they are that are missing in the file or have another shape there, and tells of them. */
  skipMismatch?: boolean;
  /** Whether the state of the optimizer must fit, and is not just passed over where it does not. */
  needsOptimizer?: boolean;
}

/** The numbered arrays of a group `vars`, in order; nothing where the group is missing. */
function varsAt(root: H5Group, path: string): H5Dataset[] | undefined {
  const group = groupIn(root, path === '' ? 'vars' : `${path}/vars`);
  if (!group) return undefined;
  const numbered = [...group.children].filter(([name, child]) => /^\d+$/.test(name) && child.kind === 'dataset');
  return numbered.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child as H5Dataset);
}

/** The group at a path, if there is one. */
export function groupIn(root: H5Group, path: string): H5Group | undefined {
  let group: H5Group | undefined = root;
  for (const name of path.split('/')) {
    const child: H5Group | H5Dataset | undefined = group?.children.get(name);
    group = child?.kind === 'group' ? child : undefined;
  }
  return group;
}

/**
 * Puts the arrays of a weights file into the variables of a model.
 *
 * @param who method and file, for messages.
 * @throws ValueError for a weight that is missing, left over or of another shape; the model stays as it was.
 */
export function readWeights(who: string, model: Model, root: H5Group, options: ReadWeightsOptions = {}): void {
  new WeightsReader(who, root, options).read(model);
}

/** Makes the variables of a model's optimizer, which the file may have. */
function buildOptimizer(model: Model): void {
  const { optimizer, trainableWeights } = model;
  if (optimizer && !optimizer.built && trainableWeights.length > 0) optimizer.build(trainableWeights);
}

class WeightsReader {
  readonly #plan: Plan;
  readonly #missing = new Map<object, string>();
  readonly #read = new Set<object>();
  readonly #skipped: string[] = [];
  /** What is said of an optimizer that does not fit, where nothing is wrong with the layers. */
  #unfitting: string | undefined;

  constructor(
    readonly who: string,
    readonly root: H5Group,
    readonly options: ReadWeightsOptions,
  ) {
    this.#plan = new Plan(who);
  }

  read(model: Model): void {
    for (const layer of model.flattenLayers()) if (isModel(layer)) buildOptimizer(layer);
    walkSaveables(
      model,
      (saveable) => (saveable.kind === 'optimizer' ? this.#optimizer(saveable) : this.#layer(saveable)),
      (path) => groupIn(this.root, path) !== undefined,
    );
    for (const layer of model.flattenLayers()) {
      if (layer.ownWeights.length === 0 || this.#read.has(layer) || this.#missing.has(layer)) continue;
      this.#missing.set(layer, `${layer.label} has ${layer.ownWeights.length} weights. Received: none in the file.`);
    }
    for (const missing of this.#missing.values()) this.#fail(missing);
    const isPassed = (path: string): boolean =>
      path.startsWith('/keras_ts/') ||
      (path.includes('/optimizer/') && !(this.options.needsOptimizer && model.compiled));
    const [extra, ...more] = this.#plan.leftOver(this.root, isPassed);
    if (extra !== undefined) {
      const others = more.length > 0 ? ` and ${more.length} more` : '';
      this.#fail(`the file has weights that the model has no place for: '${extra}'${others}. Is it of another model?`);
    }
    if (this.#unfitting !== undefined) throw new ValueError(`${this.who}: ${this.#unfitting}`);
    this.#plan.run();
    if (this.#skipped.length > 0) {
      console.warn(`keras-ts: ${this.who}: weights that do not fit stay as they are: ${this.#skipped.join('; ')}.`);
    }
  }

  /** Refuses, or notes what is passed over. */
  #fail(message: string): void {
    if (!this.options.skipMismatch) throw new ValueError(`${this.who}: ${message}`);
    this.#skipped.push(message);
  }

  #layer({ path, label, object, variables }: Saveable): boolean {
    const found = varsAt(this.root, path) ?? [];
    if (found.length === 0 && variables.length > 0) {
      // It may be met again under another name.
      if (!this.#missing.has(object)) {
        this.#missing.set(
          object,
          `${label} ('${path}/vars') has ${variables.length} weights. Received: none in the file.`,
        );
      }
      return false;
    }
    this.#missing.delete(object);
    this.#read.add(object);
    if (found.length !== variables.length) {
      const hint = variables.length === 0 ? ' Is the layer built?' : '';
      this.#fail(
        `${label} ('${path}/vars') has ${variables.length} weights. Received: ${found.length} in the file.${hint}`,
      );
      for (const dataset of found) this.#plan.passOver(dataset);
      return true;
    }
    variables.forEach((variable, i) => {
      const dataset = found[i] as H5Dataset;
      try {
        this.#plan.add(variable, dataset, `${label}: weight '${variable.path}' ('${path}/vars/${i}')`);
      } catch (error) {
        if (!this.options.skipMismatch) throw error;
        this.#plan.passOver(dataset);
        this.#skipped.push((error as Error).message.replace(`${this.who}: `, ''));
      }
    });
    return true;
  }

  #optimizer({ path, label, object, variables }: Saveable): boolean {
    const found = varsAt(this.root, path) ?? [];
    for (const dataset of found) this.#plan.passOver(dataset);
    if (found.length === 0) return true;
    const values = this.#matching(object as Optimizer, variables.length, found);
    const isOther = values?.some(({ shape }, i) => formatShape(shape) !== formatShape(variables[i]?.shape ?? []));
    if (values && !(isOther && !this.options.needsOptimizer)) {
      values.forEach((dataset, i) => {
        this.#plan.add(variables[i] as never, dataset, `${label}: '${variables[i]?.path}' ('${path}/vars/${i}')`);
      });
      return true;
    }
    const message =
      `${label} ('${path}/vars') has ${variables.length} variables. Received: ${found.length} in the file` +
      `${isOther ? ', of other shapes' : ''}. ` +
      'Load with compile: false, or compile with the optimizer that the file is of.';
    if (this.options.needsOptimizer) this.#unfitting ??= message;
    else console.warn(`keras-ts: ${this.who}: the state of the optimizer is left as it is: ${message}`);
    return true;
  }

  /** The arrays for the variables of an optimizer: all of them, or the first ones of one that was not built yet. */
  #matching(optimizer: Optimizer, count: number, found: H5Dataset[]): H5Dataset[] | undefined {
    if (found.length === count) return found;
    const isUnbuilt = found.length === (optimizer.schedule || optimizer instanceof LossScaleOptimizer ? 1 : 2);
    return isUnbuilt && found.length < count && !(optimizer instanceof LossScaleOptimizer) ? found : undefined;
  }
}
