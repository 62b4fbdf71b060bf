/** What `compile` was given, as Keras's JSON and back. */
import * as tf from '@tensorflow/tfjs-core';
import { classNameOf } from '../../base/callable';
import { isSerializableClass } from '../../base/customObjects';
import { formatValue, ValueError } from '../../base/errors';
import { isPlainObject } from '../../base/options';
import {
  type Config,
  isSerialized,
  type Serializable,
  type SerializedObject,
  serializeObject,
} from '../../base/registry';
import * as losses from '../../losses';
import { functionEnvelope } from '../../losses/wrapper';
import * as metrics from '../../metrics';
import * as optimizers from '../../optimizers';
import type { CompileOptions } from './compileOptions';

/** Keras's JSON of what a model was compiled with; names stay names. */
export function compileConfigOf(options: CompileOptions, optimizer: optimizers.Optimizer): Config {
  return {
    optimizer: optimizers.serialize(optimizer),
    loss: toJson(options.loss),
    loss_weights: toJson(options.lossWeights),
    metrics: toJson(options.metrics),
    weighted_metrics: toJson(options.weightedMetrics),
    run_eagerly: options.runEagerly ?? false,
    steps_per_execution: options.stepsPerExecution ?? 1,
    // 'auto' is what Keras settles by the machine; without XLA it is this.
    jit_compile: options.jitCompile === true,
  };
}

/** A loss, a metric, or a structure of them; keys of records are names of outputs and stay as they are. */
function toJson(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof tf.Tensor) return value.arraySync();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (typeof value === 'function' || (typeof value === 'object' && 'getConfig' in value)) return objectToJson(value);
  if (!isPlainObject(value) || isSerialized(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}

function objectToJson(value: object): unknown {
  if ('getConfig' in value) return serializeObject(value as Serializable);
  return isSerializableClass(value) ? classNameOf(value as never) : functionEnvelope(value);
}

const KNOWN = [
  ...['optimizer', 'loss', 'loss_weights', 'metrics', 'weighted_metrics', 'run_eagerly', 'steps_per_execution'],
  ...['jit_compile', 'auto_scale_loss'],
];

/**
 * The arguments of `compile` that a config describes.
 *
 * @throws ValueError for what is no such config, or names what is not known
 */
export function compileOptionsFrom(who: string, config: Config): CompileOptions {
  const unknown = Object.keys(config).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new ValueError(
      `${who}: expected the keys ${KNOWN.join(', ')} in a compile config. Received: '${unknown}'. ` +
        'Load with compile: false, and call compile() by hand.',
    );
  }
  const { optimizer, run_eagerly: runEagerly, steps_per_execution: steps, jit_compile: jit } = config;
  return {
    ...(optimizer !== null && optimizer !== undefined && { optimizer: optimizerFrom(who, optimizer) }),
    loss: fromJson(config['loss'], (json) => losses.deserialize(json)) as CompileOptions['loss'],
    lossWeights: (config['loss_weights'] ?? undefined) as CompileOptions['lossWeights'],
    metrics: fromJson(config['metrics'], (json) => metrics.deserialize(json)) as CompileOptions['metrics'],
    weightedMetrics: fromJson(config['weighted_metrics'], (json) =>
      metrics.deserialize(json),
    ) as CompileOptions['metrics'],
    runEagerly: runEagerly === true,
    stepsPerExecution: typeof steps === 'number' ? steps : 1,
    jitCompile: jit === true,
  };
}

function optimizerFrom(who: string, json: unknown): optimizers.Optimizer {
  const optimizer = optimizers.get(json as SerializedObject);
  if (optimizer instanceof optimizers.Optimizer) return optimizer;
  throw new ValueError(`${who}: expected the JSON of an optimizer. Received: ${formatValue(json)}.`);
}

/** Names stay names; envelopes of objects and functions become those, wherever they stand. */
function fromJson(value: unknown, revive: (json: SerializedObject) => unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item) => fromJson(item, revive) ?? null);
  if (!isPlainObject(value)) return value;
  if (typeof value['class_name'] === 'string' && 'config' in value) return revive(value as unknown as SerializedObject);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item, revive) ?? null]));
}
