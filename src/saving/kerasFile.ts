/** `.keras`: a zip archive of `metadata.json`, `config.json` and `model.weights.h5`. */
import { formatValue, ValueError } from '../base/errors';
import { jsonText } from '../base/jsonText';
import { isPlainObject } from '../base/options';
import {
  deserializeObject,
  isSerialized,
  type SerializedObject,
  serializeObject,
  sharingObjects,
} from '../base/registry';
import { withWeightBudget } from '../base/weightBudget';
import { readZip, writeZip, type ZipEntry, type ZipMember } from '../base/zip';
import { isModel, type LoadModelOptions, type Model } from '../models';
import { datasetsIn, type H5Group, readHdf5, sizeOfHdf5, writeHdf5 } from './hdf5';
import type { FileContent } from './source';
import { groupIn, readWeights } from './weights/read';
import { readSeeds, writeSeeds } from './weights/seeds';
import { weightsTree } from './weights/write';

/** The version of Keras whose files these are. */
export const KERAS_VERSION = '3.15.1';
const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

/** The archive of a model, in pieces. */
export function kerasArchive(model: Model): Iterable<Uint8Array> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const metadata = { keras_version: KERAS_VERSION, date_saved: timeStamp(new Date()) };
  const config = jsonText(sharingObjects(() => serializeObject(model)));
  const tree = weightsTree(model);
  writeSeeds(model, tree);
  const whole = (name: string, content: Uint8Array): ZipMember => ({ name, size: content.length, pieces: [content] });
  return writeZip([
    whole(METADATA, text(JSON.stringify(metadata))),
    whole(CONFIG, text(config)),
    { name: WEIGHTS, size: sizeOfHdf5(tree), pieces: writeHdf5(tree) },
  ]);
}

/** `2026-11-25@14:30:05`, the local time, as Keras writes it. */
function timeStamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}@${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** What is in an archive, before there is a model. */
export interface KerasArchive {
  readonly metadata: Record<string, unknown>;
  readonly config: SerializedObject;
  readonly weights: H5Group;
}

/**
 * Opens an archive: checks it, and reads its texts.
 * @throws ValueError for a member that is missing or damaged.
 */
export function openArchive(who: string, { name, bytes }: FileContent, most: number): KerasArchive {
  const label = `${who}: ${name}`;
  const members = readZip(label, bytes, { largest: most, total: most });
  const metadata = members.has(METADATA) ? readJson(label, members, METADATA) : {};
  if (!isPlainObject(metadata))
    throw new ValueError(`${label}: ${METADATA} must be an object. Received: ${formatValue(metadata)}.`);
  checkVersion(label, metadata['keras_version']);
  const config = readJson(label, members, CONFIG);
  if (!isSerialized(config)) {
    throw new ValueError(`${label}: ${CONFIG} must describe a model. Received: ${formatValue(config)}.`);
  }
  const weights = member(label, members, WEIGHTS).read();
  return { metadata, config, weights: readHdf5(weights, { name: `${label}: ${WEIGHTS}`, maxBytes: most }) };
}

/** Refuses files of what is not Keras 3: `.keras` files of Keras 2 say their version, and their configs are others. */
function checkVersion(label: string, version: unknown): void {
  const major = typeof version === 'string' ? Number.parseInt(version, 10) : 3;
  if (major === 3 || major === 2) return;
  throw new ValueError(`${label}: expected a file of Keras 3. Received: keras_version=${formatValue(version)}.`);
}

function member(label: string, members: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const found = members.get(name);
  if (found) return found;
  const names = [...members.keys()].map((each) => `'${each}'`).slice(0, 8);
  throw new ValueError(`${label}: expected '${name}' in the archive. Received: ${names.join(', ') || 'nothing'}.`);
}

function readJson(label: string, members: ReadonlyMap<string, ZipEntry>, name: string): unknown {
  const bytes = member(label, members, name).read();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new ValueError(`${label}: ${name} must be JSON. Received: ${(error as Error).message}.`);
  }
}

/**
 * The model of an archive, with its weights.
 * @throws ValueError for what does not fit; nothing is left behind.
 */
export function readKeras(label: string, config: SerializedObject, weights: H5Group, options: LoadModelOptions): Model {
  const model = reviveModel(label, withLossScale(config, weights), weights, options);
  try {
    readWeights(label, model, weights, { needsOptimizer: true });
    readSeeds(label, model, weights);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What a model may have in weights beyond those of its file: enough for a message that names the weight that differs. */
const SPARE_NUMBERS = 2 ** 20;

function numbersIn(group: H5Group): number {
  return [...datasetsIn(group)].reduce(
    (count, [, { shape }]) => count + shape.reduce((product, dim) => product * dim, 1),
    0,
  );
}

/**
 * The model that a config describes.
 * @param weights those of the file; the model may not have many more.
 * @throws ValueError that names the file, for whatever is wrong in it.
 */
export function reviveModel(
  label: string,
  config: SerializedObject,
  weights: H5Group,
  options: LoadModelOptions,
): Model {
  const given = options.compile === false ? { ...config, compile_config: {} } : config;
  let made: unknown;
  try {
    const isWhole = groupIn(weights, 'layers') !== undefined || groupIn(weights, 'vars') !== undefined;
    made = withWeightBudget(numbersIn(weights) + SPARE_NUMBERS, isWhole, () =>
      sharingObjects(() => deserializeObject(given, 'keras.models', options.customObjects)),
    );
  } catch (error) {
    throw new ValueError(`${label}: ${(error as Error).message}`, { cause: error });
  }
  if (isModel(made)) return made;
  throw new ValueError(`${label}: expected the file of a model. Received: that of ${formatValue(made)}.`);
}

/**
 * Keras wraps the optimizer of a model of `mixed_float16` without saying so in its config; the state shows it.
 */
function withLossScale(config: SerializedObject, weights: H5Group): SerializedObject {
  const optimizer = config.compile_config?.['optimizer'];
  const isWrapped = groupIn(weights, 'optimizer/inner_optimizer') !== undefined;
  if (!isWrapped || !isSerialized(optimizer) || optimizer.class_name === 'LossScaleOptimizer') return config;
  const wrapped = {
    module: 'keras.optimizers',
    class_name: 'LossScaleOptimizer',
    config: { name: 'loss_scale_optimizer', inner_optimizer: optimizer },
    registered_name: null,
  };
  return { ...config, compile_config: { ...config.compile_config, optimizer: wrapped } };
}
