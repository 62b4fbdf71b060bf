/** Models and weights to files and back: what `saving` offers, which loads this file when it is used. */
import { ready } from '../backend/engine';
import { checkValue, strictFlag } from '../base/checks';
import { formatValue, ValueError } from '../base/errors';
import { checkKeys } from '../base/options';
import {
  type FileSource,
  type FileTarget,
  isModel,
  type LoadModelOptions,
  type LoadWeightsOptions,
  type Model,
  type SaveModelOptions,
  type WriteOptions,
} from '../models';
import { type H5Group, readHdf5, writeHdf5 } from './hdf5';
import { kerasArchive, openArchive, readKeras } from './kerasFile';
import { legacyTexts, legacyWeights, readLegacyModel, readLegacyWeights, writeLegacyModel } from './legacy';
import { type FileContent, MOST_BYTES, readSource } from './source';
import { pathOfTarget, writeTarget } from './target';
import { readWeights } from './weights/read';
import { weightsTree } from './weights/write';

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function isArchive({ bytes }: FileContent): boolean {
  return startsWith(bytes, [0x50, 0x4b]);
}

function isHdf5({ bytes }: FileContent): boolean {
  return startsWith(bytes, HDF5_SIGNATURE);
}

function checkModel(who: string, model: unknown): asserts model is Model {
  if (!isModel(model)) throw new TypeError(`${who}: expected a model. Received: ${formatValue(model)}.`);
  if (model.isDisposed) throw new ValueError(`${who}: expected live weights. Received: ${model.label}, disposed.`);
}

function notAFile(who: string, { name, bytes }: FileContent): ValueError {
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new ValueError(
    `${who}: ${name}: expected a .keras archive or an HDF5 file (.weights.h5, .h5). ` +
      `Received: ${bytes.length} bytes that begin with ${start || 'nothing'}.`,
  );
}

export async function saveModel(model: Model, target: FileTarget, options: SaveModelOptions = {}): Promise<void> {
  const who = 'saveModel';
  checkModel(who, model);
  checkKeys(who, options, ['overwrite', 'includeOptimizer']);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined) checkValue(who, name, value, strictFlag);
  await ready();
  const path = pathOfTarget(who, target);
  if (path === undefined || path.endsWith('.keras')) {
    await writeTarget(who, target, kerasArchive(model), options);
    return;
  }
  if (path.endsWith('.weights.h5') || !/\.(h5|hdf5)$/.test(path)) {
    throw new ValueError(
      `${who}: the path of a model must end in .keras, or in .h5 for the legacy format. Received: '${path}'. ` +
        'saveWeights() writes .weights.h5.',
    );
  }
  const tree = writeLegacyModel(model, options.includeOptimizer ?? true);
  await writeTarget(who, target, writeHdf5(tree), options);
}

/** The kinds of files there are. */
export type FileFormat = '.keras' | '.weights.h5' | 'legacy .h5';

/** A file that is open: its arrays, and what it says of the model. */
export interface OpenFile {
  readonly format: FileFormat;
  readonly file: FileContent;
  readonly root: H5Group;
  /** The config of the model, if it is a file of one. */
  readonly config?: Record<string, unknown> | undefined;
  /** Versions; in legacy files the training config, too. */
  readonly metadata: Record<string, unknown>;
}

/**
 * Opens a file; what it is shows in its bytes.
 * @throws ValueError for what is no such file, or damaged.
 */
export async function openFile(who: string, source: FileSource, most: number): Promise<OpenFile> {
  const file = await readSource(who, source, most);
  if (isArchive(file)) {
    const { metadata, config, weights } = openArchive(who, file, most);
    return { format: '.keras', file, root: weights, config: { ...config }, metadata };
  }
  if (!isHdf5(file)) throw notAFile(who, file);
  const label = `${who}: ${file.name}`;
  const root = readHdf5(file.bytes, { name: label, maxBytes: most });
  return { file, root, ...legacyTexts(label, root), format: legacyWeights(root) ? 'legacy .h5' : '.weights.h5' };
}

export async function loadModel(source: FileSource, options: LoadModelOptions = {}): Promise<Model> {
  const who = 'loadModel';
  checkKeys(who, options, ['compile', 'customObjects', 'maxBytes']);
  await ready();
  const opened = await openFile(who, source, options.maxBytes ?? MOST_BYTES);
  const label = `${who}: ${opened.file.name}`;
  const { config, root } = opened;
  if (!config) {
    throw new ValueError(
      `${label}: expected the file of a model. Received: weights only. Make the model, and call model.loadWeights().`,
    );
  }
  if (opened.format === '.keras') return readKeras(label, config as never, root, options);
  return readLegacyModel(label, opened, options);
}

export async function saveWeights(model: Model, target: FileTarget, options: WriteOptions = {}): Promise<void> {
  const who = 'saveWeights';
  checkModel(who, model);
  checkKeys(who, options, ['overwrite']);
  const path = pathOfTarget(who, target);
  if (path !== undefined && !path.endsWith('.weights.h5')) {
    throw new ValueError(`${who}: the path of weights must end in .weights.h5. Received: '${path}'.`);
  }
  checkBuilt(who, model);
  await ready();
  await writeTarget(who, target, writeHdf5(weightsTree(model)), options);
}

function checkBuilt(who: string, model: Model): void {
  if (model.built) return;
  throw new ValueError(
    `${who}: ${model.label} is not built, so that it has no weights. Call it on data, or build() it.`,
  );
}

export async function loadWeights(model: Model, source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
  const who = 'loadWeights';
  checkModel(who, model);
  checkKeys(who, options, ['skipMismatch', 'byName', 'maxBytes']);
  checkBuilt(who, model);
  model.checkTurn(who);
  await ready();
  const { file, root } = await openFile(who, source, options.maxBytes ?? MOST_BYTES);
  const label = `${who}: ${file.name}`;
  model.checkTurn(who);
  const legacy = legacyWeights(root);
  if (options.byName && !legacy) {
    throw new ValueError(
      `${label}: byName is for legacy .h5 files. Received: a file whose groups follow the layers' order.`,
    );
  }
  if (legacy) readLegacyWeights(label, model, legacy, options);
  else readWeights(label, model, root, options);
}
