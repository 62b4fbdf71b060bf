/** Configs of legacy `.h5` files: those that Keras 3 writes, and those of Keras 2, in the form that Keras 3 has. */
import { formatValue, ValueError } from '../../base/errors';
import { isPlainObject } from '../../base/options';
import type { Config } from '../../base/registry';

type Json = Record<string, unknown>;

/** Keys of Keras 2 that change nothing of what a layer computes. */
const IDLE: ReadonlySet<string> = new Set([
  ...['batch_input_shape', 'batch_size', 'fused', 'virtual_batch_size', 'adjustment', 'input_dtype', 'implementation'],
  ...['kernel_quantizer', 'bias_quantizer'],
]);
/** Keys of Keras 2 in the configs of initializers and the like, whose values follow the layer. */
const IDLE_PARTS: ReadonlySet<string> = new Set(['dtype']);
/** Other names of the same classes. */
const CLASSES: Readonly<Record<string, string>> = {
  Model: 'Functional',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
};
/** Where configs of initializers, regularizers and constraints stand. */
const PART = /_(initializer|regularizer|constraint)$/;

/** The config of a model, or of a layer in one, as Keras 3 has it. */
export function modernConfig(who: string, json: unknown): Json {
  if (!isPlainObject(json) || typeof json['class_name'] !== 'string' || json['config'] === undefined) {
    throw new ValueError(`${who}: expected the config of a model or layer. Received: ${formatValue(json)}.`);
  }
  const name = json['class_name'];
  const given = json['config'];
  const isModel = name === 'Sequential' || (isPlainObject(given) && Array.isArray(given['layers']));
  const rest = json['inbound_nodes'] === undefined ? {} : { inbound_nodes: modernNodes(who, json['inbound_nodes']) };
  const config = isModel ? modernModel(who, given) : modernLayer(who, name, given);
  return { ...json, class_name: CLASSES[name] ?? name, config, ...rest };
}

function modernModel(who: string, given: unknown): Json {
  // Old Sequential models are the list of their layers.
  const config: Json = Array.isArray(given) ? { layers: given } : (given as Json);
  const layers = config['layers'];
  if (!Array.isArray(layers))
    throw new ValueError(`${who}: expected the layers of a model. Received: ${formatValue(layers)}.`);
  const ends = Object.fromEntries(
    ['input_layers', 'output_layers'].filter((key) => key in config).map((key) => [key, modernEnds(config[key])]),
  );
  return { ...config, ...ends, layers: layers.map((layer) => modernConfig(who, layer)) };
}

/** Keras 2 lists one input as `[[name, 0, 0]]`, too, where Keras 3 gives a model of one tensor. */
function modernEnds(ends: unknown): unknown {
  return Array.isArray(ends) && ends.length === 1 && Array.isArray(ends[0]) ? ends[0] : ends;
}

function modernLayer(who: string, className: string, given: unknown): Json {
  if (!isPlainObject(given))
    throw new ValueError(`${who}: expected the config of a ${className}. Received: ${formatValue(given)}.`);
  const config: Json = {};
  for (const [key, value] of Object.entries(given)) if (!IDLE.has(key)) config[key] = modernValue(who, key, value);
  const shape = given['batch_input_shape'];
  if (Array.isArray(shape)) {
    if (className === 'InputLayer') config['batch_shape'] = shape;
    else config['input_shape'] = shape.slice(1);
  }
  const { axis } = config;
  if (className.startsWith('BatchNormalization') && Array.isArray(axis) && axis.length === 1) config['axis'] = axis[0];
  return config;
}

function modernValue(who: string, key: string, value: unknown): unknown {
  if (!isPlainObject(value) || !isPlainObject(value['config'])) return value;
  if (key === 'layer') return modernConfig(who, value); // wrappers
  if (!PART.test(key)) return value;
  const config = Object.fromEntries(Object.entries(value['config']).filter(([name]) => !IDLE_PARTS.has(name)));
  // In Keras 2 'normal' was the truncated distribution.
  if (value['class_name'] === 'VarianceScaling' && config['distribution'] === 'normal') {
    config['distribution'] = 'truncated_normal';
  }
  return { ...value, config };
}

