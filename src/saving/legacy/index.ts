/** Legacy `.h5` files: whole models and weights, of Keras 3 and of Keras 2. */
import { formatValue, ValueError } from '../../base/errors';
import { jsonText } from '../../base/jsonText';
import { isPlainObject } from '../../base/options';
import { type Config, type SerializedObject, serializeObject } from '../../base/registry';
import type { LoadModelOptions, Model } from '../../models';
import type { H5Group } from '../hdf5';
import { KERAS_VERSION, reviveModel } from '../kerasFile';
import { Plan } from '../weights/plan';
import { groupIn } from '../weights/read';
import { emptyGroup, groupAt } from '../weights/write';
import { compileConfigFrom, legacyConfig, legacyTraining, modernConfig } from './config';
import { legacyWeightsTree, namedArrays, putArrays, readLegacyWeights } from './weights';

export { readLegacyWeights };

/** The group of the layers' weights, if the file has them by names. */
export function legacyWeights(root: H5Group): H5Group | undefined {
  const isNamed = root.attributes.has('layer_names') || root.attributes.has('layer_names0');
  return isNamed ? root : groupIn(root, 'model_weights');
}

function readText(who: string, root: H5Group, name: string): unknown {
  const text = root.attributes.get(name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(String(text)) as unknown;
  } catch (error) {
    throw new ValueError(`${who}: ${name} must be JSON. Received: ${(error as Error).message}.`);
  }
}

/** What the attributes of a file say: the config of its model, its versions, how it was compiled. */
export function legacyTexts(who: string, root: H5Group): Pick<LegacyFile, 'config' | 'metadata'> {
  const json = readText(who, root, 'model_config');
  const training = readText(who, root, 'training_config');
  const version = root.attributes.get('keras_version');
  return {
    config: json === undefined ? undefined : modernConfig(who, json),
    metadata: { ...(version !== undefined && { keras_version: String(version) }), training_config: training },
  };
}

/** A legacy file that is open. */
interface LegacyFile {
  readonly root: H5Group;
  readonly config?: Record<string, unknown> | undefined;
  readonly metadata: Record<string, unknown>;
}

/**
 * The model of a legacy file, with its weights, compiled and with the state of the optimizer if it has those.
 * @throws ValueError for what does not fit; nothing is left behind.
 */
export function readLegacyModel(who: string, file: LegacyFile, options: LoadModelOptions): Model {
  const { root, config } = file;
  const model = reviveModel(who, config as unknown as SerializedObject, root, options);
  try {
    const weights = legacyWeights(root);
    if (!weights) throw new ValueError(`${who}: expected the group 'model_weights'. Received: none.`);
    readLegacyWeights(who, model, weights);
    const training = options.compile === false ? undefined : file.metadata['training_config'];
    if (isPlainObject(training)) {
      model.compileFromConfig(compileConfigFrom(training));
      readOptimizer(who, model, root);
    }
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The state of the optimizer, where it is in Keras 3's order. */
function readOptimizer(who: string, model: Model, root: H5Group): void {
  const group = groupIn(root, 'optimizer_weights');
  const { optimizer } = model;
  if (!group || !optimizer) return;
  const arrays = namedArrays(who, group, 'optimizer_weights');
  const { variables } = optimizer;
  const base = optimizer.schedule ? 1 : 2;
  const fits = arrays.length === variables.length || (arrays.length === base && variables.length > base);
  if (!fits || majorOf(root) < 3) {
    console.warn(
      `keras-ts: ${who}: the optimizer starts anew: ${optimizer.className} has ${variables.length} variables, ` +
        `the file ${arrays.length}, of Keras ${formatValue(root.attributes.get('keras_version'))}.`,
    );
    return;
  }
  const plan = new Plan(who);
  arrays.forEach((dataset, i) => {
    plan.add(variables[i] as never, dataset, `${optimizer.className}: '${variables[i]?.path}'`);
  });
  plan.run();
}

function majorOf(root: H5Group): number {
  return Number.parseInt(String(root.attributes.get('keras_version') ?? '1'), 10);
}

/** The tree of a model's legacy file. */
export function writeLegacyModel(model: Model, includeOptimizer: boolean): H5Group {
  const root = emptyGroup();
  const { compile_config: compile, ...config } = serializeObject(model);
  const versions = new Map([
    ['backend', 'tensorflow'],
    ['keras_version', KERAS_VERSION],
  ]);
  for (const [name, value] of versions) root.attributes.set(name, value);
  root.attributes.set('model_config', jsonText(legacyConfig(config as unknown as Config)));
  root.children.set('model_weights', legacyWeightsTree(model, versions));
  const { optimizer } = model;
  if (!optimizer || !includeOptimizer) return root;
  root.attributes.set('training_config', jsonText(legacyTraining(compile as Config)));
  putArrays(groupAt(root, 'optimizer_weights'), optimizer.variables, (variable) =>
    variable.dtype === 'int32' ? 'int64' : 'float32',
  );
  return root;
}