/** Calls as Keras 2 has them, `[[name, node, tensor, kwargs], ...]` each, or as Keras 3 has them. */
function modernNodes(who: string, nodes: unknown): unknown[] {
  if (!Array.isArray(nodes))
    throw new ValueError(`${who}: expected the calls of a layer. Received: ${formatValue(nodes)}.`);
  return nodes.map((node: unknown) => {
    if (!Array.isArray(node)) return node;
    // One tensor may stand without a list around it.
    const entries = (typeof node[0] === 'string' ? [node] : node) as unknown[][];
    const tensors = entries.map(([name, index, tensor]) => tensorConfig([name, index, tensor]));
    const kwargs = (entries[0]?.[3] ?? {}) as Json;
    const given = Object.entries(kwargs).map(([key, value]) => [key, isReference(value) ? tensorConfig(value) : value]);
    return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: Object.fromEntries(given) as Json };
  });
}

function isReference(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string';
}

function tensorConfig(history: unknown[]): Json {
  return { class_name: '__keras_tensor__', config: { keras_history: history } };
}

/** The config as legacy files have it: layers and models without module and registered name. */
export function legacyConfig(json: Config): Json {
  const { class_name, config, name, inbound_nodes } = json as Json & { config: Json };
  const layers = config['layers'];
  return {
    class_name,
    config: Array.isArray(layers)
      ? { ...config, layers: layers.map((layer) => legacyConfig(layer as Config)) }
      : config,
    ...(name !== undefined && { name }),
    ...(inbound_nodes !== undefined && { inbound_nodes }),
  };
}

/** The compile config of a legacy training config, and whether the optimizer is one of Keras 3. */
export function compileConfigFrom(training: Json): Config {
  const optimizer = training['optimizer_config'];
  const known = [
    'loss',
    'loss_weights',
    'metrics',
    'weighted_metrics',
    'run_eagerly',
    'steps_per_execution',
    'jit_compile',
  ];
  const rest = Object.entries(training).filter(([key]) => known.includes(key));
  return { ...Object.fromEntries(rest), ...(isPlainObject(optimizer) && { optimizer: modernOptimizer(optimizer) }) };
}

/** An optimizer's config with Keras 3's names. */
function modernOptimizer(json: Json): Json {
  const { lr, decay, ...given } = (json['config'] ?? {}) as Json;
  const config = Object.fromEntries(Object.entries(given).filter(([key]) => !OLD_OPTIONS.has(key)));
  if (lr !== undefined) config['learning_rate'] = lr;
  if (config['epsilon'] === null) delete config['epsilon'];
  if (typeof decay === 'number' && decay !== 0 && typeof config['learning_rate'] === 'number') {
    config['learning_rate'] = {
      module: 'keras.optimizers.schedules',
      class_name: 'InverseTimeDecay',
      config: { initial_learning_rate: config['learning_rate'], decay_steps: 1, decay_rate: decay },
    };
  }
  return { ...json, config };
}

/** Options of Keras 2 that are about how a step is run. */
const OLD_OPTIONS: ReadonlySet<string> = new Set(['jit_compile', 'is_legacy_optimizer', 'schedule_decay']);

/** The training config that legacy files have. */
export function legacyTraining(compile: Config): Json {
  const { optimizer, ...rest } = compile;
  const { class_name, config } = optimizer as Json;
  return { ...(withoutModules(rest) as Json), optimizer_config: { class_name, config } };
}

/** Envelopes of losses and metrics without their modules. */
function withoutModules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutModules);
  if (!isPlainObject(value)) return value;
  if (typeof value['class_name'] !== 'string' || !isPlainObject(value['config'])) {
    if (value['class_name'] === 'function') return value['config'];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutModules(item)]));
  }
  return { class_name: value['class_name'], config: value['config'] };
}
